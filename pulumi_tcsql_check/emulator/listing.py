"""The list of an account's migrations, as `DescribeMigrations` gives it: filtered, sorted, and page by page."""

from collections.abc import Mapping
from typing import Annotated, Literal

import msgspec

from pulumi_tcsql_check.emulator.scenario import Frame, Progress, Refusal
from pulumi_tcsql_check.emulator.wire import Reply, Request, envelope, error
from pulumi_tcsql_check.model.check_flag import CHECKED, CHECKING, FAILED, NOT_CHECKED, PAGE_SIZE
from pulumi_tcsql_check.model.statuses import NOT_STARTED, PASSED

_INITIALIZING = 1  # the published `Status` of a migration that has not been run
_NEVER = "0000-00-00 00:00:00"


class _Parameters(msgspec.Struct, frozen=True, rename="pascal"):
    """The action's parameters, with their published ranges and defaults; `offset` is the number of a page, from 0."""

    status_set: tuple[int, ...] = ()
    migrate_name: str = ""
    limit: Annotated[int, msgspec.Meta(ge=1, le=PAGE_SIZE)] = PAGE_SIZE
    offset: Annotated[int, msgspec.Meta(ge=0)] = 0
    order_by: Literal["name", "createTime", "startTime", "endTime", "status"] = "createTime"  # no published default
    order_by_type: Literal["desc", "asc"] = "asc"


def reply(request: Request, frames: Mapping[int, Frame]) -> Reply:
    """Reply to a request, from the current frame of each migration; raises `RefusalError` for a wrong parameter."""
    wanted = request.parameters(_Parameters)
    for frame in frames.values():
        if isinstance(frame.check_flag, Refusal):
            return error(frame.check_flag.code, frame.check_flag.message)
    has_status = not wanted.status_set or _INITIALIZING in wanted.status_set
    found = [number for number in frames if has_status and wanted.migrate_name in _name(number)]
    # All migrations have the same times and status, so that only an order by name differs from one by id.
    key = _name if wanted.order_by == "name" else int
    found.sort(key=key, reverse=wanted.order_by_type == "desc")
    begin = wanted.offset * wanted.limit
    region = request.headers["x-tc-region"]
    page = [_task(number, region, frames[number]) for number in found[begin : begin + wanted.limit]]
    return Reply("answer", envelope({"TotalCount": len(found), "MigrateTaskSet": page}))


def _name(migrate_id: int) -> str:
    return f"migration-{migrate_id}"


def _task(migrate_id: int, region: str, frame: Frame) -> dict[str, object]:
    """Describe a migration with the published fields; all but the id, the region and the flag are made up."""
    return {
        "MigrateId": migrate_id,
        "MigrateName": _name(migrate_id),
        "AppId": 1250000000,
        "Region": region,
        "SourceType": 1,
        "CreateTime": "2025-01-01 00:00:00",
        "StartTime": _NEVER,
        "EndTime": _NEVER,
        "Status": _INITIALIZING,
        "Message": "",
        "CheckFlag": _check_flag(frame),
        "Progress": 0,
        "MigrateDetail": {"StepName": "", "Progress": 0},
    }


def _check_flag(frame: Frame) -> int:
    """Return the flag that a frame states, or else the one that follows from its steps."""
    if isinstance(frame.check_flag, int):
        return frame.check_flag
    if not isinstance(frame, Progress):
        return CHECKING
    if all(status == NOT_STARTED for status in frame.statuses):
        return NOT_CHECKED
    if all(status == PASSED for status in frame.statuses):
        return CHECKED
    return FAILED if frame.has_left_behind else CHECKING
