"""Notices that the engine is gone without a word, as after SIGKILL: nobody then ends the provider's process.

A gate that took a living engine for a dead one would refuse for nothing. So nothing counts but this: the engine's port
had been open, and by now this machine refuses a connection to it again and again. Whatever else goes wrong with a
connection says nothing, and the watch goes on.
"""

import contextlib
import socket
import threading
import time
from collections.abc import Callable

INTERVAL_SECONDS = 1.0
"""The pause between two looks, and the bound on each."""

THREAD = "tcsql-check-engine-watch"
"""The name of the thread."""

REFUSALS = 3
"""How many looks in a row must find the port closed."""


def begin(address: str, on_gone: Callable[[], None]) -> None:
    """Watch from a thread of its own, for as long as this process lives.

    Args:
        address: The engine's, as the host gets it: `127.0.0.1:PORT`.
        on_gone: Called in that thread, once.

    Raises:
        ValueError: That is no such address.
    """
    host, _, port = address.rpartition(":")
    where = (host, int(port))

    def run() -> None:
        if is_gone_in_the_end(lambda: _connect(where), _pause):
            on_gone()

    threading.Thread(target=run, name=THREAD, daemon=True).start()


def is_gone_in_the_end(connect: Callable[[], None], pause: Callable[[], None]) -> bool:
    """Return True once the engine is gone; False at once where it can't be reached to begin with.

    Args:
        connect: Connects to the engine, and leaves it again; may raise any `OSError`.
        pause: Lets an interval pass.
    """
    try:
        connect()
    except OSError:
        return False
    refusals = 0
    while refusals < REFUSALS:
        pause()
        try:
            connect()
        except ConnectionRefusedError:
            refusals += 1
        except OSError:  # out of files, no time: that is this side's trouble
            continue
        else:
            refusals = 0
    return True


def _connect(where: tuple[str, int]) -> None:
    # The engine's server says nothing about a connection that ends before its first byte.
    with contextlib.closing(socket.create_connection(where, timeout=INTERVAL_SECONDS)):
        pass


def _pause() -> None:
    time.sleep(INTERVAL_SECONDS)  # noqa: TID251  # no gate waits for it
