"""A file system that hangs: a function of `os` that blocks in the package's bounded calls."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from harness.scripted_server import join_exchanges

THREAD = "tcsql-check-exchange"
"""The name of a thread that makes a bounded call."""


@contextmanager
def block_os_call(name: str) -> Iterator[list[threading.Thread]]:
    """Block every bounded call of this function of `os` until the `with` block ends; yield the blocked threads."""
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
