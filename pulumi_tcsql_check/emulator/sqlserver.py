"""The API of TencentDB for SQL Server: validates requests as the real one does, and replies from a scenario."""

from collections import defaultdict, deque
from collections.abc import Callable

import msgspec

from pulumi_tcsql_check.emulator import listing
from pulumi_tcsql_check.emulator.accounts import Account, verify
from pulumi_tcsql_check.emulator.clock import Clock
from pulumi_tcsql_check.emulator.playback import Playback
from pulumi_tcsql_check.emulator.scenario import Error, Progress, RawAnswer, Refusal, Scenario
from pulumi_tcsql_check.emulator.wire import RefusalError, Reply, Request, envelope, error
from pulumi_tcsql_check.model.flow import FAILED, RUNNING, SUCCEEDED

REQUESTS_PER_SECOND = 20  # for each action
_VERSION = "2018-03-28"
_WINDOW_SECONDS = 1.0


class _MigrateId(msgspec.Struct, frozen=True, rename="pascal"):
    migrate_id: int


class _FlowId(msgspec.Struct, frozen=True, rename="pascal"):
    flow_id: int


class Api:
    """The API of one account, for one scenario."""

    def __init__(self, scenario: Scenario, account: Account, clock: Clock) -> None:
        """Make an API with no migration started and no request counted."""
        self.account = account
        self._scenario = scenario
        self._clock = clock
        self._playback = Playback(scenario, clock)
        self._admitted = defaultdict[str, deque[float]](lambda: deque(maxlen=REQUESTS_PER_SECOND))
        self._actions: dict[str, Callable[[Request], Reply]] = {
            "QueryMigrationCheckProcess": self._query,
            "StartMigrationCheck": self._start,
            "DescribeFlowStatus": self._flow,
            "DescribeMigrations": lambda request: listing.reply(request, self._playback.listed()),
        }

    def reply(self, request: Request) -> Reply:
        """Reply to one request; never raises for what a client sent."""
        try:
            return self._actions[self._admit(request)](request)
        except RefusalError as refusal:
            return error(refusal.code, refusal.message)

    def _admit(self, request: Request) -> str:
        """Validate everything but the action's own parameters, and return its name."""
        content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if (request.method, request.target, content_type) != ("POST", "/", "application/json"):
            message = "The emulator serves only POST requests to / whose Content-Type is application/json."
            raise RefusalError("UnsupportedProtocol", message)
        action = request.header("x-tc-action")
        verify(request, self.account.keys, self._clock.time())
        request.check(_VERSION, self._actions)
        self._limit(self._admitted[action])
        return action

    def _limit(self, admitted: deque[float]) -> None:
        """Refuse a request if the action's limit is reached in a window of one second; refused ones don't count."""
        now = self._clock.monotonic()
        if len(admitted) == REQUESTS_PER_SECOND and now - admitted[0] < _WINDOW_SECONDS:
            message = (
                f"Your current request times equals to `{REQUESTS_PER_SECOND + 1}` in a second, which exceeds the "
                f"frequency limit `{REQUESTS_PER_SECOND}` for a second. Please reduce the frequency of calls."
            )
            raise RefusalError("RequestLimitExceeded", message)
        admitted.append(now)

    def _query(self, request: Request) -> Reply:
        migrate_id = _positive("MigrateId", request.parameters(_MigrateId).migrate_id)
        frame = self._playback.frame(migrate_id)
        if frame is None:
            raise _not_found(migrate_id)
        if isinstance(frame, Progress):
            return Reply("answer", self._progress(frame))
        if isinstance(frame, RawAnswer):
            return Reply("answer", bytes(frame.answer))
        if isinstance(frame, Error):
            return error(frame.code, frame.message)
        passed = Progress(statuses=(0,) * len(self._scenario.steps))
        fault = str(frame.__struct_config__.tag)
        # The server calls this without the lock; it changes nothing, since the migration has been requested before.
        return Reply(fault, self._progress(passed), frame, lambda: self._playback.frame(migrate_id) is frame)

    def _start(self, request: Request) -> Reply:
        migrate_id = _positive("MigrateId", request.parameters(_MigrateId).migrate_id)
        flow_id = self._playback.start(migrate_id)
        if flow_id is None:
            raise _not_found(migrate_id)
        return Reply("answer", envelope({"FlowId": flow_id}))

    def _flow(self, request: Request) -> Reply:
        flow_id = _positive("FlowId", request.parameters(_FlowId).flow_id)
        frame = self._playback.flow_frame(flow_id)
        if frame is None:
            # The API's response here is not published; of the codes that are, for this action, this one fits.
            raise RefusalError("InvalidParameter.ParamsAssertFailed", f"There is no flow {flow_id}.")
        state = frame if frame.flow is None else frame.flow
        if isinstance(state, (Refusal, Error)):
            return error(state.code, state.message)
        if isinstance(state, (int, Progress, RawAnswer)):
            return Reply("answer", envelope({"Status": _flow_status(state)}))
        return Reply(str(state.__struct_config__.tag), envelope({"Status": SUCCEEDED}), state)

    def _progress(self, frame: Progress) -> bytes:
        steps, statuses = self._scenario.steps, frame.statuses
        open_steps = (number for number, status in enumerate(statuses, start=1) if status != 0)
        return envelope(
            {
                "TotalStep": len(steps),
                "CurrentStep": frame.current or next(open_steps, len(steps)),
                "StepDetails": [
                    {"Name": step.name, "Status": status, "Msg": step.message}
                    for step, status in zip(steps, statuses, strict=True)
                ],
            }
        )


def _flow_status(state: int | Progress | RawAnswer) -> int:
    """Return the status that a frame states for its flow, or else the one that follows from its steps."""
    if isinstance(state, int):
        return state
    if isinstance(state, RawAnswer):
        return RUNNING
    if state.has_left_behind:
        return FAILED
    passed = not any(state.statuses) and state.current in (None, len(state.statuses))
    return SUCCEEDED if passed else RUNNING


def _positive(parameter: str, number: int) -> int:
    if number < 1:
        raise RefusalError("InvalidParameter.InputIllegal", f"The parameter `{parameter}` is less than 1.")
    return number


def _not_found(migrate_id: int) -> RefusalError:
    return RefusalError("ResourceNotFound.DBNotFound", f"There is no migration {migrate_id}.")
