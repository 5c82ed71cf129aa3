"""The API of TencentDB for SQL Server: validates requests as the real one does, and replies from a scenario."""

import threading
from collections import deque
from collections.abc import Callable
from typing import TypeAlias

from pulumi_tcsql_check.emulator import listing
from pulumi_tcsql_check.emulator.accounts import KeyRing, verify
from pulumi_tcsql_check.emulator.clock import Clock
from pulumi_tcsql_check.emulator.playback import Playback
from pulumi_tcsql_check.emulator.scenario import Error, Progress, RawAnswer, Refusal, Scenario
from pulumi_tcsql_check.emulator.wire import RefusalError, Reply, Request, envelope, error
from pulumi_tcsql_check.model.flow import FAILED, RUNNING, SUCCEEDED
from pulumi_tcsql_check.model.regions import REGIONS

REQUESTS_PER_SECOND = 20
"""The limit for each action."""

_VERSION = "2018-03-28"
_WINDOW_SECONDS = 1.0

_Action: TypeAlias = Callable[[Request], Reply]


class _RateLimit:
    """Refuses requests above the limit in any window of one second. Thread-safe.

    Refused requests don't count, so a client that keeps sending gets 20 replies a second, not none.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._accepted: dict[str, deque[float]] = {}
        self._lock = threading.Lock()

    def admit(self, action: str) -> None:
        now = self._clock.monotonic()
        with self._lock:
            accepted = self._accepted.setdefault(action, deque(maxlen=REQUESTS_PER_SECOND))
            if len(accepted) == REQUESTS_PER_SECOND and now - accepted[0] < _WINDOW_SECONDS:
                message = (
                    f"Your current request times equals to `{REQUESTS_PER_SECOND + 1}` in a second, which exceeds the "
                    f"frequency limit `{REQUESTS_PER_SECOND}` for a second. Please reduce the frequency of calls."
                )
                raise RefusalError("RequestLimitExceeded", message)
            accepted.append(now)


class Api:
    """The API of one account, for one scenario. Thread-safe."""

    def __init__(self, scenario: Scenario, keys: KeyRing, clock: Clock) -> None:
        """Make an API with no migration started and no request counted."""
        self._scenario = scenario
        self._keys = keys
        self._clock = clock
        self._playback = Playback(scenario, clock)
        self._limit = _RateLimit(clock)
        self._actions: dict[str, _Action] = {
            "QueryMigrationCheckProcess": lambda request: self._query(_id(request, "MigrateId")),
            "StartMigrationCheck": lambda request: self._start(_id(request, "MigrateId")),
            "DescribeFlowStatus": lambda request: self._flow(_id(request, "FlowId")),
            "DescribeMigrations": lambda request: listing.answer(request, self._playback.listed()),
        }

    def reply(self, request: Request) -> Reply:
        """Reply to one request; never raises for what a client sent."""
        try:
            return self._admit(request)(request)
        except RefusalError as refusal:
            return error(refusal.code, refusal.message)

    def _admit(self, request: Request) -> _Action:
        """Validate everything but the action's own parameters, and return the action."""
        content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if (request.method, request.target, content_type) != ("POST", "/", "application/json"):
            message = "The emulator serves only POST requests to / whose Content-Type is application/json."
            raise RefusalError("UnsupportedProtocol", message)
        action = request.header("x-tc-action", "Action")
        version = request.header("x-tc-version", "Version")
        verify(request, self._keys, self._clock.time())
        if version != _VERSION:
            raise RefusalError("NoSuchVersion", f"The parameter `Version` must be {_VERSION}.")
        if action not in self._actions:
            names = ", ".join(self._actions)
            raise RefusalError("InvalidAction", f"The action is not one that the emulator knows: {names}.")
        if request.header("x-tc-region", "Region") not in REGIONS:
            raise RefusalError("UnsupportedRegion", "The action is not supported in the region of the request.")
        self._limit.admit(action)
        return self._actions[action]

    def _query(self, migrate_id: int) -> Reply:
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
        return Reply(fault, self._progress(passed), frame, lambda: self._playback.frame(migrate_id) is frame)

    def _start(self, migrate_id: int) -> Reply:
        flow_id = self._playback.start(migrate_id)
        if flow_id is None:
            raise _not_found(migrate_id)
        return Reply("answer", envelope({"FlowId": flow_id}))

    def _flow(self, flow_id: int) -> Reply:
        frame = self._playback.flow_frame(flow_id)
        if frame is None:
            # The API's response here is not published; of the codes that are, for this action, this one fits.
            raise RefusalError("InvalidParameter.ParamsAssertFailed", f"There is no flow {flow_id}.")
        if isinstance(frame.flow, Refusal):
            return error(frame.flow.code, frame.flow.message)
        if frame.flow is not None:
            return Reply("answer", envelope({"Status": frame.flow}))
        if isinstance(frame, Error):
            return error(frame.code, frame.message)
        if isinstance(frame, (Progress, RawAnswer)):
            return Reply("answer", envelope({"Status": _flow_status(frame)}))
        return Reply(str(frame.__struct_config__.tag), envelope({"Status": SUCCEEDED}), frame)

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


def _flow_status(frame: Progress | RawAnswer) -> int:
    """Return the status of a flow at a frame that doesn't state it."""
    if isinstance(frame, RawAnswer):
        return RUNNING
    if frame.has_left_behind:
        return FAILED
    passed = not any(frame.statuses) and frame.current in (None, len(frame.statuses))
    return SUCCEEDED if passed else RUNNING


def _id(request: Request, name: str) -> int:
    parameters = request.parameters()
    for other in parameters:
        if other != name:
            raise RefusalError("UnknownParameter", f"The parameter `{other}` is not recognized.")
    if parameters.get(name) is None:
        raise RefusalError("MissingParameter", f"The request is missing the required parameter `{name}`.")
    number = request.number(name)
    if number is None:
        raise RefusalError("InvalidParameter", f"The parameter `{name}` is not an integer.")
    if number < 1:
        raise RefusalError("InvalidParameter.InputIllegal", f"The parameter `{name}` is less than 1.")
    return number


def _not_found(migrate_id: int) -> RefusalError:
    return RefusalError("ResourceNotFound.DBNotFound", f"There is no migration {migrate_id}.")
