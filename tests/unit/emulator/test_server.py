"""A running emulator, called by the real SDK: its accounts, its certificates and its request log."""

import json
import socket
import ssl
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from harness.raw_http import as_bytes, receive_all, sent
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
)
from pulumi_tcsql_check.emulator.scenario import CloseMidBodyFault, Error, Frame
from pulumi_tcsql_check.emulator.server import log_line
from pulumi_tcsql_check.emulator.wire import Request

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


def test_the_real_sdk_gets_the_progress() -> None:
    """The SDK's client signs the request and reads the response as with the real API."""
    with Emulator("pass") as emulator:
        answer = _query(_client(emulator))

    assert answer["Response"]["TotalStep"] == answer["Response"]["CurrentStep"] == 8


def test_the_real_sdk_can_start_a_check() -> None:
    """Before its start a check has no started step, and the start returns a flow id."""
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
    """If its keys have a token, the emulator accepts only a client with that token."""
    with Emulator("pass", keys=Keys(token="session")) as emulator:
        _query(_client(emulator, token="session"))
        with pytest.raises(TencentCloudSDKException) as caught:
            _query(_client(emulator))

    assert caught.value.get_code() == "AuthFailure.TokenFailure"


def test_the_server_uses_the_given_clock(signed: SignedRequest, clock: ManualClock) -> None:
    """A request signed for a past instant is valid if the emulator's clock is at that instant."""
    with Emulator("pass", clock=clock) as emulator, sent(emulator, as_bytes(signed())) as connection:
        assert connection.recv(64).startswith(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n")


def test_many_clients_are_served_at_once() -> None:
    """Sixteen simultaneous clients all get their response."""
    with Emulator("pass") as emulator, ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda number: _query(_client(emulator), number), range(1, 17)))

    assert [answer["Response"]["CurrentStep"] for answer in answers] == [8] * 16


def test_an_error_of_the_scenario_reaches_the_sdk() -> None:
    """A scenario's error looks to the SDK like one of the API's own."""
    scenario = _only(Error(code="InternalError", message="m"))
    with Emulator(scenario) as emulator, pytest.raises(TencentCloudSDKException) as caught:
        _query(_client(emulator))

    assert caught.value.get_code() == "InternalError"


@pytest.mark.parametrize(("name", "host"), [("tls-untrusted", "127.0.0.1"), ("tls-wrong-name", "elsewhere.example")])
def test_the_scenario_determines_the_certificate(tmp_path: Path, name: str, host: str) -> None:
    """The authority's certificate is written to a file, and the scenario chooses the name that it certifies."""
    authority = tmp_path / "authority.pem"
    with Emulator(name, authority=authority) as emulator:
        assert emulator.url == f"https://{emulator.endpoint}"
        with sent(emulator, b"no handshake\r\n") as connection:
            assert not receive_all(connection).startswith(b"HTTP")
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
    """The error says what to install."""
    monkeypatch.setitem(sys.modules, "trustme", None)
    with pytest.raises(ScenarioError, match=r'needs trustme: install "pulumi-tcsql-check\[tls\]" or trustme itself'):
        Emulator("tls-untrusted")


def test_the_request_log_has_a_line_for_each_request(signed: SignedRequest, clock: ManualClock, tmp_path: Path) -> None:
    """Responses, refusals and faults are recorded before the client receives them, at the end of the log."""
    path = tmp_path / "requests.jsonl"
    for frame in (Error(code="InternalError", message="m"), CloseMidBodyFault()):
        with Emulator(_only(frame), clock=clock, request_log=path) as emulator:
            content = as_bytes(signed()) + as_bytes(signed())
            with sent(emulator, content) as connection:
                connection.shutdown(socket.SHUT_WR)
                receive_all(connection)

    text = path.read_text()
    assert [json.loads(line)["outcome"] for line in text.splitlines()] == ["InternalError"] * 2 + ["close-mid-body"]
    assert DUMMY_SECRET_KEY not in text
    assert DUMMY_SECRET_ID not in text


def test_a_taken_port_leaves_nothing_open(tmp_path: Path) -> None:
    """If the port is taken, the error says so and the log is closed."""
    with Emulator("pass") as emulator, pytest.raises(OSError, match="in use"):
        Emulator("pass", port=emulator.port, request_log=tmp_path / "requests.jsonl")


def _line(request: Request, clock: ManualClock) -> str:
    text = log_line(request, "answer", None, clock.time()).decode()
    assert text.endswith("\n")
    assert text.count("\n") == 1
    return text


def test_a_line_has_its_time_action_and_outcome(signed: SignedRequest, clock: ManualClock) -> None:
    """A line has the time in UTC, the action, the migration, the region and the outcome."""
    clock.advance(0.25)

    assert json.loads(_line(signed(), clock)) == {
        "time": "2023-11-14T22:13:20.250+00:00",
        "action": "QueryMigrationCheckProcess",
        "migrate_id": 1066,
        "flow_id": None,
        "region": "ap-guangzhou",
        "account": None,
        "outcome": "answer",
    }


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"MigrateId": "7"}', b'{"MigrateId": true}', b"{}"])
def test_an_invalid_id_is_null(signed: SignedRequest, clock: ManualClock, body: bytes) -> None:
    """A body without an integer `MigrateId` gives null."""
    assert json.loads(_line(signed(body=body), clock))["migrate_id"] is None


def test_a_line_about_a_flow_has_its_id(signed: SignedRequest, clock: ManualClock) -> None:
    """The line has no migration's id."""
    line = json.loads(_line(signed(action="DescribeFlowStatus", parameters={"FlowId": 1001}), clock))

    assert (line["action"], line["migrate_id"], line["flow_id"]) == ("DescribeFlowStatus", None, 1001)


@pytest.mark.parametrize("text", [None, "", "two words", "a\nb", "é", "x" * 65])
def test_an_invalid_name_is_null(signed: SignedRequest, clock: ManualClock, text: str | None) -> None:
    """An action or region that isn't a plain name is null, so that no client can inject lines."""
    line = json.loads(_line(signed(headers={"x-tc-action": text, "x-tc-region": text}), clock))

    assert (line["action"], line["region"]) == (None, None)


def test_a_line_holds_no_secret(signed: SignedRequest, clock: ManualClock) -> None:
    """The log contains no keys, token, signature or other parameter."""
    request = signed(parameters={"MigrateId": 1, "Password": "hunter2"}, headers={"x-tc-token": "session"})
    signature = request.headers["authorization"].rpartition("=")[2]

    line = _line(request, clock)

    for secret in (DUMMY_SECRET_ID, DUMMY_SECRET_KEY, "session", signature, "hunter2"):
        assert secret not in line
