"""What a gate whose check has passed adds to `pulumi up`, against a dynamic resource that does nothing.

A third resource loads Tencent's SDK and does nothing with it: what asks through the SDK can hardly cost less.
"""

import functools
import resource
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

import waiting
from harness.emulator_process import EmulatorProcess
from harness.processes import cpu_seconds, peak_memory, provider_pids
from harness.stack import ENDPOINT_KEY, Stack
from table import Row

PROGRAMS = Path(__file__).parent / "stacks"
ROUNDS, WATCHED = 60, 5
MOST_TIMES, MOST_REQUESTS = 1.05, 1
SAMPLE_SECONDS, MB = 0.02, 1 << 20
PASSED = [{"kind": "progress", "statuses": [0] * waiting.STEPS}]


class Update(NamedTuple):
    """What all processes of one `pulumi up` took."""

    seconds: float
    processor_seconds: float


class Round(NamedTuple):
    """One update of each stack, one after the other."""

    gate: Update
    nothing: Update
    sdk: Update


class Provider(NamedTuple):
    """What the provider alone took."""

    processor_seconds: float
    mb: float


def measure() -> Iterator[Row]:
    """Compare them, side by side."""
    rounds, requests = _rounds()
    name = f"`pulumi up` with a passed gate, median of {ROUNDS} rounds"
    ratio = median(one.gate.seconds / one.nothing.seconds for one in rounds)
    yield Row(f"{name}: by the clock", median(one.gate.seconds for one in rounds), None, "s")
    yield Row("... times the same with a resource that does nothing", ratio, MOST_TIMES, "")
    ratio = median(one.gate.seconds / one.sdk.seconds for one in rounds)
    yield Row("... times the same with a resource that loads the SDK and does nothing", ratio, None, "")
    yield Row("... processor time", median(one.gate.processor_seconds for one in rounds), None, "s")
    ratio = median(one.gate.processor_seconds / one.nothing.processor_seconds for one in rounds)
    yield Row("... times the same with a resource that does nothing", ratio, None, "")
    yield Row("... requests", requests, MOST_REQUESTS, "")
    yield Row("... processor time that the gate adds to the provider", added().processor_seconds, None, "s")
    yield Row("... memory that the gate adds to the provider", added().mb, None, "MB")


@functools.cache
def added() -> Provider:
    """Tell what a gate adds to the provider; measured once in a run."""
    with _stacks("gate", "nothing") as (stacks, _):
        pairs = [[_watched(stack) for stack in stacks] for _ in range(WATCHED)]
    more = [[gate - nothing for gate, nothing in zip(*pair, strict=True)] for pair in pairs]
    return Provider._make(map(median, zip(*more, strict=True)))


def _rounds() -> tuple[list[Round], float]:
    """Take turns, so that whatever else the machine does meets all; and count the gate's requests in each update."""
    with _stacks(*Round._fields) as (stacks, process):
        asked = len(process.requests)
        rounds = [_round(stacks, number) for number in range(ROUNDS)]
        return rounds, (len(process.requests) - asked) / ROUNDS


@contextmanager
def _stacks(*names: str) -> Iterator[tuple[list[Stack], EmulatorProcess]]:
    """Make a stack of each program, updated once, and an emulator for them."""
    with tempfile.TemporaryDirectory() as folder, waiting.emulator({"*": PASSED}) as process:
        stacks = [
            Stack.of_program(PROGRAMS / name, Path(folder) / name).init({ENDPOINT_KEY: process.url}) for name in names
        ]
        for stack in stacks:
            _update(stack)
        yield stacks, process


def _round(stacks: list[Stack], number: int) -> Round:
    """Update each, in one order and in the other by turns."""
    turn = 1 if number % 2 else -1
    return Round._make([_update(stack) for stack in stacks[::turn]][::turn])


def _update(stack: Stack) -> Update:
    """Update once, while nothing else runs here: whatever looked at the processes would slow them."""
    before = _processor_seconds()
    result = stack.up()
    if result.exit_code != 0:
        raise RuntimeError(result.screen)
    return Update(result.seconds, _processor_seconds() - before)


def _watched(stack: Stack) -> Provider:
    """Update once, and watch the provider meanwhile."""
    done, seen = threading.Event(), [Provider(0.0, 0.0)]

    def look() -> None:
        while not done.wait(SAMPLE_SECONDS):
            seen.extend(Provider(cpu_seconds(pid), peak_memory(pid) / MB) for pid in provider_pids(stack))

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        _update(stack)
    finally:
        done.set()
        watcher.join()
    return Provider._make(map(max, zip(*seen, strict=True)))


def _processor_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
