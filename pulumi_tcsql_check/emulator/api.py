"""What the API says to a request: validates it, as the real one does, and asks the playback."""

import itertools
from collections.abc import Callable
from typing import TypeAlias

from pulumi_tcsql_check.emulator.clock import Clock
from pulumi_tcsql_check.emulator.errors import Code, RefusalError
from pulumi_tcsql_check.emulator.keys import KeyRing
from pulumi_tcsql_check.emulator.limit import RateLimit
from pulumi_tcsql_check.emulator.playback import Playback
from pulumi_tcsql_check.emulator.reply import Reply
from pulumi_tcsql_check.emulator.reply import envelope as _envelope
from pulumi_tcsql_check.emulator.reply import error as _error
from pulumi_tcsql_check.emulator.request import Request
from pulumi_tcsql_check.emulator.scenario import Error, Progress, RawAnswer, Scenario
from pulumi_tcsql_check.emulator.signature import verify
from pulumi_tcsql_check.inputs import REGIONS

VERSION = "2018-03-28"

_FIRST_FLOW_ID = 1001


_Answer: TypeAlias = Callable[[int], Reply]


class Api:
    """The API of one account, for one scenario. Safe to use from many threads."""

    def __init__(self, scenario: Scenario, keys: KeyRing, clock: Clock) -> None:
        """Begin with no migration started and no request counted."""
        self._scenario = scenario
        self._keys = keys
        self._clock = clock
        self._playback = Playback(scenario, clock)
        self._limit = RateLimit(clock)
        self._flow_ids = itertools.count(_FIRST_FLOW_ID)
        self._actions: dict[str, _Answer] = {
            "QueryMigrationCheckProcess": self._query,
            "StartMigrationCheck": self._start,
        }

    def reply(self, request: Request) -> Reply:
        """Answer one request; never raises for what a client sent."""
        try:
            answer = self._admit(request)
            return answer(_migrate_id(request))
        except RefusalError as refusal:
            return _error(refusal.code.value, refusal.message)

    def _admit(self, request: Request) -> _Answer:
        """Everything that is validated before the action's own parameters."""
        content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if (request.method, request.target, content_type) != ("POST", "/", "application/json"):
            message = "The emulator serves only POST requests to / whose Content-Type is application/json."
            raise RefusalError(Code.UNSUPPORTED_PROTOCOL, message)
        action = request.header("x-tc-action", "Action")
        version = request.header("x-tc-version", "Version")
        verify(request, self._keys, self._clock.time())
        if version != VERSION:
            raise RefusalError(Code.NO_SUCH_VERSION, f"The parameter `Version` must be {VERSION}.")
        if action not in self._actions:
            names = " and ".join(self._actions)
            raise RefusalError(Code.INVALID_ACTION, f"The action is not one that the emulator knows: {names}.")
        if request.header("x-tc-region", "Region") not in REGIONS:
            raise RefusalError(Code.UNSUPPORTED_REGION, "The action is not supported in the region of the request.")
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
            return _error(frame.code, frame.message)
        passed = Progress(statuses=(0,) * len(self._scenario.steps))
        return Reply(str(frame.__struct_config__.tag), self._progress(passed), frame)

    def _start(self, migrate_id: int) -> Reply:
        if not self._playback.start(migrate_id):
            raise _not_found(migrate_id)
        return Reply("answer", _envelope({"FlowId": next(self._flow_ids)}))

    def _progress(self, frame: Progress) -> bytes:
        steps, statuses = self._scenario.steps, frame.statuses
        open_steps = (number for number, status in enumerate(statuses, start=1) if status != 0)
        return _envelope(
            {
                "TotalStep": len(steps),
                "CurrentStep": frame.current or next(open_steps, len(steps)),
                "StepDetails": [
                    {"Name": step.name, "Status": status, "Msg": step.message}
                    for step, status in zip(steps, statuses, strict=True)
                ],
            }
        )


def _migrate_id(request: Request) -> int:
    parameters = request.parameters()
    for name in parameters:
        if name != "MigrateId":
            raise RefusalError(Code.UNKNOWN_PARAMETER, f"The parameter `{name}` is not recognized.")
    if parameters.get("MigrateId") is None:
        raise RefusalError(Code.MISSING_PARAMETER, "The request is missing the required parameter `MigrateId`.")
    migrate_id = request.migrate_id()
    if migrate_id is None:
        raise RefusalError(Code.INVALID_PARAMETER, "The parameter `MigrateId` is not an integer.")
    if migrate_id < 1:
        raise RefusalError(Code.INPUT_ILLEGAL, "The parameter `MigrateId` is less than 1.")
    return migrate_id


def _not_found(migrate_id: int) -> RefusalError:
    return RefusalError(Code.NOT_FOUND, f"There is no migration {migrate_id}.")
