"""One HTTP connection: reads requests, sends replies in a single piece each, and acts out faults."""

import contextlib
import http.server
import re
import socket
import socketserver
import ssl
import struct
import threading
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Protocol, cast

from pulumi_tcsql_check.emulator.scenario import CloseMidBodyFault, HttpFault, RefuseFault, ResetFault, TrickleFault
from pulumi_tcsql_check.emulator.wire import Reply, Request

MAX_BODY_BYTES = 10 * 1024 * 1024
"""The API's own bound on a signed request."""

_LENGTH = re.compile(r"[0-9]{1,18}", re.ASCII)
_LINGER_ZERO = struct.pack("ii", 1, 0)
_JSON = "application/json"
_TRICKLE_SECONDS = 1.0


class Server(Protocol):
    """Who accepted the connection, as far as a fault needs it."""

    stopping: threading.Event

    def refuse_while(self, holds: Callable[[], bool]) -> None:
        """End every connection, and refuse new ones, for as long as that is so."""


class Handler(http.server.BaseHTTPRequestHandler):
    """Serves one connection, with keep-alive."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def __init__(
        self,
        reply_to: Callable[[Request], Reply],
        request: socket.socket,
        client_address: tuple[str, int],
        server: socketserver.BaseServer,
    ) -> None:
        """Serve the connection, as the base class does in its constructor.

        Args:
            reply_to: Gives the reply to each request.
            request: The connection.
            client_address: Its other end.
            server: Who accepted it.
        """
        self._reply_to = reply_to
        super().__init__(request, client_address, server)

    def handle(self) -> None:
        """Serve requests until the client leaves, however it does."""
        with contextlib.suppress(ConnectionError, ssl.SSLError):
            super().handle()

    def do_POST(self) -> None:
        """Answer a call of the API."""
        self._receive(self.headers.get("Content-Length", ""))

    def do_GET(self) -> None:
        """Let the API refuse what isn't a POST in its own words."""
        self._receive(self.headers.get("Content-Length", "0"))

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name for it
        """Print nothing: the request log is the record."""

    def _receive(self, length: str) -> None:
        if not _LENGTH.fullmatch(length):
            self.send_error(HTTPStatus.LENGTH_REQUIRED)
        elif int(length) > MAX_BODY_BYTES:
            self.send_error(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        else:
            self._serve(self.rfile.read(int(length)))

    def _serve(self, body: bytes) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        reply = self._reply_to(Request(self.command, self.path, headers, body))
        if reply.fault is None:
            self.wfile.write(_head(HTTPStatus.OK, _JSON, len(reply.body)) + reply.body)
        else:
            self._act(reply)

    def _act(self, reply: Reply) -> None:
        fault, body = reply.fault, reply.body
        if isinstance(fault, HttpFault):
            self._send_again_and_again(fault)
            return
        self.close_connection = True
        if isinstance(fault, RefuseFault):
            cast("Server", self.server).refuse_while(reply.holds)
        elif isinstance(fault, TrickleFault):
            self._trickle(_head(HTTPStatus.OK, _JSON, len(body)), body, fault)
        elif isinstance(fault, CloseMidBodyFault):
            self.wfile.write(_head(HTTPStatus.OK, _JSON, len(body)) + body[: len(body) // 2])
        elif isinstance(fault, ResetFault):
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_ZERO)
            self.connection.close()
        else:
            self.rfile.read()

    def _send_again_and_again(self, fault: HttpFault) -> None:
        text = fault.body.encode(fault.encoding)
        self.wfile.write(_head(fault.status, fault.content_type, len(text) * fault.times, fault.headers))
        for _ in range(fault.times):
            self.wfile.write(text)

    def _trickle(self, head: bytes, body: bytes, fault: TrickleFault) -> None:
        at_once, slowly = (b"", head + body) if fault.part == "headers" else (head, body)
        self.wfile.write(at_once)
        for byte in slowly:
            self.wfile.write(bytes((byte,)))
            if cast("Server", self.server).stopping.wait(_TRICKLE_SECONDS):
                break


def _head(status: int, content_type: str, length: int, more: Mapping[str, str] | None = None) -> bytes:
    reason, _ = Handler.responses.get(status, ("", ""))
    headers = {"Content-Type": content_type, "Content-Length": str(length), **(more or {})}
    lines = (f"HTTP/1.1 {status} {reason}", *(f"{name}: {value}" for name, value in headers.items()), "", "")
    return "\r\n".join(lines).encode("ascii")
