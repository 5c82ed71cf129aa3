"""Generate the checks of one update from given random numbers: errors of every kind, then a result.

The errors are those of the emulator's built-in scenarios, so a new scenario is included automatically: frames before a
pass are transient errors, and a scenario's last frame, unless it passes or waits, is a refusal.
"""

import itertools
import json
import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pulumi_tcsql_check import emulator
from pulumi_tcsql_check.model.check_flag import CHECKED, CHECKING, NOT_CHECKED

GATES = 3
STEPS = [{"name": "one", "message": "Check it."}, {"name": "two", "message": "Check that."}]
RUNNING, PASSED, LEFT_BEHIND = [0, 1], [0, 0], [-1, 1]

PATIENCE_SECONDS = 150.0
"""The timeout of a gate that passes or is refused; longer than any outage that a wait survives."""

SHORT_SECONDS = 8.0
"""The timeout of a gate whose check never ends."""

Kind = Literal["passes", "fails", "never ends"]
Frame = dict[str, Any]


@dataclass(frozen=True)
class Check:
    """The behavior of one check.

    Attributes:
        kind: How it ends.
        frames: The emulator's frames.
        seconds: How long after its first query it passes; only for a check that passes.
    """

    kind: Kind
    frames: list[Frame]
    seconds: float

    @property
    def timeout_seconds(self) -> float:
        """The timeout of its gate."""
        return SHORT_SECONDS if self.kind == "never ends" else PATIENCE_SECONDS + self.seconds


@dataclass(frozen=True)
class Round:
    """The checks of one update, by their ids, from 1."""

    checks: list[Check]

    @property
    def is_to_pass(self) -> bool:
        """Whether every gate should open."""
        return all(check.kind == "passes" for check in self.checks)

    @property
    def scenario(self) -> bytes:
        """Write the scenario for the emulator, with a list of migrations that lies."""
        migrations = {str(number): _with_lies(check.frames) for number, check in enumerate(self.checks, start=1)}
        return json.dumps({"steps": STEPS, "migrations": migrations}).encode()


def _with_lies(frames: list[Frame]) -> list[Frame]:
    """Add flags that mean nothing. "Failed" is none of them: two sweeps that see it ten seconds apart fail a wait."""
    lies = itertools.cycle((CHECKED, NOT_CHECKED, CHECKING, CHECKED, 7))
    return [{**frame, "check_flag": next(lies)} for frame in frames]


def _built_in() -> list[list[Frame]]:
    """Read the frames of all built-in scenarios that use plain HTTP."""
    folder = Path(emulator.__file__).with_name("scenarios")
    files = [json.loads(path.read_text("utf-8")) for path in sorted(folder.glob("*.json"))]
    return [file["migrations"]["*"] for file in files if "tls" not in file]


def _passes(frame: Frame) -> bool:
    return frame["kind"] == "progress" and not any(frame["statuses"])


def trouble_that_passes() -> list[Frame]:
    """List the transient errors, which a gate survives."""
    found = [frame for frames in _built_in() if _passes(frames[-1]) for frame in frames[:-1]]
    return [frame for frame in found if frame["kind"] != "progress"]


def refusals() -> list[Frame]:
    """List the frames that end a gate, or hold it until its deadline."""
    last = [frames[-1] for frames in _built_in()]
    return [frame for frame in last if frame["kind"] != "progress"] + [_steps(LEFT_BEHIND, 2)]


def _steps(statuses: list[int], current: int) -> Frame:
    return {"kind": "progress", "statuses": statuses, "current": current}


def _on_the_way(chance: random.Random, seconds: float) -> list[Frame]:
    """Alternate between errors and a running check, for this many seconds."""
    frames: list[Frame] = []
    left = seconds
    while left > 0:
        lasts = min(left, round(chance.uniform(0.3, 4), 2))
        left -= lasts
        frame = _steps(RUNNING, 2) if len(frames) % 2 else chance.choice(trouble_that_passes())
        frames.append({**frame, "seconds": lasts})
    return frames


def invent(chance: random.Random) -> Round:
    """Generate a round in which all checks pass, or one in which some don't."""
    kinds: tuple[Kind, ...] = ("passes", "passes", "fails", "never ends")
    all_pass = chance.random() < 0.5
    return Round([_check("passes" if all_pass else chance.choice(kinds), chance) for _ in range(GATES)])


def invent_long(chance: random.Random, seconds: float) -> Round:
    """Generate a round whose checks pass after this many seconds of errors."""
    frames = [[*_on_the_way(chance, seconds), _steps(PASSED, 2)] for _ in range(GATES)]
    return Round([Check("passes", one, seconds) for one in frames])


def _check(kind: Kind, chance: random.Random) -> Check:
    seconds = round(chance.uniform(0.5, 8), 2)
    way = _on_the_way(chance, seconds)
    if kind == "passes":
        return Check(kind, [*way, _steps(PASSED, 2)], seconds)
    last = chance.choice(refusals()) if kind == "fails" else _steps(RUNNING, 2)
    return Check(kind, [*way, {name: value for name, value in last.items() if name != "seconds"}], seconds)
