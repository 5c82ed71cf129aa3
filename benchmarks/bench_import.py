"""What importing this package adds to importing Pulumi: every program pays it, on every preview and up.

Measured twice: by the clock, inside a process that has just imported Pulumi, and by the processor time of whole
processes, their end included, which says the same on a machine that has other things to do.
"""

import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from statistics import median

from table import Row

PAIRS = 20
MOST_MILLISECONDS = 15.0

PULUMI = "import pulumi"
BOTH = """
import time
import pulumi
began = time.perf_counter()
import pulumi_tcsql_check
print((time.perf_counter() - began) * 1e3)
"""


def measure() -> Iterator[Row]:
    """Start fresh processes in pairs, one with this package and one without, in turns."""
    clock, processor = [], []
    with tempfile.TemporaryDirectory() as elsewhere:
        for code in (PULUMI, BOTH):
            _run(code, elsewhere)  # what is read for the first time comes from the disk
        for number in range(PAIRS):
            without_first = number % 2 == 0
            pair = [_run(code, elsewhere) for code in ((PULUMI, BOTH) if without_first else (BOTH, PULUMI))]
            (alone, _), (both, printed) = pair if without_first else pair[::-1]
            processor.append(both - alone)
            clock.append(float(printed))
    yield Row(
        f"`import pulumi_tcsql_check` after `import pulumi`, by the clock, median of {PAIRS} fresh processes",
        median(clock),
        MOST_MILLISECONDS,
        "ms",
    )
    yield Row(
        f"a process that imports both against one that imports Pulumi alone, processor time, median of {PAIRS} pairs",
        median(processor),
        MOST_MILLISECONDS,
        "ms",
    )


def _run(code: str, folder: str) -> tuple[float, str]:
    """Run code in a process of its own; return its processor time, in milliseconds, and what it printed."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run([sys.executable, "-I", "-c", code], cwd=folder, stdout=subprocess.PIPE, text=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) * 1e3, done.stdout
