"""HTTP requests as bytes on a socket, where an HTTP client would change them."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager

from pulumi_tcsql_check.emulator import Emulator
from pulumi_tcsql_check.emulator.wire import Request


def as_bytes(request: Request) -> bytes:
    """Encode a request as a client sends it."""
    lines = [f"{request.method} {request.target} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in request.headers.items()]
    return "\r\n".join([*lines, f"Content-Length: {len(request.body)}", "", ""]).encode() + request.body


@contextmanager
def sent(emulator: Emulator, content: bytes) -> Iterator[socket.socket]:
    """Open a connection, and send these bytes."""
    with socket.create_connection((emulator.host, emulator.port), timeout=5) as connection:
        connection.sendall(content)
        yield connection


def receive_all(connection: socket.socket) -> bytes:
    """Receive until the other end closes the connection."""
    return b"".join(iter(lambda: connection.recv(65536), b""))
