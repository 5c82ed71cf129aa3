"""A file system that hangs: a call of the operating system blocks for whoever reads a file within bounds."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from harness.loopback import join_exchanges

THREAD = "tcsql-check-exchange"
"""What a thread is called that makes a bounded call."""


@contextmanager
def hang(name: str) -> Iterator[list[threading.Thread]]:
    """Have a function of `os` block in bounded calls until the block ends.

    Args:
        name: The function's name.

    Yields:
        The threads that are blocked by now.
    """
    over, real = threading.Event(), getattr(os, name)
    blocked: list[threading.Thread] = []

    def call(*args: object) -> object:
        if threading.current_thread().name == THREAD:
            blocked.append(threading.current_thread())
            over.wait()
        return real(*args)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, name, call)
        yield blocked
        over.set()
        join_exchanges()
