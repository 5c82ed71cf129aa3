"""Tracks the newest connection of an HTTP session: closing it unblocks a thread that waits for the server."""

import contextlib
import socket
import threading
from typing import Any

from urllib3 import PoolManager


class Line:
    """The newest connection, by a duplicate handle: TLS and the end of the headers detach the original ones."""

    def __init__(self) -> None:
        """Start without a connection."""
        self._handle: socket.socket | None = None
        self.is_cut = False
        self._lock = threading.Lock()

    def hold_those_of(self, manager: PoolManager) -> None:
        """Track each connection that a pool manager opens from now on."""
        classes = manager.pool_classes_by_scheme
        manager.pool_classes_by_scheme = {scheme: self._holding(pool) for scheme, pool in classes.items()}

    def cut(self) -> None:
        """Shut the connection down, and refuse new ones."""
        with self._lock:
            self.is_cut = True
            if self._handle is not None:
                with contextlib.suppress(OSError):
                    self._handle.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Release the handle; the connection may stay open."""
        with self._lock:
            self._replace(None)

    def _holding(self, pool: Any) -> Any:  # noqa: ANN401  # urllib3 has no type for a pool class
        """Derive a pool that tracks a connection before any byte is sent, including the handshake."""
        hold = self._hold

        class Connection(pool.ConnectionCls):  # type: ignore[misc]  # the base is known at run time
            def _new_conn(self) -> socket.socket:
                made: socket.socket = super()._new_conn()
                hold(made)
                return made

        return type(pool.__name__, (pool,), {"ConnectionCls": Connection})

    def _hold(self, made: socket.socket) -> None:
        with self._lock:
            if self.is_cut:
                made.close()
                raise ConnectionAbortedError("the exchange was given up")
            self._replace(made.dup())

    def _replace(self, handle: socket.socket | None) -> None:
        if self._handle is not None:
            self._handle.close()
        self._handle = handle
