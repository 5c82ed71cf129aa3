"""Which frame of a scenario holds now, for each migration and each flow, by a clock that is passed in."""

import math
from collections import Counter
from collections.abc import Sequence
from typing import Protocol, TypeAlias

from pulumi_tcsql_check.emulator.scenario import EVERY_ID, Frame, Scenario
from pulumi_tcsql_check.emulator.wire import RefusalError

_Start: TypeAlias = tuple[Sequence[Frame], float]  # the frames that were started, and when

_FIRST_FLOW_ID = 1001


class Clock(Protocol):
    """Returns the time; never sleeps. The module `time` is one."""

    def monotonic(self) -> float:
        """Seconds since some fixed instant, never going back: for scenarios and the rate limit."""

    def time(self) -> float:
        """Seconds since 1970-01-01 UTC: for signatures and the request log."""


class ManualClock:
    """A clock for tests: it stands still until `advance` is called."""

    def __init__(self, time: float = 0.0) -> None:
        """Start at an instant, in seconds since 1970-01-01 UTC."""
        self._time = time

    def time(self) -> float:
        """Seconds since 1970-01-01 UTC."""
        return self._time

    monotonic = time

    def advance(self, seconds: float) -> None:
        """Move on by some seconds, 0 or more."""
        self._time += seconds


def holding(frames: Sequence[Frame], elapsed_seconds: float) -> Frame:
    """Return the frame that holds some seconds after the first began; at the very end of a frame, the next one."""
    end = 0.0
    for frame in frames[:-1]:
        end += frame.seconds or 0.0
        if elapsed_seconds < end:
            return frame
    return frames[-1]


class Playback:
    """Plays one scenario: each migration and each flow has its own start."""

    def __init__(self, scenario: Scenario, clock: Clock) -> None:
        """Begin with no migration started."""
        self.scenario = scenario
        self._clock = clock
        # Until something starts a migration, its first frame holds.
        self._began = clock.monotonic() if scenario.starts == "emulator-start" else math.inf
        self._started: dict[int, _Start] = {}
        self._seen = {int(key) for key in scenario.migrations if key != EVERY_ID}
        self._flows: dict[int, _Start] = {}
        self._start_requests: Counter[int] = Counter()

    def frame(self, migrate_id: int) -> Frame:
        """Return the frame that a query gets now; raises `RefusalError` if there is no such migration."""
        frames = self._frames(migrate_id)
        self._seen.add(migrate_id)
        if self.scenario.starts == "first-query":
            self._started.setdefault(migrate_id, (frames, self._clock.monotonic()))
        return self._current(migrate_id)

    def listed(self) -> dict[int, Frame]:
        """Return the current frame of each migration that has a key of its own or was requested; starts none."""
        return {migrate_id: self._current(migrate_id) for migrate_id in self._seen if self.scenario.frames(migrate_id)}

    def reply_to_start(self, migrate_id: int) -> Frame | None:
        """Count a request to start a migration, and return the frame that replies to it; None for the usual one."""
        self._start_requests[migrate_id] += 1
        return self.scenario.reply_to_start(migrate_id, self._start_requests[migrate_id] - 1)

    def start(self, migrate_id: int) -> int:
        """Start a migration anew and return its new flow's id; raises `RefusalError` if there is no such migration."""
        again = self.scenario.frames_again(migrate_id) if migrate_id in self._started else None
        start = again or self._frames(migrate_id), self._clock.monotonic()
        flow_id = _FIRST_FLOW_ID + len(self._flows)
        self._seen.add(migrate_id)
        self._started[migrate_id] = self._flows[flow_id] = start
        return flow_id

    def flow_frame(self, flow_id: int) -> Frame:
        """Return the frame of a flow, counted from its own start; raises `RefusalError` if there is no such flow."""
        if flow_id not in self._flows:
            # The API's response here is not published; of the codes that are, for this action, this one fits.
            raise RefusalError("InvalidParameter.ParamsAssertFailed", f"There is no flow {flow_id}.")
        return self._since(self._flows[flow_id])

    def _frames(self, migrate_id: int) -> Sequence[Frame]:
        frames = self.scenario.frames(migrate_id)
        if frames is None:
            raise RefusalError("ResourceNotFound.DBNotFound", f"There is no migration {migrate_id}.")
        return frames

    def _current(self, migrate_id: int) -> Frame:
        return self._since(self._started.get(migrate_id) or (self._frames(migrate_id), self._began))

    def _since(self, start: _Start) -> Frame:
        frames, began = start
        return holding(frames, self._clock.monotonic() - began)
