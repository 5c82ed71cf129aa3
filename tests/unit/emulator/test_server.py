"""A running emulator, asked by the real SDK and over bare sockets."""

import http.client
import json
import socket
import ssl
import struct
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import pytest
from tencentcloud.common.common_client import CommonClient
from tencentcloud.common.credential import Credential
from tencentcloud.common.exception import TencentCloudSDKException
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile

from pulumi_tcsql_check.emulator import (
    DUMMY_SECRET_ID,
    DUMMY_SECRET_KEY,
    Emulator,
    Keys,
    ManualClock,
    Scenario,
    ScenarioError,
    handler,
)
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


def _client(emulator: Emulator, secret_key: str = DUMMY_SECRET_KEY, token: str | None = None) -> CommonClient:
    http_profile = HttpProfile(protocol="http", endpoint=emulator.endpoint, reqTimeout=5)
    credential = Credential(DUMMY_SECRET_ID, secret_key, token)
    return CommonClient("sqlserver", "2018-03-28", credential, "ap-guangzhou", ClientProfile(httpProfile=http_profile))


def _query(client: CommonClient, migrate_id: object = 1066) -> dict[str, Any]:
    answer: dict[str, Any] = client.call_json("QueryMigrationCheckProcess", {"MigrateId": migrate_id})
    return answer


def _only(frame: Frame) -> Scenario:
    return Scenario(name="mine", migrations={"*": (frame,)})


def _bytes(request: Request) -> bytes:
    lines = [f"{request.method} {request.target} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in request.headers.items()]
    return "\r\n".join([*lines, f"Content-Length: {len(request.body)}", "", ""]).encode() + request.body


@contextmanager
def _sent(emulator: Emulator, content: bytes) -> Iterator[socket.socket]:
    with socket.create_connection((emulator.host, emulator.port), timeout=5) as connection:
        connection.sendall(content)
        yield connection


def _everything(connection: socket.socket) -> bytes:
    return b"".join(iter(lambda: connection.recv(65536), b""))


def test_the_real_sdk_gets_the_progress() -> None:
    """The SDK's client signs, asks and reads the answer as it would the real API's."""
    with Emulator("pass") as emulator:
        answer = _query(_client(emulator))

    assert answer["Response"]["TotalStep"] == answer["Response"]["CurrentStep"] == 8


def test_the_real_sdk_can_start_a_check() -> None:
    """A check that nobody has started shows no step as begun, and starting it gives a flow id."""
    with Emulator("never-started") as emulator:
        client = _client(emulator)
        before = _query(client)["Response"]["StepDetails"][0]["Status"]
        started = client.call_json("StartMigrationCheck", {"MigrateId": 1066})

    assert before == -2
    assert started["Response"]["FlowId"] >= 1


@pytest.mark.parametrize(
    ("secret_key", "migrate_id", "code"),
    [
        ("wrong", 1066, "AuthFailure.SignatureFailure"),
        (DUMMY_SECRET_KEY, 404, "ResourceNotFound.DBNotFound"),
        (DUMMY_SECRET_KEY, "x", "InvalidParameter"),
    ],
)
def test_the_real_sdk_understands_a_refusal(secret_key: str, migrate_id: object, code: str) -> None:
    """A refusal reaches the SDK's caller with its code, message and request id."""
    with Emulator("pass") as emulator, pytest.raises(TencentCloudSDKException) as caught:
        _query(_client(emulator, secret_key), migrate_id)

    assert caught.value.get_code() == code
    assert caught.value.get_message()
    assert caught.value.get_request_id()


def test_the_real_sdk_sends_the_session_token() -> None:
    """With a token in its keys, the emulator takes a client that has it and refuses one that hasn't."""
    with Emulator("pass", keys=Keys(token="session")) as emulator:
        _query(_client(emulator, token="session"))
        with pytest.raises(TencentCloudSDKException) as caught:
            _query(_client(emulator))

    assert caught.value.get_code() == "AuthFailure.TokenFailure"


def test_the_clock_is_the_one_passed_in(signed: SignedRequest, clock: ManualClock) -> None:
    """A request signed for an instant of the past is genuine where the emulator's clock stands there."""
    with Emulator("pass", clock=clock) as emulator, _sent(emulator, _bytes(signed())) as connection:
        assert connection.recv(64).startswith(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n")


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


def test_many_clients_are_served_at_once() -> None:
    """Sixteen clients that ask at the same time all get their answer."""
    with Emulator("pass") as emulator, ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda number: _query(_client(emulator), number), range(1, 17)))

    assert [answer["Response"]["CurrentStep"] for answer in answers] == [8] * 16


def test_an_error_of_the_scenario_reaches_the_sdk() -> None:
    """A scenario's error looks to the SDK like one of the API's own."""
    scenario = _only(Error(code="InternalError", message="m"))
    with Emulator(scenario) as emulator, pytest.raises(TencentCloudSDKException) as caught:
        _query(_client(emulator))

    assert caught.value.get_code() == "InternalError"


@pytest.mark.parametrize(("status", "line"), [(502, b"502 Bad Gateway"), (599, b"599 ")])
def test_an_http_fault_is_sent_as_the_scenario_says(
    signed: SignedRequest, clock: ManualClock, status: int, line: bytes
) -> None:
    """Status, content type, more headers and body are the scenario's, and the connection stays."""
    fault = HttpFault(status=status, body="<p>é</p>", content_type="text/plain", headers={"Location": "/there"})
    with Emulator(_only(fault), clock=clock) as emulator, _sent(emulator, _bytes(signed()) * 2) as connection:
        connection.shutdown(socket.SHUT_WR)
        received = _everything(connection)

    reply = b"Content-Type: text/plain\r\nContent-Length: 9\r\nLocation: /there\r\n\r\n<p>\xc3\xa9</p>"
    assert received == (b"HTTP/1.1 " + line + b"\r\n" + reply) * 2


def test_a_reset_fault_resets_the_connection(signed: SignedRequest, clock: ManualClock) -> None:
    """The client sees a reset, not an orderly end."""
    with (
        Emulator(_only(ResetFault()), clock=clock) as emulator,
        _sent(emulator, _bytes(signed())) as connection,
        pytest.raises(ConnectionResetError),
    ):
        connection.recv(1)


def test_a_silent_fault_never_answers(signed: SignedRequest, clock: ManualClock) -> None:
    """Nothing is sent until the client has nothing more to say, and nothing after that."""
    with Emulator(_only(SilentFault()), clock=clock) as emulator, _sent(emulator, _bytes(signed())) as connection:
        connection.settimeout(0.05)
        with pytest.raises(TimeoutError):
            connection.recv(1)
        connection.settimeout(5)
        connection.sendall(b"more")
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(1) == b""


def test_a_body_can_end_in_the_middle(signed: SignedRequest, clock: ManualClock) -> None:
    """The headers promise the whole of an answer that has passed, and half of it comes."""
    fault = _only(CloseMidBodyFault())
    with Emulator(fault, clock=clock) as emulator, _sent(emulator, _bytes(signed())) as connection:
        head, _, body = _everything(connection).partition(b"\r\n\r\n")

    promised = int(head.rpartition(b": ")[2])
    assert len(body) == promised // 2
    assert body.startswith(b'{"Response":{"TotalStep":8,"CurrentStep":8,')


def test_a_text_may_be_sent_again_and_again_and_in_latin_1(signed: SignedRequest, clock: ManualClock) -> None:
    """The length is that of all of it, and an é is a byte that is no UTF-8."""
    fault = _only(HttpFault(status=200, body="é-", times=3, encoding="latin-1"))
    with Emulator(fault, clock=clock) as emulator, _sent(emulator, _bytes(signed())) as connection:
        connection.shutdown(socket.SHUT_WR)
        head, _, body = _everything(connection).partition(b"\r\n\r\n")
    assert (head.rpartition(b": ")[2], body) == (b"6", b"\xe9-\xe9-\xe9-")


@pytest.mark.parametrize(("part", "first"), [("headers", b"HTTP"), ("body", b'{"Re')])
def test_an_answer_may_trickle(
    signed: SignedRequest, monkeypatch: pytest.MonkeyPatch, part: Literal["headers", "body"], first: bytes
) -> None:
    """One byte comes after the other, and stopping the emulator ends it."""
    monkeypatch.setattr(handler, "_TRICKLE_SECONDS", 0.001)
    fault, clock = _only(TrickleFault(part=part)), ManualClock(NOW)
    with Emulator(fault, clock=clock) as emulator, _sent(emulator, _bytes(signed())) as connection:
        whole = _everything(connection)
    head, _, body = whole.partition(b"\r\n\r\n")
    assert (head if part == "headers" else body).startswith(first)
    assert json.loads(body)["Response"]["TotalStep"] == 8

    monkeypatch.setattr(handler, "_TRICKLE_SECONDS", 600)
    with Emulator(fault, clock=clock) as emulator, _sent(emulator, _bytes(signed())) as connection:
        assert connection.recv(1)


def test_connections_are_refused_while_the_frame_holds(signed: SignedRequest, clock: ManualClock) -> None:
    """Everybody's are: those that are open end, new ones are refused, and afterwards the same port serves again."""
    frames = (RefuseFault(seconds=5), Error(code="InternalError", message="m"))
    scenario = Scenario(name="mine", migrations={"*": frames})
    with Emulator(scenario, clock=clock) as emulator:
        idle = socket.create_connection((emulator.host, emulator.port), timeout=5)
        with _sent(emulator, _bytes(signed())) as connection:
            assert _everything(connection) == b""
        with idle:
            assert idle.recv(1) == b""
        _until(lambda: _is_refused(emulator))
        clock.advance(5)
        _until(lambda: not _is_refused(emulator))
        with _sent(emulator, _bytes(signed())) as connection:
            assert connection.recv(12) == b"HTTP/1.1 200"


def test_an_emulator_that_refuses_can_be_stopped(signed: SignedRequest, clock: ManualClock) -> None:
    """It does not wait for the frame to end."""
    with Emulator(_only(RefuseFault()), clock=clock) as emulator:
        with _sent(emulator, _bytes(signed())) as connection:
            assert _everything(connection) == b""
        _until(lambda: _is_refused(emulator))


def _is_refused(emulator: Emulator) -> bool:
    try:
        socket.create_connection((emulator.host, emulator.port), timeout=5).close()
    except ConnectionRefusedError:
        return True
    except ConnectionResetError:  # it came while the door was closing
        return False
    return False


def _until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < deadline


@pytest.mark.parametrize(("name", "host"), [("tls-untrusted", "127.0.0.1"), ("tls-wrong-name", "elsewhere.example")])
def test_under_tls_the_certificate_is_the_one_to_be_refused(tmp_path: Path, name: str, host: str) -> None:
    """It is of an authority that is written where the client wants it, and whose name it is depends on the scenario."""
    authority = tmp_path / "authority.pem"
    with Emulator(name, authority=authority) as emulator:
        assert emulator.url == f"https://{emulator.endpoint}"
        with _sent(emulator, b"no handshake\r\n") as connection:
            assert not _everything(connection).startswith(b"HTTP")
        client = ssl.create_default_context(cafile=str(authority))
        with (
            socket.create_connection((emulator.host, emulator.port), timeout=5) as plain,
            client.wrap_socket(plain, server_hostname=host) as secure,
        ):
            secure.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            assert secure.recv(12) == b"HTTP/1.1 200"
    with Emulator(name) as unwritten:
        assert unwritten.url.startswith("https://")


def test_tls_without_trustme_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    """It says what to install."""
    monkeypatch.setitem(sys.modules, "trustme", None)
    with pytest.raises(ScenarioError, match=r'needs trustme: install "pulumi-tcsql-check\[tls\]" or trustme itself'):
        Emulator("tls-untrusted")


def test_a_get_is_refused_in_the_apis_words() -> None:
    """GET, which the emulator doesn't serve, gets an error envelope that says so."""
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
    """HTTP itself says what is wrong, and the connection ends."""
    content = f"POST / HTTP/1.1\r\nHost: x\r\n{headers}\r\n".encode()
    with Emulator("pass") as emulator, _sent(emulator, content) as connection:
        assert _everything(connection).startswith(b"HTTP/1.1 %d " % status)


def test_a_client_that_leaves_without_reading_disturbs_nobody(
    signed: SignedRequest, clock: ManualClock, capfd: pytest.CaptureFixture[str]
) -> None:
    """A reply that can't be delivered is dropped without a word, and the next client is served."""
    scenario = _only(HttpFault(status=200, body="x" * 8_000_000))
    with Emulator(scenario, clock=clock) as emulator:
        with _sent(emulator, _bytes(signed())) as connection:
            connection.recv(1)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        with _sent(emulator, _bytes(signed())) as connection:
            assert connection.recv(12) == b"HTTP/1.1 200"

    assert capfd.readouterr() == ("", "")


class _WatchedClock(ManualClock):
    """Tells when it is read, which is after a request has arrived."""

    def __init__(self) -> None:
        super().__init__(NOW)
        self.read = threading.Event()

    def monotonic(self) -> float:
        self.read.set()
        return super().monotonic()


@pytest.mark.parametrize("frame", [Error(code="InternalError", message="m"), SilentFault()])
def test_leaving_the_block_ends_every_connection(signed: SignedRequest, frame: Frame) -> None:
    """A client on an idle connection or a silent one sees an orderly end, and the port is free again."""
    clock = _WatchedClock()
    with Emulator(_only(frame), clock=clock) as emulator:
        waiting = socket.create_connection((emulator.host, emulator.port), timeout=5)
        waiting.sendall(_bytes(signed()))
        assert clock.read.wait(5)
        begun = waiting.recv(12) if isinstance(frame, Error) else b""

    with waiting:
        ended = begun + _everything(waiting)
    assert ended.startswith(b"HTTP/1.1 200") == isinstance(frame, Error)
    with Emulator("pass", port=emulator.port) as again:
        assert again.url == f"http://{DEFAULT_HOST}:{emulator.port}"


def test_the_request_log_has_a_line_for_each_request(signed: SignedRequest, clock: ManualClock, tmp_path: Path) -> None:
    """Answers, refusals and faults are recorded before the client sees them; a log is appended to."""
    path = tmp_path / "requests.jsonl"
    for frame in (Error(code="InternalError", message="m"), CloseMidBodyFault()):
        with Emulator(_only(frame), clock=clock, request_log=path) as emulator:
            content = _bytes(signed()) + _bytes(signed())
            with _sent(emulator, content) as connection:
                connection.shutdown(socket.SHUT_WR)
                _everything(connection)

    text = path.read_text()
    assert [json.loads(line)["outcome"] for line in text.splitlines()] == ["InternalError"] * 2 + ["close-mid-body"]
    assert DUMMY_SECRET_KEY not in text
    assert DUMMY_SECRET_ID not in text


def test_a_port_that_is_taken_leaves_nothing_open(tmp_path: Path) -> None:
    """Where the port can't be had, the error says so and the log is closed again."""
    with Emulator("pass") as emulator, pytest.raises(OSError, match="in use"):
        Emulator("pass", port=emulator.port, request_log=tmp_path / "requests.jsonl")
