"""What a gate whose check has passed adds to `pulumi up`, against a dynamic resource that does nothing."""

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
from harness.processes import carrying
from harness.stack import ENDPOINT_KEY, Stack
from table import Row

PROGRAMS = Path(__file__).parent / "stacks"
PAIRS = 10
MOST_TIMES, MOST_REQUESTS = 1.05, 1
SAMPLE_SECONDS = 0.02
PASSED = [{"kind": "progress", "statuses": [0] * waiting.STEPS}]


class Update(NamedTuple):
    """What one `pulumi up` took: all its processes, and the provider's alone."""

    seconds: float
    processor_seconds: float
    provider_seconds: float
    provider_mb: float


def measure() -> Iterator[Row]:
    """Take turns, so that whatever else the machine does meets both."""
    with tempfile.TemporaryDirectory() as folder, waiting.emulator({"*": PASSED}) as process:
        stacks = [_stack(Path(folder) / name, PROGRAMS / name, process.url) for name in ("gate", "nothing")]
        for stack in stacks:
            _update(stack)
        asked = len(process.requests)
        pairs = [[_update(stack) for stack in stacks] for _ in range(PAIRS)]
        requests = (len(process.requests) - asked) / PAIRS
    gates, idle = zip(*pairs, strict=True)
    name = f"`pulumi up` with a passed gate, median of {PAIRS} pairs"
    ratio = median(gate.seconds / other.seconds for gate, other in pairs)
    yield Row(f"{name}: by the clock", median(one.seconds for one in gates), None, "s")
    yield Row("... times the same with a resource that does nothing", ratio, MOST_TIMES, "")
    yield Row("... processor time", median(one.processor_seconds for one in gates), None, "s")
    ratio = median(gate.processor_seconds / other.processor_seconds for gate, other in pairs)
    yield Row("... times the same with a resource that does nothing", ratio, None, "")
    yield Row("... requests", requests, MOST_REQUESTS, "")
    added = median(one.provider_seconds for one in gates) - median(one.provider_seconds for one in idle)
    yield Row("... processor time that the gate adds to the provider", added, None, "s")
    added = median(one.provider_mb for one in gates) - median(one.provider_mb for one in idle)
    yield Row("... memory that the gate adds to the provider", added, None, "MB")


def _stack(folder: Path, program: Path, url: str) -> Stack:
    return Stack.of_program(program, folder).init({ENDPOINT_KEY: url})


def _update(stack: Stack) -> Update:
    """Update once, and watch the provider meanwhile."""
    before, done, seen = _processor_seconds(), threading.Event(), [(0.0, 0.0)]

    def look() -> None:
        while not done.wait(SAMPLE_SECONDS):
            seen.append(max(map(_of_process, _providers(stack)), default=(0.0, 0.0)))

    watcher = threading.Thread(target=look)
    watcher.start()
    result = stack.up()
    done.set()
    watcher.join()
    if result.exit_code != 0:
        raise RuntimeError(result.screen)
    seconds, memory = (max(values) for values in zip(*seen, strict=True))
    return Update(result.seconds, _processor_seconds() - before, seconds, memory)


def _providers(stack: Stack) -> list[int]:
    found = carrying("PULUMI_HOME", stack.environ["PULUMI_HOME"])
    return [pid for pid, line in found.items() if "pulumi.dynamic" in line]


def _of_process(pid: int) -> tuple[float, float]:
    """Return the processor's seconds that a process has had, and its peak in MB; nothing if it has gone."""
    try:
        words = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    except OSError:
        return 0.0, 0.0
    peak = next((int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM:")), 0.0)
    return (int(words[11]) + int(words[12])) / 100, peak


def _processor_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
