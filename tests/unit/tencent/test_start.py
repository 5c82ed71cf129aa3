"""A request to start a check, with the real SDK: which errors say for certain that nothing was started."""

import json
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme
from harness.fake_clock import FakeClock
from harness.process_state import PROXY_VARIABLES
from harness.scripted_server import (
    Reply,
    ScriptedServer,
    answer,
    join_exchanges,
    reset,
    send_and_close,
    silence,
    tls_of,
    trickle,
)

from pulumi_tcsql_check.emulator import DUMMY_SECRET_ID, DUMMY_SECRET_KEY
from pulumi_tcsql_check.errors import (
    ApiError,
    NoTurnError,
    PermanentError,
    StartUnknownError,
    ThrottledError,
    TransientError,
    WaitCancelledError,
)
from pulumi_tcsql_check.model.credentials import Credentials
from pulumi_tcsql_check.model.endpoint import Endpoint
from pulumi_tcsql_check.model.flow import Flow
from pulumi_tcsql_check.model.progress import Migration
from pulumi_tcsql_check.tencent import exchange, rate_limit
from pulumi_tcsql_check.tencent.sqlserver import MigrationApi

MIGRATION = Migration(1066, "ap-guangzhou")
CREDENTIALS = Credentials(DUMMY_SECRET_ID, DUMMY_SECRET_KEY, None, "a test")
DEADLINE = FakeClock().monotonic() + 5
PAST = FakeClock().monotonic()
"""A deadline that bounds an exchange by its minimum."""


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Isolate the test from the user's proxies, reset the rate limit, and bound an exchange to 0.08 s."""
    monkeypatch.setattr(rate_limit, "_limits", {})
    monkeypatch.setattr(exchange, "MIN_EXCHANGE_SECONDS", 0.08)
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in (*PROXY_VARIABLES, "NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    yield
    join_exchanges()


def start(host: str, *, scheme: str = "http", deadline: float = DEADLINE, clock: FakeClock | None = None) -> Flow:
    """Start a check at a server of this machine."""
    api = MigrationApi(CREDENTIALS, Endpoint(scheme, host), MIGRATION.region, clock=clock or FakeClock())
    return api.start(MIGRATION, deadline)


def error(code: str) -> Reply:
    """Reply with an error of the API."""
    return answer(json.dumps({"Response": {"Error": {"Code": code, "Message": "No."}, "RequestId": "r-1"}}))


def success(**content: object) -> Reply:
    """Reply with these fields."""
    return answer(json.dumps({"Response": {**content, "RequestId": "r-1"}}))


def test_a_start_returns_its_flow() -> None:
    """The request has the number of the migration."""
    with ScriptedServer(success(FlowId=1001)) as server:
        assert start(server.host) == Flow(1001, None, "r-1")
    (request,) = server.requests
    assert request.headers["x-tc-action"] == "StartMigrationCheck"
    assert json.loads(request.body) == {"MigrateId": 1066}


@pytest.mark.parametrize(
    "reply",
    [
        reset,
        silence,
        trickle(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n", b" "),
        send_and_close(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{"),
        send_and_close(b""),
        answer("", status="500 Internal Server Error"),
        answer("", status="502 Bad Gateway"),
        answer("", status="403 Forbidden"),
        answer("", status="302 Found", Location="/"),
        answer("{}"),
        answer("not JSON"),
        success(),
        success(FlowId=None),
        success(FlowId="1001"),
        success(FlowId=0),
        success(FlowId=2**53),
        success(FlowId=1001, ErrorCode="x"),
        error("InternalError"),
        error("InternalError.DBError"),
        error("FailedOperation"),
        error("FailedOperation.DBError"),
        error("FailedOperation.Anything"),
        error("failedOperation"),
        error("ResponseSizeLimitExceeded"),
        error("ServiceUnavailable"),
        error("ResourceUnavailable"),
        error("UnknownError"),
        error("Timeout"),
        error(""),
    ],
)
def test_a_start_that_may_have_arrived_is_unknown(reply: Reply) -> None:
    """The error has the cause."""
    with ScriptedServer(reply) as server, pytest.raises(StartUnknownError) as caught:
        start(server.host, deadline=PAST)
    assert len(server.requests) == 1
    assert isinstance(caught.value.cause, ApiError)
    assert caught.value.cause.was_sent
    assert caught.value.migration == MIGRATION


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (error("RequestLimitExceeded"), ThrottledError),
        (answer("", status="429 Too Many Requests"), ThrottledError),
        (error("AuthFailure.SignatureFailure"), PermanentError),
        (error("UnauthorizedOperation"), PermanentError),
        (error("ResourceNotFound"), PermanentError),
        (error("UnsupportedOperation"), PermanentError),
        (error("InvalidParameter.InputIllegal"), PermanentError),
        (error("ResourceInUse"), PermanentError),
    ],
)
def test_a_refused_start_is_no_start(reply: Reply, kind: type[ApiError]) -> None:
    """The API has refused it."""
    with ScriptedServer(reply) as server, pytest.raises(kind):
        start(server.host)


def free_port() -> int:
    """Return a port at which nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
    return port


def test_a_refused_connection_is_no_start() -> None:
    """A retry may succeed."""
    with pytest.raises(TransientError) as caught:
        start(f"127.0.0.1:{free_port()}")
    assert not caught.value.was_sent


def test_a_name_that_does_not_resolve_is_no_start(monkeypatch: pytest.MonkeyPatch) -> None:
    """A retry may succeed."""

    def fail(*_: object, **__: object) -> list[object]:
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    with pytest.raises(TransientError) as caught:
        start("sqlserver.example", scheme="https")
    assert not caught.value.was_sent


def test_a_failed_handshake_is_no_start() -> None:
    """Neither with a certificate that nobody trusts, nor without TLS at all."""
    with (
        ScriptedServer(success(FlowId=1001), tls=tls_of(trustme.CA())) as server,
        pytest.raises(TransientError) as caught,
    ):
        start(server.host, scheme="https")
    assert (caught.value.was_sent, server.requests) == (False, [])
    with ScriptedServer(success(FlowId=1001)) as server, pytest.raises(TransientError) as caught:
        start(server.host, scheme="https")
    assert not caught.value.was_sent


def test_a_start_without_a_turn_is_no_start() -> None:
    """Nothing was sent."""
    clock = FakeClock()
    with ScriptedServer(success(FlowId=1001)) as server:
        start(server.host, clock=clock)
        with pytest.raises(NoTurnError) as caught:
            start(server.host, clock=clock, deadline=clock.monotonic() - 10)
    assert not caught.value.was_sent
    assert len(server.requests) == 1


def test_a_cancel_during_the_request_leaves_the_start_unknown() -> None:
    """The server has received it."""
    cancelled = threading.Event()

    def reply(connection: socket.socket, stopped: threading.Event) -> None:
        cancelled.set()
        silence(connection, stopped)

    with ScriptedServer(reply) as server, pytest.raises(StartUnknownError) as caught:
        start(server.host, clock=FakeClock(cancelled=cancelled))
    assert isinstance(caught.value.cause, WaitCancelledError)


def test_a_cancel_before_the_request_is_no_start() -> None:
    """Nothing is sent."""
    cancelled = threading.Event()
    cancelled.set()
    with ScriptedServer(success(FlowId=1001)) as server:
        with pytest.raises(WaitCancelledError) as caught:
            start(server.host, clock=FakeClock(cancelled=cancelled))
        join_exchanges()
    assert not caught.value.was_sent
    assert server.requests == []
