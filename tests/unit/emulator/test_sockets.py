"""Connections over bare sockets: keep-alive, faults, and an orderly end."""

import http.client
import json
import socket
import struct
import threading
import time
from collections.abc import Callable
from typing import Literal

import pytest
from harness.raw_http import as_bytes, receive_all, sent

from pulumi_tcsql_check.emulator import Emulator, ManualClock, Scenario, sockets
from pulumi_tcsql_check.emulator.scenario import (
    CloseMidBodyFault,
    Error,
    Frame,
    HttpFault,
    RefuseFault,
    ResetFault,
    SilentFault,
    TrickleFault,
)
from pulumi_tcsql_check.emulator.server import DEFAULT_HOST
from pulumi_tcsql_check.emulator.wire import Request

NOW = 1_700_000_000
SignedRequest = Callable[..., Request]


def _only(frame: Frame) -> Scenario:
    return Scenario(name="mine", migrations={"*": (frame,)})


def test_one_connection_serves_many_requests(signed: SignedRequest, clock: ManualClock) -> None:
    """Connections are kept alive, after refusals too."""
    with Emulator("pass", clock=clock) as emulator:
        connection = http.client.HTTPConnection(emulator.host, emulator.port, timeout=5)
        connection.connect()
        local = connection.sock.getsockname()
        for action in ("QueryMigrationCheckProcess", "Nonsense", "StartMigrationCheck"):
            request = signed(action=action, headers={"host": emulator.endpoint})
            connection.request("POST", "/", request.body, dict(request.headers))
            response = connection.getresponse()
            assert (response.status, response.getheader("Content-Type")) == (200, "application/json")
            assert "RequestId" in json.loads(response.read())["Response"]
            assert connection.sock.getsockname() == local
        connection.close()


@pytest.mark.parametrize(("status", "line"), [(502, b"502 Bad Gateway"), (599, b"599 ")])
def test_an_http_fault_is_sent_as_the_scenario_says(
    signed: SignedRequest, clock: ManualClock, status: int, line: bytes
) -> None:
    """Status, content type, more headers and body are the scenario's, and the connection stays open."""
    fault = HttpFault(status=status, body="<p>é</p>", content_type="text/plain", headers={"Location": "/there"})
    with Emulator(_only(fault), clock=clock) as emulator, sent(emulator, as_bytes(signed()) * 2) as connection:
        connection.shutdown(socket.SHUT_WR)
        received = receive_all(connection)

    reply = b"Content-Type: text/plain\r\nContent-Length: 9\r\nLocation: /there\r\n\r\n<p>\xc3\xa9</p>"
    assert received == (b"HTTP/1.1 " + line + b"\r\n" + reply) * 2


def test_a_reset_fault_resets_the_connection(signed: SignedRequest, clock: ManualClock) -> None:
    """The client sees a reset, not an orderly end."""
    with (
        Emulator(_only(ResetFault()), clock=clock) as emulator,
        sent(emulator, as_bytes(signed())) as connection,
        pytest.raises(ConnectionResetError),
    ):
        connection.recv(1)


def test_a_silent_fault_sends_nothing(signed: SignedRequest, clock: ManualClock) -> None:
    """Nothing is sent before or after the client's last byte."""
    with Emulator(_only(SilentFault()), clock=clock) as emulator, sent(emulator, as_bytes(signed())) as connection:
        connection.settimeout(0.05)
        with pytest.raises(TimeoutError):
            connection.recv(1)
        connection.settimeout(5)
        connection.sendall(b"more")
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(1) == b""


def test_a_body_can_end_early(signed: SignedRequest, clock: ManualClock) -> None:
    """The headers announce a whole response that has passed, of which half is sent."""
    fault = _only(CloseMidBodyFault())
    with Emulator(fault, clock=clock) as emulator, sent(emulator, as_bytes(signed())) as connection:
        head, _, body = receive_all(connection).partition(b"\r\n\r\n")

    promised = int(head.rpartition(b": ")[2])
    assert len(body) == promised // 2
    assert body.startswith(b'{"Response":{"TotalStep":8,"CurrentStep":8,')


def test_a_text_may_be_repeated_and_encoded_in_latin_1(signed: SignedRequest, clock: ManualClock) -> None:
    """The length is that of all repetitions, and an é is a byte of invalid UTF-8."""
    fault = _only(HttpFault(status=200, body="é-", times=3, encoding="latin-1"))
    with Emulator(fault, clock=clock) as emulator, sent(emulator, as_bytes(signed())) as connection:
        connection.shutdown(socket.SHUT_WR)
        head, _, body = receive_all(connection).partition(b"\r\n\r\n")
    assert (head.rpartition(b": ")[2], body) == (b"6", b"\xe9-\xe9-\xe9-")


@pytest.mark.parametrize(("part", "first"), [("headers", b"HTTP"), ("body", b'{"Re')])
def test_a_response_may_trickle(
    signed: SignedRequest, monkeypatch: pytest.MonkeyPatch, part: Literal["headers", "body"], first: bytes
) -> None:
    """The emulator sends byte by byte until it is stopped."""
    monkeypatch.setattr(sockets, "_TRICKLE_SECONDS", 0.001)
    fault, clock = _only(TrickleFault(part=part)), ManualClock(NOW)
    with Emulator(fault, clock=clock) as emulator, sent(emulator, as_bytes(signed())) as connection:
        whole = receive_all(connection)
    head, _, body = whole.partition(b"\r\n\r\n")
    assert (head if part == "headers" else body).startswith(first)
    assert json.loads(body)["Response"]["TotalStep"] == 8

    monkeypatch.setattr(sockets, "_TRICKLE_SECONDS", 600)
    with Emulator(fault, clock=clock) as emulator, sent(emulator, as_bytes(signed())) as connection:
        assert connection.recv(1)


def test_connections_are_refused_during_the_frame(signed: SignedRequest, clock: ManualClock) -> None:
    """Every client's open connections end, new ones are refused, and afterwards the same port serves again."""
    frames = (RefuseFault(seconds=5), Error(code="InternalError", message="m"))
    scenario = Scenario(name="mine", migrations={"*": frames})
    with Emulator(scenario, clock=clock) as emulator:
        idle = socket.create_connection((emulator.host, emulator.port), timeout=5)
        with sent(emulator, as_bytes(signed())) as connection:
            assert receive_all(connection) == b""
        with idle:
            assert idle.recv(1) == b""
        _until(lambda: _is_refused(emulator))
        clock.advance(5)
        _until(lambda: not _is_refused(emulator))
        with sent(emulator, as_bytes(signed())) as connection:
            assert connection.recv(12) == b"HTTP/1.1 200"


def test_a_refusing_emulator_can_be_stopped(signed: SignedRequest, clock: ManualClock) -> None:
    """Its stop doesn't wait until the frame ends."""
    with Emulator(_only(RefuseFault()), clock=clock) as emulator:
        with sent(emulator, as_bytes(signed())) as connection:
            assert receive_all(connection) == b""
        _until(lambda: _is_refused(emulator))


def _is_refused(emulator: Emulator) -> bool:
    try:
        socket.create_connection((emulator.host, emulator.port), timeout=5).close()
    except ConnectionRefusedError:
        return True
    except ConnectionResetError:  # the connection arrived while the port was closing
        return False
    return False


def _until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < deadline


def test_a_get_is_refused_with_an_error_of_the_api() -> None:
    """The response to a GET is an error in the API's envelope."""
    with Emulator("pass") as emulator:
        connection = http.client.HTTPConnection(emulator.host, emulator.port, timeout=5)
        connection.request("GET", "/?Action=QueryMigrationCheckProcess")
        error = json.loads(connection.getresponse().read())["Response"]["Error"]
        connection.close()

    assert error["Code"] == "UnsupportedProtocol"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ("", 411),
        ("Content-Length: many\r\n", 411),
        ("Transfer-Encoding: chunked\r\n", 411),
        (f"Content-Length: {10 * 1024 * 1024 + 1}\r\n", 413),
    ],
)
def test_a_body_of_unknown_or_excessive_length_is_not_read(headers: str, status: int) -> None:
    """The response is an HTTP error, and the connection ends."""
    content = f"POST / HTTP/1.1\r\nHost: x\r\n{headers}\r\n".encode()
    with Emulator("pass") as emulator, sent(emulator, content) as connection:
        assert receive_all(connection).startswith(b"HTTP/1.1 %d " % status)


def test_a_client_that_leaves_early_affects_no_other(
    signed: SignedRequest, clock: ManualClock, capfd: pytest.CaptureFixture[str]
) -> None:
    """A reply that can't be delivered is dropped with no output, and the next client is served."""
    scenario = _only(HttpFault(status=200, body="x" * 8_000_000))
    with Emulator(scenario, clock=clock) as emulator:
        with sent(emulator, as_bytes(signed())) as connection:
            connection.recv(1)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        with sent(emulator, as_bytes(signed())) as connection:
            assert connection.recv(12) == b"HTTP/1.1 200"

    assert capfd.readouterr() == ("", "")


class _WatchedClock(ManualClock):
    """A clock that sets an event when it is read, which is after a request has arrived."""

    def __init__(self) -> None:
        super().__init__(NOW)
        self.read = threading.Event()

    def monotonic(self) -> float:
        self.read.set()
        return super().monotonic()


@pytest.mark.parametrize("frame", [Error(code="InternalError", message="m"), SilentFault()])
def test_leaving_the_block_ends_every_connection(signed: SignedRequest, frame: Frame) -> None:
    """An idle or a silent connection ends in order, and the port is free again."""
    clock = _WatchedClock()
    with Emulator(_only(frame), clock=clock) as emulator:
        waiting = socket.create_connection((emulator.host, emulator.port), timeout=5)
        waiting.sendall(as_bytes(signed()))
        assert clock.read.wait(5)
        begun = waiting.recv(12) if isinstance(frame, Error) else b""

    with waiting:
        ended = begun + receive_all(waiting)
    assert ended.startswith(b"HTTP/1.1 200") == isinstance(frame, Error)
    with Emulator("pass", port=emulator.port) as again:
        assert again.url == f"http://{DEFAULT_HOST}:{emulator.port}"
