"""Loads modules that stay until the process ends, and has the garbage collector leave them alone.

Pulumi brings 40,000 objects into a process, and the SDK 10,000 more. None of them ever becomes garbage, but the
collector goes through them again and again: while they are made, during a wait, and at the process's end, for which the
engine waits, or whoever has typed a command.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def loading() -> Iterator[None]:
    """Load modules in this block, for a process that does nothing else; one thread at a time.

    Whatever the process holds at the end of the block is looked at no more (`gc.freeze`). That is for a process of this
    package's own: in a program, cycles of the user's objects would never be cleaned up.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was_enabled:
            gc.enable()
