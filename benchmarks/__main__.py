"""Runs every benchmark beside it, or those that are named, and ends with 1 if a promise wasn't kept.

A benchmark is a module `bench_NAME.py` with a function `measure`, which hands back rows.
"""

import importlib
import itertools
import sys
from pathlib import Path

import table


def main() -> int:
    """Print where and with what it is measured, then the table."""
    beside = Path(__file__).parent.glob("bench_*.py")
    names = sys.argv[1:] or sorted(path.stem.removeprefix("bench_") for path in beside)
    modules = [importlib.import_module(f"bench_{name}") for name in names]
    print(f"{table.machine()}\n{table.versions()}\n\n{table.HEAD}", flush=True)
    return 0 if table.all_kept(itertools.chain.from_iterable(module.measure() for module in modules)) else 1


if __name__ == "__main__":
    sys.exit(main())
