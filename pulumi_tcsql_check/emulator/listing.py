"""The list of an account's migrations, as `DescribeMigrations` gives it: filtered, sorted, and page by page."""

from collections.abc import Mapping
from typing import Annotated, Literal

import msgspec

from pulumi_tcsql_check.emulator.scenario import Frame, Progress, Refusal
from pulumi_tcsql_check.emulator.wire import RefusalError, Reply, Request, envelope, error
from pulumi_tcsql_check.model.check_flag import CHECKED, CHECKING, FAILED, NOT_CHECKED, PAGE_SIZE
from pulumi_tcsql_check.model.statuses import NOT_STARTED, PASSED

INITIALIZING = 1
"""The published `Status` of a migration that has not been run, as one that is still checked."""

_NEVER = "0000-00-00 00:00:00"
_FIELDS = {
    "name": "MigrateName",
    "createTime": "CreateTime",
    "startTime": "StartTime",
    "endTime": "EndTime",
    "status": "Status",
}


class _Parameters(msgspec.Struct, frozen=True, rename="pascal", forbid_unknown_fields=True):
    """The action's parameters, with their published ranges and defaults; `offset` is the number of a page, from 0.

    What the order is by default is not published.
    """

    status_set: tuple[int, ...] = ()
    migrate_name: str = ""
    limit: Annotated[int, msgspec.Meta(ge=1, le=PAGE_SIZE)] = PAGE_SIZE
    offset: Annotated[int, msgspec.Meta(ge=0)] = 0
    order_by: Literal["name", "createTime", "startTime", "endTime", "status"] = "createTime"
    order_by_type: Literal["desc", "asc"] = "asc"


def answer(request: Request, frames: Mapping[int, Frame]) -> Reply:
    """Answer one request for the list.

    Args:
        request: Its parameters, and its region.
        frames: What each migration of the account stands at, by its id.

    Raises:
        RefusalError: A parameter is unknown or outside its range.
    """
    wanted = _parameters(request)
    refusals = (frame.check_flag for frame in frames.values() if isinstance(frame.check_flag, Refusal))
    refusal = next(refusals, None)
    if refusal is not None:
        return error(refusal.code, refusal.message)
    region = request.headers["x-tc-region"]
    tasks = [_task(migrate_id, region, frame) for migrate_id, frame in frames.items()]
    found = [
        task
        for task in tasks
        if wanted.migrate_name in str(task["MigrateName"])
        and (not wanted.status_set or task["Status"] in wanted.status_set)
    ]
    field = _FIELDS[wanted.order_by]
    found.sort(key=lambda task: (str(task[field]), task["MigrateId"]), reverse=wanted.order_by_type == "desc")
    begin = wanted.offset * wanted.limit
    return Reply("answer", envelope({"TotalCount": len(found), "MigrateTaskSet": found[begin : begin + wanted.limit]}))


def _parameters(request: Request) -> _Parameters:
    given = request.parameters()
    names = {field.encode_name for field in msgspec.structs.fields(_Parameters)}
    for name in given:
        if name not in names:
            raise RefusalError("UnknownParameter", f"The parameter `{name}` is not recognized.")
    try:
        return msgspec.convert(given, _Parameters)
    except msgspec.ValidationError as problem:
        what, _, place = str(problem).partition(" - at `$.")
        message = f"The parameter `{place.rstrip('`')}` is wrong: {what}."
        raise RefusalError("InvalidParameter", message) from None


def _task(migrate_id: int, region: str, frame: Frame) -> dict[str, object]:
    """Describe a migration with the published fields; all but the id, the region and the flag are made up."""
    return {
        "MigrateId": migrate_id,
        "MigrateName": f"migration-{migrate_id}",
        "AppId": 1250000000,
        "Region": region,
        "SourceType": 1,
        "CreateTime": "2025-01-01 00:00:00",
        "StartTime": _NEVER,
        "EndTime": _NEVER,
        "Status": INITIALIZING,
        "Message": "",
        "CheckFlag": _check_flag(frame),
        "Progress": 0,
        "MigrateDetail": {"StepName": "", "Progress": 0},
    }


def _check_flag(frame: Frame) -> int:
    """What the flag is at a frame: what the frame says, else what its steps amount to."""
    if isinstance(frame.check_flag, int):
        return frame.check_flag
    if not isinstance(frame, Progress):
        return CHECKING
    if all(status == NOT_STARTED for status in frame.statuses):
        return NOT_CHECKED
    if all(status == PASSED for status in frame.statuses):
        return CHECKED
    return FAILED if frame.has_left_behind else CHECKING
