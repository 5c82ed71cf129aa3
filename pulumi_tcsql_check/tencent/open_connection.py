"""Holds the newest connection of an HTTP session, so that an exchange that is abandoned can be cut.

A thread that waits for a byte of headers, of a handshake or of a proxy ends by itself only if the server sends it.
"""

import contextlib
import socket
import threading
from typing import Any

from urllib3 import PoolManager


class Line:
    """The newest connection, by a handle of its own: TLS takes away the one, and the end of the headers the other.

    Attributes:
        is_cut: Whether it was cut; there is no other after it.
    """

    def __init__(self) -> None:
        """Begin with no connection."""
        self._handle: socket.socket | None = None
        self.is_cut = False
        self._lock = threading.Lock()

    def hold_those_of(self, manager: PoolManager) -> None:
        """Hold each connection that a pool manager opens from now on."""
        classes = manager.pool_classes_by_scheme
        manager.pool_classes_by_scheme = {scheme: self._holding(pool) for scheme, pool in classes.items()}

    def cut(self) -> None:
        """End the connection, and allow no other."""
        with self._lock:
            self.is_cut = True
            if self._handle is not None:
                with contextlib.suppress(OSError):
                    self._handle.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Release the connection, which may stay open."""
        with self._lock:
            self._replace(None)

    def _holding(self, pool: Any) -> Any:  # noqa: ANN401  # urllib3 has no type for what it looks up by the scheme
        """Derive a pool whose connections are held before a byte is sent, a handshake included."""
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
