"""What importing this package adds to importing Pulumi: every program pays it, on every preview and up.

It is measured inside fresh processes that have just imported Pulumi. To compare whole processes, with this package and
without, can't tell: each takes some 250 ms, give or take 30, and what is looked for is a few.
"""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from statistics import median

import table
from table import Row

PROCESSES = 20
MOST_MILLISECONDS = 15.0

IMPORT = "from pulumi_tcsql_check import MigrationCheck, hold_stack"
CODE = f"""
import time
import pulumi
clock, processor = time.perf_counter(), time.process_time()
{IMPORT}
print((time.perf_counter() - clock) * 1e3, (time.process_time() - processor) * 1e3)
"""


def measure() -> Iterator[Row]:
    """Start fresh processes one after another, and take the medians; on a busy machine the clock promises nothing."""
    with tempfile.TemporaryDirectory() as elsewhere:
        _run(elsewhere)  # what is read for the first time comes from the disk
        clock, processor = zip(*(_run(elsewhere) for _ in range(PROCESSES)), strict=True)
    what = f"`{IMPORT}` after `import pulumi`, median of {PROCESSES} fresh processes"
    yield Row(f"{what}: processor time", median(processor), MOST_MILLISECONDS, "ms")
    yield Row(f"{what}: by the clock", median(clock), None if table.is_busy() else MOST_MILLISECONDS, "ms")


def _run(folder: str) -> tuple[float, float]:
    """Import both in a process of its own; return what the second took by the clock, and of the processor, in ms."""
    command = [sys.executable, "-I", "-c", CODE]
    done = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, text=True, check=True)
    clock, processor = map(float, done.stdout.split())
    return clock, processor
