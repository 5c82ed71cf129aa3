"""Which frame of a scenario holds now, for each migration and each flow; time is passed in."""

import itertools
import threading
from collections.abc import Sequence
from typing import TypeAlias

from pulumi_tcsql_check.emulator.clock import Clock
from pulumi_tcsql_check.emulator.scenario import Frame, Scenario


def holding(frames: Sequence[Frame], elapsed_seconds: float) -> Frame:
    """The frame that holds at an instant.

    Args:
        frames: At least one; the last holds for ever.
        elapsed_seconds: Time since the first one began, 0 or more. At the very end of a frame the next one holds.
    """
    end = 0.0
    for frame in frames[:-1]:
        end += frame.seconds or 0.0
        if elapsed_seconds < end:
            return frame
    return frames[-1]


_FIRST_FLOW_ID = 1001

_Start: TypeAlias = tuple[Sequence[Frame], float]
"""The frames that were begun, and when."""


class Playback:
    """Plays one scenario: each migration and each flow has its own beginning. Safe to use from many threads."""

    def __init__(self, scenario: Scenario, clock: Clock) -> None:
        """Begin with no migration started."""
        self._scenario = scenario
        self._clock = clock
        self._began = clock.monotonic() if scenario.starts == "emulator-start" else 0.0
        self._started: dict[int, _Start] = {}
        self._seen = dict.fromkeys(scenario.listed_ids)
        self._flows: dict[int, _Start] = {}
        self._flow_ids = itertools.count(_FIRST_FLOW_ID)
        self._lock = threading.Lock()

    def frame(self, migrate_id: int) -> Frame | None:
        """The frame that a query gets now, or `None` if there is no such migration."""
        frames = self._scenario.frames(migrate_id)
        if frames is None:
            return None
        with self._lock:
            self._seen[migrate_id] = None
            if self._scenario.starts == "first-query":
                self._started.setdefault(migrate_id, (frames, self._clock.monotonic()))
        return self._now(migrate_id, frames)

    def listed(self) -> dict[int, Frame]:
        """What each migration stands at now: those with frames of their own, and those that were asked for.

        Being listed starts none.
        """
        with self._lock:
            seen = tuple(self._seen)
        every = ((migrate_id, self._scenario.frames(migrate_id)) for migrate_id in seen)
        return {migrate_id: self._now(migrate_id, frames) for migrate_id, frames in every if frames is not None}

    def _now(self, migrate_id: int, frames: Sequence[Frame]) -> Frame:
        with self._lock:
            start = self._started.get(migrate_id)
        if start is None and self._scenario.starts == "emulator-start":
            start = frames, self._began
        return holding(start[0], self._clock.monotonic() - start[1]) if start else frames[0]

    def start(self, migrate_id: int) -> int | None:
        """Begin a migration's frames anew, from now, in a flow with a new id; `None` if there is no such migration."""
        with self._lock:
            begun = migrate_id in self._started
            frames = self._scenario.frames_again(migrate_id) if begun else self._scenario.frames(migrate_id)
            if frames is None:
                return None
            flow_id = next(self._flow_ids)
            self._seen[migrate_id] = None
            self._started[migrate_id] = self._flows[flow_id] = frames, self._clock.monotonic()
        return flow_id

    def flow_frame(self, flow_id: int) -> Frame | None:
        """The frame that a flow has come to, counted from its own start, or `None` if there is no such flow."""
        with self._lock:
            start = self._flows.get(flow_id)
        return holding(start[0], self._clock.monotonic() - start[1]) if start else None
