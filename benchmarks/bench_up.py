"""What a gate whose check has passed adds to `pulumi up`, against a dynamic resource that does nothing.

A third resource loads Tencent's SDK and does nothing with it: what asks through the SDK can hardly cost less.
"""

import functools
import resource
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

import waiting
from harness.memory import peak_of, processor_seconds_of, providers_of
from harness.stack import ENDPOINT_KEY, Stack
from table import Row

PROGRAMS = Path(__file__).parent / "stacks"
ROUNDS = 10
MOST_TIMES, MOST_REQUESTS = 1.05, 1
SAMPLE_SECONDS, MB = 0.02, 1 << 20
PASSED = [{"kind": "progress", "statuses": [0] * waiting.STEPS}]


class Update(NamedTuple):
    """What one `pulumi up` took: all its processes, and the provider's alone."""

    seconds: float
    processor_seconds: float
    provider_seconds: float
    provider_mb: float


class Round(NamedTuple):
    """One update of each stack, one after the other."""

    gate: Update
    nothing: Update
    sdk: Update


class Figures(NamedTuple):
    """All rounds, and the gate's requests in each."""

    rounds: list[Round]
    requests: float

    @property
    def added_seconds(self) -> float:
        """The processor's time that a gate adds to the provider."""
        return median(one.gate.provider_seconds for one in self.rounds) - median(
            one.nothing.provider_seconds for one in self.rounds
        )

    @property
    def added_mb(self) -> float:
        """The memory that a gate adds to the provider."""
        return median(one.gate.provider_mb for one in self.rounds) - median(
            one.nothing.provider_mb for one in self.rounds
        )


def measure() -> Iterator[Row]:
    """Compare them, side by side."""
    seen = figures()
    name = f"`pulumi up` with a passed gate, median of {ROUNDS} rounds"
    ratio = median(one.gate.seconds / one.nothing.seconds for one in seen.rounds)
    yield Row(f"{name}: by the clock", median(one.gate.seconds for one in seen.rounds), None, "s")
    yield Row("... times the same with a resource that does nothing", ratio, MOST_TIMES, "")
    ratio = median(one.gate.seconds / one.sdk.seconds for one in seen.rounds)
    yield Row("... times the same with a resource that loads the SDK and does nothing", ratio, None, "")
    yield Row("... processor time", median(one.gate.processor_seconds for one in seen.rounds), None, "s")
    ratio = median(one.gate.processor_seconds / one.nothing.processor_seconds for one in seen.rounds)
    yield Row("... times the same with a resource that does nothing", ratio, None, "")
    yield Row("... requests", seen.requests, MOST_REQUESTS, "")
    yield Row("... processor time that the gate adds to the provider", seen.added_seconds, None, "s")
    yield Row("... memory that the gate adds to the provider", seen.added_mb, None, "MB")


@functools.cache
def figures() -> Figures:
    """Take turns, once in a run, so that whatever else the machine does meets all."""
    with tempfile.TemporaryDirectory() as folder, waiting.emulator({"*": PASSED}) as process:
        stacks = [_stack(Path(folder) / name, PROGRAMS / name, process.url) for name in Round._fields]
        for stack in stacks:
            _update(stack)
        asked = len(process.requests)
        rounds = [Round._make(map(_update, stacks)) for _ in range(ROUNDS)]
        return Figures(rounds, (len(process.requests) - asked) / ROUNDS)


def _stack(folder: Path, program: Path, url: str) -> Stack:
    return Stack.of_program(program, folder).init({ENDPOINT_KEY: url})


def _update(stack: Stack) -> Update:
    """Update once, and watch the provider meanwhile."""
    before, done, seen = _processor_seconds(), threading.Event(), [(0.0, 0.0)]

    def look() -> None:
        while not done.wait(SAMPLE_SECONDS):
            seen.extend((processor_seconds_of(pid), peak_of(pid) / MB) for pid in providers_of(stack))

    watcher = threading.Thread(target=look)
    watcher.start()
    result = stack.up()
    done.set()
    watcher.join()
    if result.exit_code != 0:
        raise RuntimeError(result.screen)
    seconds, memory = (max(values) for values in zip(*seen, strict=True))
    return Update(result.seconds, _processor_seconds() - before, seconds, memory)


def _processor_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
