"""Detects that the engine has exited without ending the provider's process, as after SIGKILL.

A false alarm would fail a gate without cause. So only this counts: the engine's port was open, and this machine has
since refused `REFUSALS` connections in a row. After any other error the watch goes on.
"""

import socket
import threading
import time
from collections.abc import Callable

INTERVAL_SECONDS = 1.0
"""The pause between two connections, and the timeout of each, in seconds."""

THREAD = "tcsql-check-engine-watch"

REFUSALS = 3
"""How many connections in a row must be refused."""


def begin(address: str, on_gone: Callable[[], None]) -> None:
    """Watch the engine's address, `127.0.0.1:PORT`, in a daemon thread, which calls `on_gone` at most once.

    Raises `ValueError` if the address has no port number.
    """
    host, _, port = address.rpartition(":")
    where = (host, int(port))

    def connect() -> None:
        # The engine's server doesn't log a connection that ends before its first byte.
        socket.create_connection(where, timeout=INTERVAL_SECONDS).close()

    def run() -> None:
        # Only this daemon thread sleeps.
        if wait_until_engine_exits(connect, lambda: time.sleep(INTERVAL_SECONDS)):  # noqa: TID251
            on_gone()

    threading.Thread(target=run, name=THREAD, daemon=True).start()


def wait_until_engine_exits(connect: Callable[[], None], pause: Callable[[], None]) -> bool:
    """Return True once the engine has exited; False at once if the first connection fails.

    `connect` opens and closes a connection, and may raise any `OSError`.
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
        except OSError:  # too many open files or a timeout: no sign that the engine has exited
            continue
        else:
            refusals = 0
    return True
