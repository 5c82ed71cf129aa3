"""Run every benchmark in this folder, or the named ones, and exit with 1 if a limit is exceeded.

A benchmark is a module `bench_NAME.py` with a function `measure` that yields rows.
"""

import importlib
import itertools
import sys
from pathlib import Path

import table

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))  # the benchmarks use the tests' harness


def main() -> int:
    """Print the machine and the versions, then the table."""
    beside = Path(__file__).parent.glob("bench_*.py")
    names = sys.argv[1:] or sorted(path.stem.removeprefix("bench_") for path in beside)
    modules = [importlib.import_module(f"bench_{name}") for name in names]
    print(f"{table.machine()}\n{table.versions()}\n\n{table.HEAD}", flush=True)
    return 0 if table.all_kept(itertools.chain.from_iterable(module.measure() for module in modules)) else 1


if __name__ == "__main__":
    sys.exit(main())
