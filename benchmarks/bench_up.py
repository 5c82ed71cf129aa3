"""The cost that a passed gate adds to `pulumi up`, compared with a dynamic resource that does nothing.

The gate of the provider plugin is compared with both. A further resource loads Tencent's SDK and does nothing with it:
a resource that queries through the SDK costs at least as much.
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
ROUNDS, WATCHED = 100, 5
MOST_TIMES, MOST_TIMES_AS_PLUGIN, MOST_REQUESTS = 1.05, 1, 1
GATES = 2
"""How many of the stacks have a gate."""

SAMPLE_SECONDS, MB = 0.02, 1 << 20
PASSED = [{"kind": "progress", "statuses": [0] * waiting.STEPS}]


class Update(NamedTuple):
    """The time of all processes of one `pulumi up`."""

    seconds: float
    processor_seconds: float


class Round(NamedTuple):
    """One update of each stack, one after the other."""

    gate: Update
    nothing: Update
    sdk: Update
    plugin: Update


class Provider(NamedTuple):
    """The cost of the provider alone."""

    processor_seconds: float
    mb: float


def measure() -> Iterator[Row]:
    """Compare the stacks in alternating updates."""
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
    name = "the same gate of the provider plugin, times the gate of the dynamic provider: by the clock"
    ratio = median(one.plugin.seconds / one.gate.seconds for one in rounds)
    yield Row(name, ratio, MOST_TIMES_AS_PLUGIN, "")
    ratio = median(one.plugin.processor_seconds / one.gate.processor_seconds for one in rounds)
    yield Row("... processor time", ratio, None, "")
    ratio = median(one.plugin.seconds / one.nothing.seconds for one in rounds)
    yield Row("... times a dynamic resource that does nothing: by the clock", ratio, None, "")
    yield Row("... processor time that the gate adds to the provider", added().processor_seconds, None, "s")
    yield Row("... memory that the gate adds to the provider", added().mb, None, "MB")


@functools.cache
def added() -> Provider:
    """Return what a gate adds to the provider; measured once in a run."""
    with _stacks("gate", "nothing") as (stacks, _):
        pairs = [[_watched(stack) for stack in stacks] for _ in range(WATCHED)]
    more = [[gate - nothing for gate, nothing in zip(*pair, strict=True)] for pair in pairs]
    return Provider._make(map(median, zip(*more, strict=True)))


def _rounds() -> tuple[list[Round], float]:
    """Alternate the stacks, so that other load affects all of them; also return the gate's requests per update."""
    with _stacks(*Round._fields) as (stacks, process):
        asked = len(process.requests)
        rounds = [_round(stacks, number) for number in range(ROUNDS)]
        return rounds, (len(process.requests) - asked) / ROUNDS / GATES


@contextmanager
def _stacks(*names: str) -> Iterator[tuple[list[Stack], EmulatorProcess]]:
    """Create a stack of each program, updated once, and an emulator for them."""
    with tempfile.TemporaryDirectory() as folder, waiting.emulator({"*": PASSED}) as process:
        stacks = [
            Stack.of_program(PROGRAMS / name, Path(folder) / name).init({ENDPOINT_KEY: process.url}) for name in names
        ]
        for stack in stacks:
            _update(stack)
        yield stacks, process


def _round(stacks: list[Stack], number: int) -> Round:
    """Update each stack, in one order and the reverse order alternately."""
    turn = 1 if number % 2 else -1
    return Round._make([_update(stack) for stack in stacks[::turn]][::turn])


def _update(stack: Stack) -> Update:
    """Update once without sampling the processes, which would slow them."""
    before = _processor_seconds()
    result = stack.up()
    if result.exit_code != 0:
        raise RuntimeError(result.screen)
    return Update(result.seconds, _processor_seconds() - before)


def _watched(stack: Stack) -> Provider:
    """Update once, and sample the provider meanwhile."""
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
