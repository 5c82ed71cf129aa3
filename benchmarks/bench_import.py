"""The time that importing this package adds to importing Pulumi, on every preview and update.

Fresh processes that have just imported Pulumi measure it. Comparing whole processes with and without the package is too
imprecise: each takes about 250 ms, plus or minus 30, and the difference is a few.
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
    """Run fresh processes one after another, and yield the medians; wall time on a busy machine has no limit."""
    with tempfile.TemporaryDirectory() as elsewhere:
        _run(elsewhere)  # the first run reads the files from the disk
        clock, processor = zip(*(_run(elsewhere) for _ in range(PROCESSES)), strict=True)
    what = f"`{IMPORT}` after `import pulumi`, median of {PROCESSES} fresh processes"
    yield Row(f"{what}: processor time", median(processor), MOST_MILLISECONDS, "ms")
    yield Row(f"{what}: by the clock", median(clock), None if table.is_busy() else MOST_MILLISECONDS, "ms")


def _run(folder: str) -> tuple[float, float]:
    """Import both in a separate process; return the wall and processor time of the second import, in ms."""
    command = [sys.executable, "-I", "-c", CODE]
    done = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, text=True, check=True)
    clock, processor = map(float, done.stdout.split())
    return clock, processor
