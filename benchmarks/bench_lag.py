"""How late a pass is seen, from the instant at which the emulator's last step passes.

For one gate the end is the gate's return. For a group it is the query that saw the pass, since a group returns once all
have passed; a migration is not queried after its pass. All groups wait at once, each at an emulator of its own.
"""

import random
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from statistics import mean
from typing import Any, NamedTuple

import waiting
from table import Row

from pulumi_tcsql_check.model.check_flag import CHECKED, CHECKING

GATES, ROUNDS = 20, 4
MOST_MEAN, MOST_REQUESTS = 1.2, 10
STUCK = 10

Frames = list[dict[str, Any]]
Flags = Callable[[int, Frames], Frames]
"""Adds the flags of the list of migrations to the frames of a migration, by its number from 1."""


def _right(_number: int, frames: Frames) -> Frames:
    return frames


def _denied(_number: int, frames: Frames) -> Frames:
    no = {"code": "UnauthorizedOperation.PermissionDenied", "message": "No."}
    return [{**frame, "check_flag": no} for frame in frames]


def _never_changing(_number: int, frames: Frames) -> Frames:
    return [{**frame, "check_flag": CHECKING} for frame in frames]


def _stuck(number: int, frames: Frames) -> Frames:
    return _never_changing(number, frames) if number <= STUCK else frames


def _late(_number: int, frames: Frames) -> Frames:
    *running, passed = frames
    return [*running, {**passed, "check_flag": CHECKING, "seconds": 10.0}, {**passed, "check_flag": CHECKED}]


class Wave(NamedTuple):
    """A group whose passes are evenly spread, with the limits of its mean and its maximum lag, in seconds."""

    what: str
    size: int
    first: float
    spread: float
    flags: Flags
    most_mean: float | None
    most: float | None


WAVES = (
    Wave("20 over 60 s", 20, 25, 60, _right, None, None),
    Wave("200 over 60 s", 200, 25, 60, _right, 1.5, 4),
    Wave("1000 over 600 s", 1000, 120, 600, _right, 2.5, 10),
    Wave("1000 over 600 s without the permission", 1000, 120, 600, _denied, 32, 110),
    Wave("1000 over 600 s, the list never changes", 1000, 120, 600, _never_changing, 32, 110),
    Wave("1000 over 600 s, the list 10 s late", 1000, 120, 600, _late, 10, 30),
    Wave("1000 over 600 s, ten flags stuck", 1000, 120, 600, _stuck, 2.5, 110),
    Wave("1000 over 60 s", 1000, 120, 60, _right, 25, 48),
)


class Waited(NamedTuple):
    """The lags of a group, in seconds, sorted; its requests by action, and the most of one action in a second."""

    lags: Sequence[float]
    lags_of_stuck: Sequence[float]
    steps: int
    pages: int
    throttled: int
    busiest: int
    seconds: float
    processor_seconds: float


def measure() -> Iterator[Row]:
    """Measure one gate, many times, and then all groups at once."""
    lags = list(_of_single_gates())
    yield Row(f"detection lag of a single gate, mean of {GATES}", mean(lags), MOST_MEAN, "s")
    yield Row("the same, maximum", max(lags), None, "s")
    with ThreadPoolExecutor(len(WAVES)) as pool:
        for wave, found in zip(WAVES, pool.map(_wait, WAVES), strict=True):
            yield from _rows(wave, found)


def _rows(wave: Wave, found: Waited) -> Iterator[Row]:
    yield Row(f"detection lag in a wave of {wave.what}, mean", mean(found.lags), wave.most_mean, "s")
    yield Row("... 95th percentile", found.lags[int(0.95 * len(found.lags))], None, "s")
    yield Row("... maximum", found.lags[-1], wave.most, "s")
    if wave.flags is _stuck:
        yield Row("... maximum of the ten", found.lags_of_stuck[-1], None, "s")
    yield Row("... queries about steps for each migration", found.steps / wave.size, None, "")
    yield Row("... queries of the list a second", found.pages / found.seconds, 4, "")
    yield Row("... requests of an action in its busiest second", found.busiest, MOST_REQUESTS, "")
    yield Row("... throttled", found.throttled, 0, "")
    yield Row("... processor time", found.processor_seconds, None, "s")


def _of_single_gates() -> Iterator[float]:
    """Spread the passes evenly over an interval, with a few gates that wait at once."""
    durations = {number: 3 + 2 * number / GATES for number in range(1, GATES + 1)}
    with waiting.emulator({str(number): waiting.running(seconds) for number, seconds in durations.items()}) as process:
        for first in range(1, ROUNDS + 1):
            numbers = range(first, GATES + 1, ROUNDS)
            gates = [waiting.begin(process.url, [{"migrate_id": number}]) for number in numbers]
            returned = [waiting.end(gate).ended[0] for gate in gates]
            begun = _begun(waiting.queries(process))
            for number, instant in zip(numbers, returned, strict=True):
                yield instant - begun[number] - durations[number]


def _wait(wave: Wave) -> Waited:
    ends = [wave.first + wave.spread * number / wave.size for number in range(wave.size)]
    random.Random(wave.size).shuffle(ends)
    durations = dict(enumerate(ends, start=1))
    played = {str(number): wave.flags(number, waiting.running(seconds)) for number, seconds in durations.items()}
    with waiting.emulator(played, "emulator-start") as process:
        began = time.time()
        waited = waiting.waited(process.url, {"migrate_ids": list(durations)})
        queries = waiting.queries(process)
        last = {request.migrate_id: request.at for request in queries}
        lags = {number: last[number] - began - seconds for number, seconds in durations.items()}
        requests = process.requests
        return Waited(
            sorted(lags.values()),
            sorted(lags[number] for number in range(1, STUCK + 1)),
            len(queries),
            len(requests) - len(queries),
            sum(request["outcome"] == "RequestLimitExceeded" for request in requests),
            max(waiting.busiest_second(process, action) for action in waiting.ACTIONS),
            waited.seconds,
            waited.processor_seconds,
        )


def _begun(requests: Sequence[waiting.Request]) -> dict[int, float]:
    """Return when each migration was queried first."""
    return {request.migrate_id: request.at for request in reversed(requests)}
