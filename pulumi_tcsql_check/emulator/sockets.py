"""The HTTP server: accepts connections, receives requests, sends replies and acts out faults."""

import contextlib
import http.server
import re
import socket
import socketserver
import ssl
import struct
import threading
import weakref
from collections.abc import Callable, Mapping
from http import HTTPStatus

from pulumi_tcsql_check.emulator.scenario import CloseMidBodyFault, HttpFault, RefuseFault, ResetFault, TrickleFault
from pulumi_tcsql_check.emulator.wire import Reply, Request

_MAX_BODY_BYTES = 10 * 1024 * 1024  # the API's own limit for a signed request
_LENGTH = re.compile(r"[0-9]{1,18}", re.ASCII)
_LINGER_ZERO = struct.pack("ii", 1, 0)
_POLL_SECONDS = 0.02
_TRICKLE_SECONDS = 1.0


class _Handler(http.server.BaseHTTPRequestHandler):
    server: "Server"
    protocol_version = "HTTP/1.1"  # keeps the connection open between requests
    disable_nagle_algorithm = True

    def handle(self) -> None:
        """Serve requests until the client disconnects, with or without an error."""
        with contextlib.suppress(ConnectionError, ssl.SSLError):
            super().handle()

    def do_POST(self) -> None:
        """Receive a request, whose length a GET may leave out, and reply to it."""
        length = self.headers.get("Content-Length", "0" if self.command == "GET" else "")
        if not _LENGTH.fullmatch(length):
            self.send_error(HTTPStatus.LENGTH_REQUIRED)
        elif int(length) > _MAX_BODY_BYTES:
            self.send_error(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        else:
            headers = {name.lower(): value for name, value in self.headers.items()}
            request = Request(self.command, self.path, headers, self.rfile.read(int(length)))
            self._send(self.server.reply_to(request))

    do_GET = do_POST  # noqa: N815 - the base class's name for it; the API itself refuses a GET

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name for it
        """Print nothing: there is the request log."""

    def _send(self, reply: Reply) -> None:
        fault, body = reply.fault, reply.body
        head = _head(HTTPStatus.OK, "application/json", len(body))
        if not isinstance(fault, HttpFault | None):
            self.close_connection = True
        match fault:
            case None:
                self.wfile.write(head + body)
            case HttpFault():
                text = fault.body.encode(fault.encoding)
                self.wfile.write(_head(fault.status, fault.content_type, len(text) * fault.times, fault.headers))
                for _ in range(fault.times):
                    self.wfile.write(text)
            case RefuseFault():
                self.server.refuses = reply.holds
            case TrickleFault(part="headers"):
                self._trickle(head + body)
            case TrickleFault():
                self.wfile.write(head)
                self._trickle(body)
            case CloseMidBodyFault():
                self.wfile.write(head + body[: len(body) // 2])
            case ResetFault():
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_ZERO)
                self.connection.close()
            case _:  # silent: it lasts until the client leaves
                self.rfile.read()

    def _trickle(self, content: bytes) -> None:
        for byte in content:
            self.wfile.write(bytes((byte,)))
            if self.server.stopping.wait(_TRICKLE_SECONDS):
                break


def _head(status: int, content_type: str, length: int, more: Mapping[str, str] | None = None) -> bytes:
    reason, _ = _Handler.responses.get(status, ("", ""))
    headers = {"Content-Type": content_type, "Content-Length": str(length), **(more or {})}
    lines = (f"HTTP/1.1 {status} {reason}", *(f"{name}: {value}" for name, value in headers.items()), "", "")
    return "\r\n".join(lines).encode("ascii")


class Server(socketserver.ThreadingMixIn, socketserver.TCPServer):
    """Listens on a port, and serves each connection in a thread of its own, which `server_close` waits for."""

    allow_reuse_address = True
    request_queue_size = 128
    timeout = _POLL_SECONDS

    def __init__(
        self, address: tuple[str, int], reply_to: Callable[[Request], Reply], tls: ssl.SSLContext | None
    ) -> None:
        """Take the port; `serve` serves it."""
        self.reply_to = reply_to
        self.refuses: Callable[[], bool] | None = None  # a handler sets it: refuse connections while it returns True
        self.stopping = threading.Event()  # ends `serve` and the faults
        self._tls = tls
        self._connections = weakref.WeakSet[socket.socket]()
        super().__init__(address, _Handler)

    def serve(self) -> None:
        """Serve until `stopping` is set."""
        while not self.stopping.is_set():
            if self.refuses is None:
                self.handle_request()
            else:
                self._refuse(self.refuses)

    def _refuse(self, holds: Callable[[], bool]) -> None:
        """Keep the port bound without listening on it, so that connections are refused."""
        address = self.socket.getsockname()
        self.socket.close()  # `server_close` would wait for the threads
        self.socket = socket.socket(self.address_family, self.socket_type)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(address)
        self.disconnect()
        while holds() and not self.stopping.is_set():
            self.stopping.wait(_POLL_SECONDS)
        self.refuses = None
        self.server_activate()

    def get_request(self) -> tuple[socket.socket, object]:
        """Accept a connection. Under TLS its own thread does the handshake."""
        connection, address = super().get_request()
        if self._tls is not None:
            connection = self._tls.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
        self._connections.add(connection)
        return connection, address

    def disconnect(self) -> None:
        """End every connection."""
        for connection in list(self._connections):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
