"""Which frame of a scenario holds now, for each migration and each flow; time is passed in."""

import itertools
from collections.abc import Sequence
from typing import TypeAlias

from pulumi_tcsql_check.emulator.clock import Clock
from pulumi_tcsql_check.emulator.scenario import Frame, Scenario

_Start: TypeAlias = tuple[Sequence[Frame], float]  # the frames that were started, and when


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
        self._scenario = scenario
        self._clock = clock
        self._began = clock.monotonic() if scenario.starts == "emulator-start" else 0.0
        self._started: dict[int, _Start] = {}
        self._seen = dict.fromkeys(scenario.listed_ids)
        self._flows: dict[int, _Start] = {}
        self._flow_ids = itertools.count(1001)

    def frame(self, migrate_id: int) -> Frame | None:
        """Return the frame that a query gets now, or None if there is no such migration."""
        frames = self._scenario.frames(migrate_id)
        if frames is None:
            return None
        self._seen[migrate_id] = None
        if self._scenario.starts == "first-query":
            self._started.setdefault(migrate_id, (frames, self._clock.monotonic()))
        return self._current(migrate_id, frames)

    def listed(self) -> dict[int, Frame]:
        """Return the current frame of each migration that has a key of its own or was requested; starts none."""
        every = ((migrate_id, self._scenario.frames(migrate_id)) for migrate_id in self._seen)
        return {migrate_id: self._current(migrate_id, frames) for migrate_id, frames in every if frames is not None}

    def start(self, migrate_id: int) -> int | None:
        """Start a migration anew and return the id of its new flow, or None if there is no such migration."""
        is_again = migrate_id in self._started
        frames = self._scenario.frames_again(migrate_id) if is_again else self._scenario.frames(migrate_id)
        if frames is None:
            return None
        flow_id = next(self._flow_ids)
        self._seen[migrate_id] = None
        self._started[migrate_id] = self._flows[flow_id] = frames, self._clock.monotonic()
        return flow_id

    def flow_frame(self, flow_id: int) -> Frame | None:
        """Return the frame of a flow, counted from its own start, or None if there is no such flow."""
        start = self._flows.get(flow_id)
        return self._since(start) if start else None

    def _current(self, migrate_id: int, frames: Sequence[Frame]) -> Frame:
        start = self._started.get(migrate_id)
        if start is None and self._scenario.starts == "emulator-start":
            start = frames, self._began
        return self._since(start) if start else frames[0]

    def _since(self, start: _Start) -> Frame:
        frames, began = start
        return holding(frames, self._clock.monotonic() - began)
