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

MAX_BODY_BYTES = 10 * 1024 * 1024
"""The API's own limit for a signed request."""

_LENGTH = re.compile(r"[0-9]{1,18}", re.ASCII)
_LINGER_ZERO = struct.pack("ii", 1, 0)
_JSON = "application/json"
_JOIN_SECONDS = 5.0
_POLL_SECONDS = 0.02
_TRICKLE_SECONDS = 1.0


class _Handler(http.server.BaseHTTPRequestHandler):
    """Serves one connection, with keep-alive."""

    server: "Server"
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def handle(self) -> None:
        """Serve requests until the client disconnects, whether in order or not."""
        with contextlib.suppress(ConnectionError, ssl.SSLError):
            super().handle()

    def do_POST(self) -> None:
        self._receive(self.headers.get("Content-Length", ""))

    def do_GET(self) -> None:
        """Pass the request on, since the API itself refuses it."""
        self._receive(self.headers.get("Content-Length", "0"))

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name for it
        """Print nothing: there is the request log."""

    def _receive(self, length: str) -> None:
        if not _LENGTH.fullmatch(length):
            self.send_error(HTTPStatus.LENGTH_REQUIRED)
        elif int(length) > MAX_BODY_BYTES:
            self.send_error(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        else:
            self._serve(self.rfile.read(int(length)))

    def _serve(self, body: bytes) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        reply = self.server.reply_to(Request(self.command, self.path, headers, body))
        if reply.fault is None:
            self.wfile.write(_head(HTTPStatus.OK, _JSON, len(reply.body)) + reply.body)
        else:
            self._act(reply)

    def _act(self, reply: Reply) -> None:
        fault, body = reply.fault, reply.body
        if isinstance(fault, HttpFault):
            self._send_repeatedly(fault)
            return
        self.close_connection = True
        if isinstance(fault, RefuseFault):
            self.server.refuse_while(reply.holds)
        elif isinstance(fault, TrickleFault):
            self._trickle(_head(HTTPStatus.OK, _JSON, len(body)), body, fault)
        elif isinstance(fault, CloseMidBodyFault):
            self.wfile.write(_head(HTTPStatus.OK, _JSON, len(body)) + body[: len(body) // 2])
        elif isinstance(fault, ResetFault):
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_ZERO)
            self.connection.close()
        else:
            self.rfile.read()

    def _send_repeatedly(self, fault: HttpFault) -> None:
        text = fault.body.encode(fault.encoding)
        self.wfile.write(_head(fault.status, fault.content_type, len(text) * fault.times, fault.headers))
        for _ in range(fault.times):
            self.wfile.write(text)

    def _trickle(self, head: bytes, body: bytes, fault: TrickleFault) -> None:
        at_once, slowly = (b"", head + body) if fault.part == "headers" else (head, body)
        self.wfile.write(at_once)
        for byte in slowly:
            self.wfile.write(bytes((byte,)))
            if self.server.stopping.wait(_TRICKLE_SECONDS):
                break


def _head(status: int, content_type: str, length: int, more: Mapping[str, str] | None = None) -> bytes:
    reason, _ = _Handler.responses.get(status, ("", ""))
    headers = {"Content-Type": content_type, "Content-Length": str(length), **(more or {})}
    lines = (f"HTTP/1.1 {status} {reason}", *(f"{name}: {value}" for name, value in headers.items()), "", "")
    return "\r\n".join(lines).encode("ascii")


class Server(socketserver.ThreadingMixIn, socketserver.TCPServer):
    """Listens on a port, and serves each connection in a thread of its own.

    It keeps its connections and threads, unlike the base class with daemon threads, so that `disconnect` can end them.

    Attributes:
        reply_to: Gets the reply to a request; called from many threads.
        stopping: Set it to end `serve` and the faults.
    """

    allow_reuse_address = True
    request_queue_size = 128
    timeout = _POLL_SECONDS

    def __init__(
        self, address: tuple[str, int], reply_to: Callable[[Request], Reply], tls: ssl.SSLContext | None
    ) -> None:
        """Take the port; `serve` serves it."""
        self.reply_to = reply_to
        self.stopping = threading.Event()
        self._tls = tls
        self._refuses: Callable[[], bool] | None = None
        self._connections = weakref.WeakSet[socket.socket]()
        self._handlers = weakref.WeakSet[threading.Thread]()
        super().__init__(address, _Handler)

    def serve(self) -> None:
        """Serve until `stopping` is set."""
        while not self.stopping.is_set():
            if self._refuses is None:
                self.handle_request()
            else:
                self._refuse(self._refuses)

    def refuse_while(self, holds: Callable[[], bool]) -> None:
        """End every connection and refuse new ones for as long as the condition holds."""
        self._refuses = holds

    def _refuse(self, holds: Callable[[], bool]) -> None:
        """Keep the port bound without listening on it, so that connections are refused."""
        address = self.socket.getsockname()
        self.server_close()
        self.socket = socket.socket(self.address_family, self.socket_type)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(address)
        self._shut_down_connections()
        while holds() and not self.stopping.is_set():
            self.stopping.wait(_POLL_SECONDS)
        self._refuses = None
        self.server_activate()

    def get_request(self) -> tuple[socket.socket, object]:
        """Accept a connection. Under TLS its own thread does the handshake."""
        connection, address = super().get_request()
        if self._tls is not None:
            connection = self._tls.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
        self._connections.add(connection)
        return connection, address

    def process_request(self, request: socket.socket | tuple[bytes, socket.socket], client_address: object) -> None:
        """Serve a connection in a thread."""
        thread = threading.Thread(target=self.process_request_thread, args=(request, client_address), daemon=True)
        self._handlers.add(thread)
        thread.start()

    def _shut_down_connections(self) -> None:
        for connection in list(self._connections):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def disconnect(self) -> None:
        """End every connection, and wait for the threads."""
        self._shut_down_connections()
        for thread in list(self._handlers):
            thread.join(_JOIN_SECONDS)
