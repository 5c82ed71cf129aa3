"""A local server that records HTTP requests, and replies to each by a script.

A reply gets the connection, and may send anything, also what isn't HTTP. The connection stays open for the next request
unless the reply closes it.
"""

import contextlib
import socket
import socketserver
import ssl
import struct
import threading
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import final

import trustme

POLL_SECONDS = 0.01
JOIN_SECONDS = 5.0


@dataclass(frozen=True)
class Request:
    """A received request: its first line, its headers (names in lower case), and its body."""

    line: str
    headers: dict[str, str]
    body: bytes


Reply = Callable[[socket.socket, threading.Event], None]
"""Gets the connection, and an event that is set when the server stops."""


def answer(body: bytes | str, *, status: str = "200 OK", kind: str = "application/json", **headers: str) -> Reply:
    """Send a well-formed HTTP response; an underscore in a header's name stands for a hyphen."""
    payload = body.encode() if isinstance(body, str) else body
    lines = {"Content-Type": kind, "Content-Length": str(len(payload))}
    lines.update({name.replace("_", "-"): value for name, value in headers.items()})
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return send(f"HTTP/1.1 {status}\r\n{head}\r\n".encode() + payload)


def send(octets: bytes) -> Reply:
    """Send these bytes, and leave the connection open."""
    return lambda connection, _: connection.sendall(octets)


def send_and_close(octets: bytes) -> Reply:
    """Send these bytes, and close the connection."""

    def reply(connection: socket.socket, stopped: threading.Event) -> None:
        del stopped
        connection.sendall(octets)
        connection.shutdown(socket.SHUT_RDWR)

    return reply


def silence(connection: socket.socket, stopped: threading.Event) -> None:
    """Send nothing until the server stops."""
    del connection
    stopped.wait()


def reset(connection: socket.socket, stopped: threading.Event) -> None:
    """Reset the connection."""
    del stopped
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def trickle(head: bytes, drop: bytes) -> Reply:
    """Send the head, then one drop every 0.01 s until the server stops."""

    def reply(connection: socket.socket, stopped: threading.Event) -> None:
        connection.sendall(head)
        while not stopped.wait(POLL_SECONDS):
            connection.sendall(drop)

    return reply


def behind_connect(tls: ssl.SSLContext, reply: Reply) -> Reply:
    """Accept a client's CONNECT, and reply to each request in the tunnel, as a proxy that intercepts TLS does."""

    def serve(connection: socket.socket, stopped: threading.Event) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        with tls.wrap_socket(connection, server_side=True) as inner:
            while _read(inner) is not None:
                reply(inner, stopped)

    return serve


def join_exchanges() -> None:
    """Wait for the exchanges that a test left running, and for their callers; their servers must have stopped."""
    for name in ("tcsql-check-poll", "tcsql-check-exchange"):
        for thread in threading.enumerate():
            if thread.name.startswith(name):
                thread.join(JOIN_SECONDS)
                assert not thread.is_alive()


class _Server(socketserver.ThreadingTCPServer):
    """Tracks its connections, so that stopping ends them; closing it joins its threads."""

    allow_reuse_address = True

    def __init__(self, loopback: "ScriptedServer") -> None:
        self.loopback = loopback
        self.connections = weakref.WeakSet[socket.socket]()
        super().__init__(("127.0.0.1", 0), _Handler)

    def get_request(self) -> tuple[socket.socket, object]:
        connection, address = super().get_request()
        self.connections.add(connection)
        return connection, address


class _Handler(socketserver.BaseRequestHandler):
    """Serves one connection."""

    server: _Server
    request: socket.socket

    def handle(self) -> None:
        loopback = self.server.loopback
        with contextlib.suppress(OSError), loopback.secure(self.request) as connection:
            while (request := _read(connection)) is not None:
                loopback.reply_to(request)(connection, loopback.stopped)


def _read(connection: socket.socket) -> Request | None:
    """Read one request; return None at the end of the connection."""
    octets = b""
    while b"\r\n\r\n" not in octets:
        received = connection.recv(1 << 16)
        if not received:
            return None
        octets += received
    head, _, body = octets.partition(b"\r\n\r\n")
    line, *rest = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (text.partition(":") for text in rest)}
    while len(body) < int(headers.get("content-length", "0")):
        received = connection.recv(1 << 16)
        if not received:
            return None
        body += received
    return Request(line, headers, body)


@final
class ScriptedServer:
    """A server that sends its replies in order and repeats the last one; a context manager.

    Attributes:
        requests: The requests so far.
        stopped: Set when the server stops.
    """

    def __init__(
        self, *replies: Reply, choose: Callable[[Request], Reply] | None = None, tls: ssl.SSLContext | None = None
    ) -> None:
        """Bind a free port; `choose` picks the reply to a request in place of the order."""
        self.requests: list[Request] = []
        self.stopped = threading.Event()
        self._replies = replies
        self._choose = choose
        self._tls = tls
        self._server = _Server(self)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(POLL_SECONDS,))

    @property
    def host(self) -> str:
        """The address with the port."""
        return f"127.0.0.1:{self._server.server_address[1]}"

    @property
    def is_connected(self) -> bool:
        """Whether a client has connected."""
        return len(self._server.connections) > 0

    def secure(self, connection: socket.socket) -> socket.socket:
        """Wrap a connection in TLS, if this server uses it."""
        return self._tls.wrap_socket(connection, server_side=True) if self._tls else connection

    def reply_to(self, request: Request) -> Reply:
        """Record a request, and choose its reply."""
        self.requests.append(request)
        if self._choose:
            return self._choose(request)
        return self._replies[min(len(self.requests), len(self._replies)) - 1]

    def __enter__(self) -> "ScriptedServer":
        """Start serving."""
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """End every connection and every thread."""
        self.stopped.set()
        self._server.shutdown()
        self._thread.join()
        for connection in list(self._server.connections):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self._server.server_close()


def tls_of(authority: trustme.CA, name: str = "127.0.0.1") -> ssl.SSLContext:
    """Make a server's TLS context with a certificate of an authority that no client trusts by default."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    return context
