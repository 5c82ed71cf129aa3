"""Exempts modules that stay loaded from garbage collection.

Pulumi creates 40,000 objects, and Tencent's SDK 10,000 more. None becomes garbage, but the collector scans them during
imports, during a wait and at the process's exit, which the engine or the command's user waits for.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def loading() -> Iterator[None]:
    """Disable the collector in this block, and exempt every object that exists at its end (`gc.freeze`).

    Only for a process of this package's own, by one thread at a time: in a user's program, cycles of the user's objects
    would never be freed.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was_enabled:
            gc.enable()
