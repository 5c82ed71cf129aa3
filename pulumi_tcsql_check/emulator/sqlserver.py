"""The actions of TencentDB for SQL Server: each validates its parameters and replies from what an account plays."""

from collections.abc import Callable, Mapping
from typing import Annotated, Literal

import msgspec

from pulumi_tcsql_check.emulator.playback import Playback
from pulumi_tcsql_check.emulator.scenario import Error, Fault, Frame, Progress, RawAnswer, Refusal
from pulumi_tcsql_check.emulator.wire import RefusalError, Reply, Request, answer
from pulumi_tcsql_check.model import check_flag, flow
from pulumi_tcsql_check.model.migration_list import PAGE_SIZE
from pulumi_tcsql_check.model.statuses import NOT_STARTED, PASSED

REQUESTS_PER_SECOND = 20  # for each action
VERSION = "2018-03-28"

_NEVER = "0000-00-00 00:00:00"


_MigrateId = msgspec.defstruct("_MigrateId", [("MigrateId", int)])
_FlowId = msgspec.defstruct("_FlowId", [("FlowId", int)])


class _ListParameters(msgspec.Struct, frozen=True, rename="pascal"):
    """The parameters' published ranges and defaults; `offset` is the number of a page, from 0."""

    status_set: tuple[int, ...] = ()
    migrate_name: str = ""
    limit: Annotated[int, msgspec.Meta(ge=1, le=PAGE_SIZE)] = PAGE_SIZE
    offset: Annotated[int, msgspec.Meta(ge=0)] = 0
    order_by: Literal["name", "createTime", "startTime", "endTime", "status"] = "createTime"  # no published default
    order_by_type: Literal["desc", "asc"] = "asc"


def _query(request: Request, playback: Playback) -> Reply:
    migrate_id = _id(request, _MigrateId)
    frame, steps = playback.frame(migrate_id), playback.scenario.steps
    if isinstance(frame, RawAnswer):
        return Reply(bytes(frame.answer))
    if isinstance(frame, Error):
        raise RefusalError(frame.code, frame.message)
    shown = frame if isinstance(frame, Progress) else Progress(statuses=(PASSED,) * len(steps))
    open_steps = (number for number, status in enumerate(shown.statuses, start=1) if status != PASSED)
    details = [
        {"Name": step.name, "Status": status, "Msg": step.message}
        for step, status in zip(steps, shown.statuses, strict=True)
    ]
    current = shown.current or next(open_steps, len(steps))
    reply = answer({"TotalStep": len(steps), "CurrentStep": current, "StepDetails": details})
    if isinstance(frame, Progress):
        return reply
    # The server calls this without the lock; it changes nothing, since the migration has been requested before.
    return _faulty(reply, frame, lambda: playback.frame(migrate_id) is frame)


def _start(request: Request, playback: Playback) -> Reply:
    """Start the check, unless the frame for this request refuses; what else it replies, the check has started."""
    migrate_id = _id(request, _MigrateId)
    frame = playback.reply_to_start(migrate_id)
    if isinstance(frame, Error):
        raise RefusalError(frame.code, frame.message)
    reply = answer({"FlowId": playback.start(migrate_id)})
    if isinstance(frame, RawAnswer):
        return Reply(bytes(frame.answer))
    return reply if frame is None or isinstance(frame, Progress) else _faulty(reply, frame)


def _flow(request: Request, playback: Playback) -> Reply:
    """Reply with the status that a frame states for its flow, or else the one that follows from its steps."""
    frame = playback.flow_frame(_id(request, _FlowId))
    state = frame if frame.flow is None else frame.flow
    if isinstance(state, (Refusal, Error)):
        raise RefusalError(state.code, state.message)
    if isinstance(state, int):
        return answer({"Status": state})
    if isinstance(state, RawAnswer):
        return answer({"Status": flow.RUNNING})
    if not isinstance(state, Progress):
        return _faulty(answer({"Status": flow.SUCCEEDED}), state)
    passed = not any(state.statuses) and state.current in (None, len(state.statuses))
    return answer({"Status": flow.FAILED if state.has_left_behind else flow.SUCCEEDED if passed else flow.RUNNING})


def _list(request: Request, playback: Playback) -> Reply:
    """Reply with the migrations, filtered, sorted, and page by page, from the current frame of each."""
    wanted = request.parameters(_ListParameters)
    frames = playback.listed()
    for frame in frames.values():
        if isinstance(frame.check_flag, Refusal):
            raise RefusalError(frame.check_flag.code, frame.check_flag.message)
    found = [
        number
        for number, frame in frames.items()
        if frame.migration_status in (wanted.status_set or (frame.migration_status,))
        and wanted.migrate_name in _name(number)
    ]
    # All migrations have the same times, so that only an order by name differs from one by id.
    key = _name if wanted.order_by == "name" else int
    found.sort(key=key, reverse=wanted.order_by_type == "desc")
    begin = wanted.offset * wanted.limit
    region = request.headers["x-tc-region"]
    page = [_task(number, region, frames[number]) for number in found[begin : begin + wanted.limit]]
    return answer({"TotalCount": len(found), "MigrateTaskSet": page})


def _name(migrate_id: int) -> str:
    return f"migration-{migrate_id}"


def _task(migrate_id: int, region: str, frame: Frame) -> dict[str, object]:
    """Describe a migration with the published fields; all but id, region, status and flag are made up."""
    return {
        "MigrateId": migrate_id,
        "MigrateName": _name(migrate_id),
        "AppId": 1250000000,
        "Region": region,
        "SourceType": 1,
        "CreateTime": "2025-01-01 00:00:00",
        "StartTime": _NEVER,
        "EndTime": _NEVER,
        "Status": frame.migration_status,
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
        return check_flag.CHECKING
    if all(status == NOT_STARTED for status in frame.statuses):
        return check_flag.NOT_CHECKED
    if all(status == PASSED for status in frame.statuses):
        return check_flag.CHECKED
    return check_flag.FAILED if frame.has_left_behind else check_flag.CHECKING


def _faulty(reply: Reply, fault: Fault, holds: Callable[[], bool] = lambda: False) -> Reply:
    return Reply(reply.body, str(fault.__struct_config__.tag), fault, holds)


def _id(request: Request, form: type[msgspec.Struct]) -> int:
    """Decode the only parameter of an action, an id from 1."""
    ((name, number),) = msgspec.structs.asdict(request.parameters(form)).items()
    if number < 1:
        raise RefusalError("InvalidParameter.InputIllegal", f"The parameter `{name}` is less than 1.")
    return int(number)


ACTIONS: Mapping[str, Callable[[Request, Playback], Reply]] = {
    "QueryMigrationCheckProcess": _query,
    "StartMigrationCheck": _start,
    "DescribeFlowStatus": _flow,
    "DescribeMigrations": _list,
}
