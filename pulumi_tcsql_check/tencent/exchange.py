"""Bounds one HTTP exchange, from connecting to the last byte, by a deadline and a size limit.

The SDK's own timeout applies to each socket operation, so a server that trickles bytes can block it for ever. The SDK
also follows redirects and interprets a response by its content type. The adapter reads the body itself, removes the
target of a redirect and hides the content type, so that the SDK returns the raw bytes. Abandoning an exchange closes
its connection, which ends its thread.
"""

import contextlib
import socket
import threading
import time
import weakref
import zlib
from collections.abc import Callable
from concurrent import futures
from typing import Any, TypeVar

import requests
from requests.adapters import HTTPAdapter
from urllib3 import PoolManager

from pulumi_tcsql_check import daemon_thread

MAX_BODY_BYTES = 1 << 20
"""The largest accepted body; a real one has 2 kB."""

_TOO_LARGE = f"the body is larger than {MAX_BODY_BYTES} bytes"
_GIVEN_UP = "the exchange was given up"

MAX_EXCHANGE_SECONDS = 10.0
MIN_EXCHANGE_SECONDS = 1.0

_CHUNK_BYTES = 1 << 13
_ENCODINGS = ("", "identity", "gzip")
"""The accepted compressions: a chunk in any other could expand to gigabytes before its size is known."""

_GZIP_ONLY = 31
"""The `wbits` with which zlib accepts only the gzip format, with the largest window."""

_CANCEL_POLL_SECONDS = 0.1
_GRACE_SECONDS = 0.5

T = TypeVar("T")


class ExchangeTimeoutError(requests.exceptions.Timeout):
    """The exchange timed out."""


class MalformedBodyError(requests.exceptions.ContentDecodingError):
    """The body is too large, or contradicts its headers."""


def bound_seconds(left: float) -> float:
    """Return the limit of an exchange, by the seconds left until the deadline."""
    return max(MIN_EXCHANGE_SECONDS, min(MAX_EXCHANGE_SECONDS, left))


class _OpenConnection:
    """An adapter's newest connection: closing it unblocks a thread that waits for the server.

    It is held by a duplicate handle: TLS and the end of the headers detach the original ones.

    Attributes:
        has_sent: Whether a request began, once its connection was open. Shutting down decides it for good.
    """

    def __init__(self) -> None:
        """Start without a connection."""
        self._handle: socket.socket | None = None
        self.is_shut_down = False
        self.has_sent = False
        self._lock = threading.Lock()

    def track(self, manager: PoolManager) -> None:
        """Hold each connection that a pool manager opens from now on."""
        classes = manager.pool_classes_by_scheme
        manager.pool_classes_by_scheme = {scheme: self._tracking(pool) for scheme, pool in classes.items()}

    def hold(self, made: socket.socket | None) -> None:
        """Hold a new connection, or none, instead of the previous one, which may stay open."""
        with self._lock:
            if made is not None and self.is_shut_down:
                made.close()
                raise ConnectionAbortedError(_GIVEN_UP)
            previous, self._handle = self._handle, made and made.dup()
            if previous is not None:
                previous.close()

    def begin_request(self) -> None:
        """Note that the next byte belongs to a request; refuse it once the connection is shut down."""
        with self._lock:
            if self.is_shut_down:
                raise ConnectionAbortedError(_GIVEN_UP)
            self.has_sent = True

    def shut_down(self) -> None:
        """Shut the connection down, and refuse new ones."""
        with self._lock:
            self.is_shut_down = True
            if self._handle is not None:
                with contextlib.suppress(OSError):
                    self._handle.shutdown(socket.SHUT_RDWR)

    def _tracking(self, pool: Any) -> Any:  # noqa: ANN401  # urllib3 has no type for a pool class
        """Derive a pool that holds a connection before any byte is sent, including the handshake."""
        hold, begin_request = self.hold, self.begin_request

        class Connection(pool.ConnectionCls):  # type: ignore[misc]  # the base is known at run time
            def _new_conn(self) -> socket.socket:
                made: socket.socket = super()._new_conn()
                hold(made)
                return made

            def request(self, *args: Any, **more: Any) -> None:  # noqa: ANN401  # as in urllib3
                if self.sock is None:  # else the base class connects when it sends the first byte
                    self.connect()
                begin_request()
                super().request(*args, **more)

        return type(pool.__name__, (pool,), {"ConnectionCls": Connection})


class BoundedAdapter(HTTPAdapter):
    """Reads the whole response before `requests` sees it; not thread-safe."""

    def __init__(self) -> None:
        """Keep one connection alive."""
        self._deadline = 0.0
        self._connection = _OpenConnection()
        weakref.finalize(self, self._connection.hold, None)
        super().__init__(pool_connections=1, pool_maxsize=1, max_retries=0)
        self.status = 0
        """The HTTP status of the last response; 0 if there was none."""

    @classmethod
    def on(cls, session: requests.Session) -> "BoundedAdapter":
        """Mount the adapter on a session that ignores the environment: a netrc entry would replace the signature."""
        adapter = cls()
        session.trust_env = False
        session.mount("https://", adapter)
        session.mount("http://", adapter)
        return adapter

    def begin(self, seconds: float) -> None:
        """Bound the next exchange, a little longer than `run_bounded`, which must time out first."""
        self._deadline = time.monotonic() + seconds + _GRACE_SECONDS
        self.status = 0
        self._connection.has_sent = False

    @property
    def has_sent(self) -> bool:
        """Whether the last exchange may have sent its request, or a part of it."""
        return self._connection.has_sent

    def abandon(self) -> None:
        """Close the connection, so that the thread of the exchange ends."""
        self._connection.shut_down()

    def close(self) -> None:
        """Close every connection; the next exchange opens a new one."""
        super().close()
        self._connection.hold(None)

    def init_poolmanager(self, *args: Any, **more: Any) -> None:  # noqa: ANN401  # as in the base class
        """Track each connection."""
        super().init_poolmanager(*args, **more)
        self._connection.track(self.poolmanager)

    def proxy_manager_for(self, *args: Any, **more: Any) -> Any:  # noqa: ANN401  # as in the base class
        """Track each connection to a proxy; the base class returns one manager for each proxy."""
        known = set(self.proxy_manager.values())
        manager = super().proxy_manager_for(*args, **more)
        if manager not in known:
            self._connection.track(manager)
        return manager

    def send(self, request: requests.PreparedRequest, **given: Any) -> requests.Response:  # type: ignore[override]  # noqa: ANN401  # as requests calls it
        """Send one request and read its whole response; on an error, close the connection."""
        request.headers["Accept-Encoding"] = "gzip"
        left = max(0.001, self._deadline - time.monotonic())
        response: requests.Response | None = None
        try:
            response = super().send(request, **given | {"stream": True, "timeout": (left, left)})
            response._content = self._read(response)  # noqa: SLF001  # requests has no public way to set a body
        except BaseException:
            if response is not None:
                response.close()
            self.close()
            raise
        response.headers.pop("Location", None)
        response.headers["Content-Type"] = "application/octet-stream"
        self.status = response.status_code
        return response

    def _read(self, response: requests.Response) -> bytes:
        # Without the header urllib3 returns the raw body: its own decoder accepts truncated gzip data.
        encoding = response.raw.headers.pop("Content-Encoding", "").lower()
        if encoding not in _ENCODINGS:
            raise MalformedBodyError("the body has an encoding that the request does not accept")
        body = bytearray()
        for chunk in response.iter_content(_CHUNK_BYTES):
            body += chunk
            if len(body) > MAX_BODY_BYTES:
                raise MalformedBodyError(_TOO_LARGE)
            if time.monotonic() > self._deadline:
                raise ExchangeTimeoutError("the answer did not end in time")
        if self._connection.is_shut_down:  # truncated headers can pass for a response
            raise ExchangeTimeoutError(_GIVEN_UP)
        length = response.headers.get("Content-Length")
        if length is not None and length.rstrip(" \t") != str(len(body)):
            raise MalformedBodyError("Content-Length is not the length of the body")
        return _decompress(body) if encoding == "gzip" else bytes(body)


def _decompress(body: bytearray) -> bytes:
    gzip, plain = zlib.decompressobj(_GZIP_ONLY), b""
    with contextlib.suppress(zlib.error):
        plain = gzip.decompress(body, MAX_BODY_BYTES + 1)
    if len(plain) > MAX_BODY_BYTES:
        raise MalformedBodyError(_TOO_LARGE)
    if not gzip.eof or gzip.unused_data:
        raise MalformedBodyError("the body is not exactly one gzip member")
    return plain


def run_bounded(call: Callable[[], T], seconds: float, check_cancelled: Callable[[], None]) -> T:
    """Run a blocking call in a daemon thread, and abandon it at the timeout with `ExchangeTimeoutError`.

    No socket timeout bounds a name look-up, a list of addresses that don't respond, or headers that trickle. This
    function raises the call's errors, and calls `check_cancelled` before the call and every 0.1 s.
    """
    check_cancelled()
    future = daemon_thread.begin(call, "tcsql-check-exchange")
    until = time.monotonic() + seconds
    while True:
        futures.wait([future], max(0.0, min(_CANCEL_POLL_SECONDS, until - time.monotonic())))
        if future.done():
            return future.result()
        check_cancelled()
        if time.monotonic() >= until:
            raise ExchangeTimeoutError("there was no answer in time")
