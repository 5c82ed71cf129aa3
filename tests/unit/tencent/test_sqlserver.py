"""The client with the real SDK, against the emulator and against servers with unusual responses."""

import contextlib
import gc
import gzip
import io
import json
import logging
import socket
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import trustme
from harness.fake_clock import FakeClock
from harness.process_state import PROXY_VARIABLES
from harness.scripted_server import (
    Reply,
    Request,
    ScriptedServer,
    answer,
    join_exchanges,
    reset,
    send_and_close,
    silence,
    tls_of,
    trickle,
)
from harness.sdk_client import start_check

from pulumi_tcsql_check.emulator import DUMMY_SECRET_ID, DUMMY_SECRET_KEY, Emulator, Keys, Scenario, parse
from pulumi_tcsql_check.errors import (
    ApiError,
    PermanentError,
    ThrottledError,
    TransientError,
    UnanswerableError,
    WaitCancelledError,
)
from pulumi_tcsql_check.model.credentials import Credentials
from pulumi_tcsql_check.model.endpoint import Endpoint
from pulumi_tcsql_check.model.flow import Flow
from pulumi_tcsql_check.model.progress import Migration, Progress, StepDetail
from pulumi_tcsql_check.tencent import exchange, rate_limit
from pulumi_tcsql_check.tencent.sqlserver import MigrationApi

NOW = FakeClock().monotonic()
SOON = NOW + 5
MIGRATION = Migration(1066, "ap-guangzhou")
TOKEN = "a-session-token"
DUMMIES = Credentials(DUMMY_SECRET_ID, DUMMY_SECRET_KEY, TOKEN, "a test")
ANSWER = json.dumps(
    {
        "Response": {
            "TotalStep": 1,
            "CurrentStep": 1,
            "StepDetails": [{"Name": "one", "Status": 0, "Msg": "Check it."}],
            "RequestId": "r-1",
        }
    }
)
PROGRESS = Progress(1, 1, (StepDetail("one", 0, "Check it."),), "r-1")


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Isolate the test from the user's proxies and netrc, reset the rate limit, and join all exchanges."""
    monkeypatch.setattr(rate_limit, "_limits", {})
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in (*PROXY_VARIABLES, "NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    yield
    join_exchanges()


@pytest.fixture(name="brief")
def _brief(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bound an exchange to hundredths of a second."""
    monkeypatch.setattr(exchange, "MIN_EXCHANGE_SECONDS", 0.08)


def client(
    host: str,
    *,
    scheme: str = "http",
    credentials: Credentials = DUMMIES,
    clock: FakeClock | None = None,
) -> MigrationApi:
    """Make a client of a server on this machine."""
    endpoint = Endpoint(scheme, host)
    return MigrationApi(credentials, endpoint, MIGRATION.region, clock=clock or FakeClock())


def query(server: ScriptedServer, deadline: float = SOON) -> Progress:
    """Query a scripted server once."""
    return client(server.host).query(MIGRATION, deadline)


def scenario(*frames: dict[str, Any]) -> Scenario:
    """Make a scenario that plays these frames for every migration."""
    return parse(json.dumps({"migrations": {"*": frames}}).encode(), name="test")


def refusal(code: str, message: str = "No.", secret_key: str = DUMMY_SECRET_KEY) -> ApiError:
    """Return the error of a query to an emulator that replies with this code."""
    credentials = Credentials(DUMMY_SECRET_ID, secret_key, None, "a test")
    with Emulator(scenario({"kind": "error", "code": code, "message": message})) as emulator:
        api = client(emulator.endpoint, credentials=credentials)
        with pytest.raises(ApiError) as caught:
            api.query(MIGRATION, SOON)
    assert caught.value.__cause__ is None
    return caught.value


def test_a_response_becomes_a_value() -> None:
    """The emulator's response is decoded field by field, twice with the same client."""
    with Emulator("pass") as emulator:
        api = client(emulator.endpoint)
        first, second = api.query(MIGRATION, SOON), api.query(MIGRATION, SOON)
    assert first.passed
    assert (first.total, first.current, len(first.steps)) == (8, 8, 8)
    assert first.steps[0].name == "Source database connectivity check"
    assert first.request_id != second.request_id


def test_a_request_has_what_the_api_needs() -> None:
    """It has action, version, region, language, token and number, is signed, and keeps the connection open."""
    with ScriptedServer(answer(ANSWER)) as server:
        assert query(server) == PROGRESS
    (request,) = server.requests
    expected = {
        "x-tc-action": "QueryMigrationCheckProcess",
        "x-tc-version": "2018-03-28",
        "x-tc-region": "ap-guangzhou",
        "x-tc-language": "en-US",
        "x-tc-token": TOKEN,
        "connection": "Keep-Alive",
        "host": server.host,
    }
    assert {name: request.headers.get(name) for name in expected} == expected
    assert request.headers["authorization"].startswith(f"TC3-HMAC-SHA256 Credential={DUMMY_SECRET_ID}/")
    assert json.loads(request.body) == {"MigrateId": 1066}


def test_every_query_waits_for_its_turn() -> None:
    """The process's rate limit delays the second request, on the clock that was passed in."""
    clock = FakeClock()
    with ScriptedServer(answer(ANSWER)) as server:
        api = client(server.host, clock=clock)
        api.query(MIGRATION, SOON)
        assert clock.sleeps == []
        api.query(MIGRATION, SOON)
    assert clock.sleeps == [rate_limit.FIRST_SPACING_SECONDS]


def test_a_throttled_query_slows_the_whole_process() -> None:
    """Each throttled request doubles the pause before the next one; other errors don't."""
    clock = FakeClock()
    codes = ("InternalError", "RequestLimitExceeded")
    bodies = [json.dumps({"Response": {"Error": {"Code": code, "Message": "x"}}}) for code in codes]
    many = answer("", status="429 Too Many Requests")
    with ScriptedServer(*map(answer, bodies), many, answer(ANSWER)) as server:
        api = client(server.host, clock=clock)
        with pytest.raises(TransientError):
            api.query(MIGRATION, SOON)
        with pytest.raises(ThrottledError):
            api.query(MIGRATION, SOON)
        with pytest.raises(ThrottledError) as caught:
            api.query(MIGRATION, SOON)
        api.query(MIGRATION, SOON)
    assert clock.sleeps == [0.5, 1.0, 2.0]
    assert str(caught.value.kind) == "HTTP 429"


def test_an_error_has_the_duration_of_its_exchange() -> None:
    """The duration excludes the time in the queue for a turn."""
    clock = FakeClock()

    def reset_late(connection: socket.socket, stopped: threading.Event) -> None:
        clock.advance(3)
        reset(connection, stopped)

    with ScriptedServer(answer(ANSWER), reset_late) as server:
        api = client(server.host, clock=clock)
        api.query(MIGRATION, float("inf"))
        with pytest.raises(TransientError) as caught:
            api.query(MIGRATION, float("inf"))
    assert clock.sleeps == [rate_limit.FIRST_SPACING_SECONDS]
    assert caught.value.took_seconds == 3


def follow(server: ScriptedServer, clock: FakeClock | None = None) -> Flow:
    """Query a flow on a scripted server once."""
    return client(server.host, clock=clock).follow(Flow(1001), SOON)


@pytest.mark.parametrize("status", [0, 1, 2, 3, -1, 2**63 - 1])
def test_a_flow_is_queried_as_the_steps_are(status: int) -> None:
    """Action and number are sent under the same limit, and the code is returned unchanged, with its request."""
    clock = FakeClock()
    with ScriptedServer(answer(f'{{"Response":{{"Status":{status},"RequestId":"r-1"}}}}')) as server:
        assert follow(server, clock) == follow(server, clock) == Flow(1001, status, "r-1")
    request, _ = server.requests
    assert request.headers["x-tc-action"] == "DescribeFlowStatus"
    assert request.headers["x-tc-version"] == "2018-03-28"
    assert json.loads(request.body) == {"FlowId": 1001}
    assert clock.sleeps == [rate_limit.FIRST_SPACING_SECONDS]


def test_a_flow_with_an_unknown_id_is_not_queried() -> None:
    """In a preview the id may be unknown, and such a flow hasn't succeeded."""
    with ScriptedServer(answer(ANSWER)) as server:
        assert client(server.host).follow(Flow(None), SOON) == Flow(None)
    assert server.requests == []


@pytest.mark.parametrize(
    "content",
    [
        "{}",
        '{"RequestId":"r"}',
        '{"Status":0}',
        '{"Status":null,"RequestId":"r"}',
        '{"Status":"0","RequestId":"r"}',
        '{"Status":false,"RequestId":"r"}',
        '{"Status":0.0,"RequestId":"r"}',
        '{"Status":-0.0,"RequestId":"r"}',
        '{"Status":[],"RequestId":"r"}',
        '{"Status":2,"Status":0,"RequestId":"r"}',
        '{"status":0,"RequestId":"r"}',
        '{"Status":0,"RequestId":null}',
        '{"Status":0,"RequestId":"r","Error":null}',
        '{"Status":0,"RequestId":"r","error":null}',
        '{"Status":0,"RequestId":"r","More":{"Code":1}}',
        '[{"Status":0,"RequestId":"r"}]',
        ANSWER,
    ],
)
def test_only_an_integer_zero_is_a_flow_that_has_succeeded(content: str) -> None:
    """A value that only equals zero is an invalid response, and the error names the flow."""
    with ScriptedServer(answer(f'{{"Response":{content}}}')) as server, pytest.raises(TransientError) as caught:
        follow(server)
    assert str(caught.value).startswith(
        f"flow 1001: http://{server.host} gave a response that is not the documented one"
    )


@pytest.mark.parametrize(
    ("code", "kind", "advice"),
    [
        ("UnauthorizedOperation.PermissionDenied", PermanentError, "Allow the action sqlserver:DescribeFlowStatus in"),
        ("InvalidParameter", UnanswerableError, "Check the flow's number, the region, and that the flow is of"),
        ("InvalidParameter.ParamsAssertFailed", UnanswerableError, "Check the flow's number, the region, and"),
        ("ResourceNotFound.Whatever", UnanswerableError, "Check FlowId, the region, and that the credentials"),
        ("FailedOperation", UnanswerableError, "Request "),
        ("InternalError.DBError", TransientError, "Request "),
        ("RequestLimitExceeded", ThrottledError, "Request "),
    ],
)
def test_an_error_about_a_flow_is_classified_as_any_other(code: str, kind: type[ApiError], advice: str) -> None:
    """Its advice is about the flow, its text names the flow, and its facts are attributes."""
    played = scenario({"kind": "progress", "statuses": [0] * 8, "flow": {"code": code, "message": "No."}})
    with Emulator(played) as emulator:
        assert start_check(emulator.url, 1066) == 1001
        with pytest.raises(ApiError) as caught:
            client(emulator.endpoint).follow(Flow(1001), SOON)
    assert type(caught.value) is kind
    assert caught.value.code == code
    assert str(caught.value).startswith(f"flow 1001: {emulator.url} answered {code}: No")
    assert advice in str(caught.value)
    assert f"Request {caught.value.request_id}." in str(caught.value)


def test_a_flow_and_its_steps_share_a_connection() -> None:
    """They are queried one after the other in every poll."""
    with Emulator("pass") as emulator:
        start_check(emulator.url, 1066)
        api = client(emulator.endpoint)
        assert api.follow(Flow(1001), SOON).succeeded
        assert api.query(MIGRATION, SOON).passed


@pytest.mark.parametrize("code", ["RequestLimitExceeded", "RequestLimitExceeded.UinLimitExceeded"])
def test_too_many_requests_are_throttled(code: str) -> None:
    """Every code with that prefix is transient."""
    error = refusal(code)
    assert isinstance(error, ThrottledError)
    assert error.code == code


@pytest.mark.parametrize("code", ["InternalError", "InternalError.SystemError", "FailedOperation.DBError"])
def test_the_apis_own_errors_are_transient(code: str) -> None:
    """Errors inside the API may be over soon, and have their facts."""
    error = refusal(code)
    assert isinstance(error, TransientError)
    assert error.code == code
    assert error.request_id in str(error)


@pytest.mark.parametrize(
    ("code", "advice"),
    [
        ("AuthFailure.SignatureExpire", "Set this machine's clock"),
        ("AuthFailure.SignatureFailure", "Check the secret id, key and token"),
        ("UnauthorizedOperation.PermissionDenied", "Allow the action sqlserver:QueryMigrationCheckProcess in CAM."),
        ("ResourceNotFound", "Check MigrateId, the region"),
        ("UnsupportedRegion", "Check region."),
    ],
)
def test_a_refusal_says_what_to_do(code: str, advice: str) -> None:
    """The known families of permanent errors have advice of their own."""
    error = refusal(code)
    assert isinstance(error, PermanentError)
    assert f" (queried with ...0000 from a test). {advice}" in str(error)


@pytest.mark.parametrize("code", ["FailedOperation", "FailedOperation.DBErrors", "InvalidParameter", "Surprise", ""])
def test_an_unlisted_code_is_permanent(code: str) -> None:
    """An undocumented code ends the wait, and its error has no advice."""
    error = refusal(code, "Whatever.")
    assert isinstance(error, PermanentError)
    assert error.code == code
    said = f"answered {code}: Whatever (queried with ...0000 from a test). Request {error.request_id}."
    assert str(error).endswith(said)


def test_a_missing_migration_is_permanent() -> None:
    """The text has endpoint, code, credentials, advice and request, and the facts are attributes."""
    nobody = parse(b'{"migrations": {"1": [{"kind": "reset"}]}}', name="test")
    with Emulator(nobody) as emulator, pytest.raises(PermanentError) as caught:
        client(emulator.endpoint).query(Migration(404, "ap-guangzhou"), 5)
    error = caught.value
    assert error.code == "ResourceNotFound.DBNotFound"
    assert error.request_id
    said = str(error)
    assert said.startswith(f"{emulator.url} answered ResourceNotFound.DBNotFound: ")
    assert said.endswith(
        "(queried with ...0000 from a test). Check MigrateId, the region, and that the credentials belong to the "
        f"migration's account. Request {error.request_id}."
    )


def test_a_wrong_key_is_permanent_and_not_shown() -> None:
    """The API refuses the signature, and the text shows neither key nor id."""
    error = refusal("InternalError", secret_key="a-wrong-key")
    assert isinstance(error, PermanentError)
    assert error.code == "AuthFailure.SignatureFailure"
    assert "a-wrong-key" not in str(error)
    assert DUMMY_SECRET_ID not in str(error)


def test_credentials_are_removed_from_a_refusal_that_repeats_them() -> None:
    """Neither text nor attributes contain the id or the token that the server got."""
    repeats = {"Code": f"UnauthorizedOperation.{DUMMY_SECRET_ID}", "Message": f"{TOKEN} may not."}
    body = json.dumps({"Response": {"Error": repeats, "RequestId": TOKEN}}).encode()
    with ScriptedServer(answer(body)) as server, pytest.raises(PermanentError) as caught:
        query(server)
    assert (caught.value.code, caught.value.request_id) == ("UnauthorizedOperation....0000", "...")
    assert "answered UnauthorizedOperation....0000: ... may not (queried with" in str(caught.value)
    assert TOKEN not in str(caught.value)


REPEATS = "a text repeats the credentials or another secret of the request"


def escaped(text: str) -> str:
    """Spell each character by its number, as JSON may."""
    return "".join(f"\\u{ord(char):04X}" for char in text)


@pytest.mark.parametrize("secret", [DUMMY_SECRET_ID, DUMMY_SECRET_KEY, TOKEN])
@pytest.mark.parametrize("spelled", [str, escaped])
@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('"Name": "one"', '"Name": "SECRET"'),
        ('"Msg": "Check it."', '"Msg": "Whose SECRET is it?"'),
        ('"RequestId": "r-1"', '"RequestId": "r-SECRET"'),
        ('"RequestId"', '"More": [[{"Text": "SECRET"}]], "RequestId"'),
        ('"RequestId"', '"SECRET": null, "RequestId"'),
        ('"Name"', '"of SECRET": 0, "Name"'),
    ],
)
def test_a_success_that_repeats_a_secret_is_refused(
    secret: str, spelled: Callable[[str], str], before: str, after: str
) -> None:
    """For every field and spelling, nothing of the secret reaches outputs, text or attributes."""
    body = ANSWER.replace(before, after.replace("SECRET", spelled(secret)))
    assert (secret in body) == (spelled is str)
    with ScriptedServer(answer(body)) as server, pytest.raises(TransientError) as caught:
        query(server)
    error = caught.value
    assert str(error) == f"http://{server.host} gave a response that is not the documented one: {REPEATS}."
    assert (error.code, error.request_id, str(error.kind)) == ("", "", "not a documented response")


def test_a_secret_beside_the_response_is_not_shown() -> None:
    """The text quotes nothing of a body that differs from the documented one."""
    for body in (f'{{"{TOKEN}":0,{ANSWER[1:]}', f"{ANSWER} {TOKEN}", ANSWER.replace('"TotalStep": 1', f'"{TOKEN}": 1')):
        with ScriptedServer(answer(body)) as server, pytest.raises(TransientError) as caught:
            query(server)
        assert TOKEN not in str(caught.value)


def test_a_flow_and_a_list_that_repeat_a_secret_are_refused() -> None:
    """Request ids and unused fields are searched too."""
    flow = f'{{"Response":{{"Status":0,"RequestId":"{TOKEN}"}}}}'
    page = f'{{"Response":{{"MigrateTaskSet":[{{"MigrateName":"{DUMMY_SECRET_KEY}"}}],"RequestId":"r"}}}}'
    with ScriptedServer(answer(flow), answer(page)) as server:
        api = client(server.host)
        with pytest.raises(TransientError, match=REPEATS):
            api.follow(Flow(1001), SOON)
        with pytest.raises(TransientError, match=REPEATS):
            api.page(0, SOON)


@pytest.mark.parametrize(("secret_key", "is_searched"), [("Check i", False), ("Check it", True)])
def test_a_secret_of_less_than_8_characters_is_not_searched(secret_key: str, is_searched: bool) -> None:
    """Any word may contain it, so the response is accepted, and errors show such a value too."""
    with ScriptedServer(answer(ANSWER)) as server:
        api = client(server.host, credentials=Credentials("AKID", secret_key, None, "a test"))
        if not is_searched:
            assert api.query(MIGRATION, SOON) == PROGRESS
            return
        with pytest.raises(TransientError, match=REPEATS):
            api.query(MIGRATION, SOON)


def test_the_session_token_is_sent() -> None:
    """An emulator that requires a token accepts that of the credentials."""
    with Emulator("pass", keys=Keys(token=TOKEN)) as emulator:
        assert client(emulator.endpoint).query(MIGRATION, SOON).passed


def test_an_error_cannot_control_the_terminal() -> None:
    """Control characters in code and message are escaped, and long ones are cut."""
    error = refusal("Bad\x1b[2J" + "x" * 100, "line\nline\u202e" + "y" * 400)
    assert str(error).isprintable()
    assert "Bad\\x1b[2J" in str(error)
    assert "x" * 80 not in str(error)
    assert "y" * 300 not in str(error)


@pytest.mark.parametrize("status", ["500 Internal Server Error", "502 Bad Gateway", "503 Service Unavailable"])
def test_a_server_error_is_transient(status: str) -> None:
    """A gateway's error may be over soon, even if its body looks like a pass."""
    with ScriptedServer(answer(ANSWER, status=status)) as server, pytest.raises(TransientError) as caught:
        query(server)
    assert str(caught.value) == f"http://{server.host} answered with HTTP status {status[:3]}."


@pytest.mark.parametrize(
    ("status", "kind"), [("429 Too Many Requests", ThrottledError), ("408 Request Timeout", TransientError)]
)
def test_a_408_and_a_429_are_transient(status: str, kind: type[Exception]) -> None:
    """These two statuses below 500 mean that a later request may succeed."""
    with ScriptedServer(answer(ANSWER, status=status)) as server, pytest.raises(kind):
        query(server)


@pytest.mark.parametrize("status", ["201 Created", "204 No Content", "302 Found", "404 Not Found", "407 Proxy"])
def test_any_other_status_is_permanent(status: str) -> None:
    """A response with a status other than 200 is not the API's, even if its body looks like it."""
    body = "" if status.startswith("204") else ANSWER
    with ScriptedServer(answer(body, status=status)) as server, pytest.raises(PermanentError) as caught:
        query(server)
    assert str(caught.value) == (
        f"http://{server.host} answered with HTTP status {status[:3]}, which is no response of the API (redirects are "
        "not followed). Check the endpoint and any proxy."
    )


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"])
def test_a_redirect_is_not_followed(status: str) -> None:
    """The redirect's target, which would have passed, gets no request."""
    with ScriptedServer(answer(ANSWER)) as elsewhere:
        redirect = answer("", status=status, Location=f"http://{elsewhere.host}/")
        with ScriptedServer(redirect) as server, pytest.raises(PermanentError, match=f"HTTP status {status[:3]}"):
            query(server)
    assert elsewhere.requests == []
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "kind", ["application/json", "application/json; charset=utf-8", "text/plain", "text/html", "image/png"]
)
def test_an_error_is_recognized_under_any_content_type(kind: str) -> None:
    """The body decides whether it is an error, not the content type."""
    body = '{"Response":{"Error":{"Code":"UnsupportedRegion","Message":"No."},"RequestId":"r-1"}}'
    with ScriptedServer(answer(body, kind=kind)) as server, pytest.raises(PermanentError) as caught:
        query(server)
    assert (caught.value.code, caught.value.request_id) == ("UnsupportedRegion", "r-1")


def test_a_documented_error_keeps_its_class_with_undocumented_fields() -> None:
    """Undocumented fields don't replace the code or the request id of an error in the documented place."""
    error = '"Error":{"Code":"UnsupportedRegion","Message":"No."}'
    body = f'{{"code":4100,"Response":{{{error},"error":"x","RequestId":"r-1"}}}}'
    with ScriptedServer(answer(body)) as server, pytest.raises(PermanentError) as caught:
        query(server)
    assert (caught.value.code, caught.value.request_id) == ("UnsupportedRegion", "r-1")


@pytest.mark.parametrize("kind", ["application/json; charset=utf-8", "text/plain", "text/html", "text/event-stream"])
def test_a_response_is_recognized_under_any_content_type(kind: str) -> None:
    """The body decides what it is, not the content type."""
    with ScriptedServer(answer(ANSWER, kind=kind)) as server:
        assert query(server) == PROGRESS


def test_a_compressed_response_is_read() -> None:
    """A body in gzip is decompressed."""
    with ScriptedServer(answer(gzip.compress(ANSWER.encode()), Content_Encoding="gzip")) as server:
        assert query(server) == PROGRESS


@pytest.mark.parametrize(
    "body",
    [
        "",
        "<html>Welcome to the hotel's network</html>",
        ANSWER[:-10],
        ANSWER + "x",
        ANSWER.encode().replace(b"one", b"\xff\xfe"),
        "null",
        "[]",
        "{}",
        '{"Response":null}',
        '{"Response":{}}',
        '{"Response":{"Error":null,"RequestId":"r"}}',
        '{"Response":{"Error":{"Code":"InternalError"}}}',
        '{"Response":{"TotalStep":1,"CurrentStep":1,"StepDetails":null,"RequestId":"r"}}',
        '{"Response":{"TotalStep":null,"CurrentStep":1,"StepDetails":[],"RequestId":"r"}}',
        '{"Response":{"TotalStep":1e400,"CurrentStep":1,"StepDetails":[],"RequestId":"r"}}',
        '{"Response":{"TotalStep":-1,"CurrentStep":1,"StepDetails":[],"RequestId":"r"}}',
        ANSWER.replace('"Status": 0', '"Status": "0"'),
        ANSWER.replace('"Status": 0', '"Status": false'),
        ANSWER.replace('"Status": 0', '"Status": null'),
        ANSWER.replace('"Status": 0', '"Status": -1, "Status": 0', 1),
        f'{{"Response":{{"Error":{{"Code":"A","Message":"B"}},"RequestId":"r"}},{ANSWER.strip()[1:]}',
        ANSWER.replace('"RequestId"', '"Request"'),
        f'{{"Error":{{"Code":"InternalError","Message":"No."}},{ANSWER[1:]}',
        f'{{"code":4100,"codeDesc":"AuthFailure",{ANSWER[1:]}',
        f'{{"More":null,{ANSWER[1:]}',
        ANSWER.replace('"RequestId"', '"error": null, "RequestId"'),
        ANSWER.replace('"RequestId"', '"\\u0065RROR": {}, "RequestId"'),
        ANSWER.replace('"RequestId"', '"More": [{"Codes": []}], "RequestId"'),
        ANSWER.replace('"Status"', '"errorCode": 0, "Status"'),
    ],
)
def test_an_undocumented_response_is_transient(body: bytes | str) -> None:
    """Only the documented response is accepted, and the error's text is printable."""
    with (
        ScriptedServer(answer(body)) as server,
        pytest.raises(TransientError, match="is not the documented one: ") as caught,
    ):
        query(server)
    assert str(caught.value).isprintable()


def test_a_response_nested_too_deeply_is_transient() -> None:
    """No decoder accepts such JSON."""
    body = '{"Response":{"Unknown":' + "[" * 100_000
    with ScriptedServer(answer(body)) as server, pytest.raises(TransientError):
        query(server)


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
SIZE = len(ANSWER)
COMPRESSED = gzip.compress(ANSWER.encode())


def of_length(value: str, body: str = ANSWER, *lines: str) -> Reply:
    """Send a body with a Content-Length in any spelling, then close the connection."""
    head = "".join(f"{line}\r\n" for line in (f"Content-Length: {value}", *lines))
    return send_and_close(HEAD + f"{head}\r\n{body}".encode())


def compressed(body: bytes) -> Reply:
    """Send a body as gzip data."""
    return answer(body, Content_Encoding="gzip")


CHUNKED = f"{SIZE:x}\r\n{ANSWER}\r\n0\r\n\r\n"

CONTRADICTIONS = {
    "the body is not exactly one gzip member": {
        "a cut checksum": compressed(COMPRESSED[:-5]),
        "a cut size": compressed(COMPRESSED[:-1]),
        "no trailer": compressed(COMPRESSED[:-8]),
        "a wrong checksum": compressed(COMPRESSED[:-8] + bytes(4) + COMPRESSED[-4:]),
        "a wrong size": compressed(COMPRESSED[:-4] + bytes(4)),
        "a byte behind it": compressed(COMPRESSED + b"\0"),
        "a second member": compressed(COMPRESSED + gzip.compress(b"")),
        "no member": compressed(b""),
        "no compression": compressed(ANSWER.encode()),
        "zlib's own format": compressed(zlib.compress(ANSWER.encode())),
    },
    "Content-Length is not the length of the body": {
        "a negative length": of_length("-1"),
        "a negated length": of_length(f"-{SIZE}"),
        "a sign": of_length(f"+{SIZE}"),
        "an underscore": of_length(f"{SIZE // 10}_{SIZE % 10}"),
        "a fraction": of_length(f"{SIZE}.0"),
        "a number in hexadecimal": of_length(f"{SIZE:#x}"),
        "a form feed": of_length(f"\x0c{SIZE}"),
        "twice the same": of_length(f"{SIZE}", ANSWER, f"Content-Length: {SIZE}"),
        "nothing": of_length(""),
        "a word": of_length("all"),
        "more digits than are read as a number": of_length("9" * 5000),
        "another length than the chunks'": of_length(f"{SIZE + 1}", CHUNKED, "Transfer-Encoding: chunked"),
    },
}


@pytest.mark.parametrize(
    ("problem", "reply"),
    [
        pytest.param(problem, reply, id=name)
        for problem, replies in CONTRADICTIONS.items()
        for name, reply in replies.items()
    ],
)
def test_a_body_that_contradicts_its_headers_is_refused(problem: str, reply: Reply) -> None:
    """For any body, the error says what is wrong, and the next query gets its response."""
    with ScriptedServer(reply, answer(ANSWER)) as server:
        api = client(server.host)
        with pytest.raises(TransientError) as caught:
            api.query(MIGRATION, SOON)
        assert api.query(MIGRATION, SOON) == PROGRESS
    assert str(caught.value) == f"no response from http://{server.host}: {problem}."


@pytest.mark.parametrize(
    "reply",
    [
        of_length(f"{SIZE}"),
        of_length(f"{SIZE} \t"),
        of_length(f"{SIZE}", CHUNKED, "Transfer-Encoding: chunked"),
        send_and_close(HEAD + b"\r\n" + ANSWER.encode()),
        send_and_close(HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + CHUNKED.encode()),
    ],
)
def test_a_body_ends_where_its_headers_say(reply: Reply) -> None:
    """A length, a last chunk and the end of the connection each end a body."""
    with ScriptedServer(reply) as server:
        assert query(server) == PROGRESS


@pytest.mark.parametrize(
    "reply",
    [
        reset,
        send_and_close(b""),
        send_and_close(b"SSH-2.0-somebody\r\n"),
        send_and_close(HEAD + b"Content-Length: 9999\r\n\r\n" + ANSWER.encode()),
        send_and_close(HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n"),
        answer(b"\x1f\x8bbroken", Content_Encoding="gzip"),
        answer(gzip.compress(b" " * (exchange.MAX_BODY_BYTES + 1)), Content_Encoding="gzip"),
        answer(b" " * (exchange.MAX_BODY_BYTES + 1)),
    ],
)
def test_an_incomplete_response_is_transient(reply: Reply) -> None:
    """The connection breaks, the body breaks, or the body has no end; the next query may succeed."""
    with ScriptedServer(reply, answer(ANSWER)) as server:
        api = client(server.host)
        with pytest.raises(TransientError) as caught:
            api.query(MIGRATION, SOON)
        assert api.query(MIGRATION, SOON) == PROGRESS
    assert str(caught.value).startswith(f"no response from http://{server.host}: ")
    assert "HTTPConnectionPool" not in str(caught.value)


def test_a_refused_connection_is_transient() -> None:
    """No server listens, and the error has the system's text."""
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    with pytest.raises(TransientError) as caught:
        client(f"127.0.0.1:{port}").query(MIGRATION, SOON)
    assert str(caught.value) == f"no response from http://127.0.0.1:{port}: connection refused."


def test_an_untrusted_certificate_is_refused() -> None:
    """A server with an invalid certificate gets no request, and the error says what is wrong with it."""
    with (
        ScriptedServer(answer(ANSWER), tls=tls_of(trustme.CA())) as server,
        pytest.raises(TransientError, match=r"its certificate was refused \("),
    ):
        client(server.host, scheme="https").query(MIGRATION, SOON)
    assert server.requests == []


def test_an_authority_of_the_user_is_trusted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An authority in `REQUESTS_CA_BUNDLE` may certify a server, but only under the server's own name."""
    authority, bundle = trustme.CA(), tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(str(bundle))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(bundle))
    with ScriptedServer(answer(ANSWER), tls=tls_of(authority)) as server:
        assert client(server.host, scheme="https").query(MIGRATION, SOON) == PROGRESS
    with (
        ScriptedServer(answer(ANSWER), tls=tls_of(authority, "elsewhere.example")) as server,
        pytest.raises(TransientError, match="IP address mismatch"),
    ):
        client(server.host, scheme="https").query(MIGRATION, SOON)
    assert server.requests == []


@pytest.mark.usefixtures("brief")
def test_a_server_without_tls_gets_no_request() -> None:
    """With https nothing is sent unencrypted."""
    with ScriptedServer(answer(ANSWER)) as server, pytest.raises(TransientError):
        client(server.host, scheme="https").query(MIGRATION, NOW)
    assert server.requests == []


SLOW = {
    "silence": silence,
    "trickling headers": trickle(HEAD, b"X"),
    "trickling body": trickle(HEAD + b"Content-Length: 999999\r\n\r\n", b" "),
    "trickling chunks": trickle(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
}


@pytest.mark.usefixtures("brief")
@pytest.mark.parametrize("reply", SLOW.values(), ids=SLOW.keys())
def test_a_slow_exchange_ends_in_time_and_the_next_one_works(reply: Reply) -> None:
    """Neither a silent server nor one that trickles exceeds the bound, and the next query works."""
    with ScriptedServer(reply, answer(ANSWER)) as server:
        api = client(server.host)
        began = time.monotonic()
        with pytest.raises(TransientError):
            api.query(MIGRATION, NOW)
        assert time.monotonic() - began < 1
        if not server.requests:  # on a busy machine the exchange was abandoned before it was sent
            server.reply_to(Request("", {}, b""))
        assert api.query(MIGRATION, SOON) == PROGRESS


@pytest.mark.usefixtures("brief")
def test_a_timed_out_exchange_names_its_bound() -> None:
    """This holds even if the exchange can't time out by itself."""
    with ScriptedServer(SLOW["trickling headers"]) as server, pytest.raises(TransientError) as caught:
        query(server, NOW)
    assert str(caught.value) == f"http://{server.host} gave no response within 0.08 s."


def test_a_cancelled_update_abandons_the_exchange() -> None:
    """The query ends, although its server is silent."""
    cancelled = threading.Event()
    timer = threading.Timer(0.03, cancelled.set)
    with ScriptedServer(silence) as server:
        api = client(server.host, clock=FakeClock(cancelled=cancelled))
        began = time.monotonic()
        timer.start()
        with pytest.raises(WaitCancelledError):
            api.query(MIGRATION, SOON)
        assert time.monotonic() - began < 1
    timer.join()


@pytest.mark.parametrize("name", PROXY_VARIABLES)
def test_a_proxy_is_not_used_for_this_machine(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """A request to a loopback address reaches it directly, for any environment."""
    with ScriptedServer(answer("", status="502 Bad Gateway")) as proxy, ScriptedServer(answer(ANSWER)) as server:
        monkeypatch.setenv(name, f"http://user:password@{proxy.host}")
        assert query(server) == PROGRESS
    assert proxy.requests == []


def test_a_proxy_is_used_for_other_machines_and_its_password_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy in the environment gets the connection; if it refuses, the error doesn't quote it."""
    with ScriptedServer(answer("", status="403 Forbidden")) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://user:password@{proxy.host}")
        with pytest.raises(ApiError) as caught:
            client("sqlserver.invalid", scheme="https").query(MIGRATION, SOON)
    assert [request.line.rsplit(" ", 1)[0] for request in proxy.requests] == ["CONNECT sqlserver.invalid:443"]
    assert "password" not in str(caught.value)


def test_a_netrc_does_not_replace_the_signature(tmp_path: Path) -> None:
    """An entry for the host in the user's netrc changes nothing."""
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login user password secret\n", encoding="utf-8")
    (tmp_path / ".netrc").chmod(0o600)
    with ScriptedServer(answer(ANSWER)) as server:
        assert query(server) == PROGRESS
    assert server.requests[0].headers["authorization"].startswith("TC3-HMAC-SHA256 ")


def test_the_sdk_logs_nothing() -> None:
    """Even at DEBUG, with a handler, neither signature nor token is logged."""
    records = io.StringIO()
    handler = logging.StreamHandler(records)
    logger = logging.getLogger("tencentcloud_sdk_common")
    level = logger.level
    logger.setLevel(logging.DEBUG)
    logger.addHandler(handler)
    try:
        with ScriptedServer(answer(ANSWER)) as server:
            query(server)
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
    assert records.getvalue() == ""


FAULTS = {
    "a response": answer(ANSWER),
    "a reset": reset,
    "an HTTP error": answer("", status="500 Internal Server Error"),
    "a page": answer("<html>" * 2000),
    "a large body": answer("x" * 900_000),
    "an API error": answer(json.dumps({"Response": {"Error": {"Code": "InternalError", "Message": "No."}}})),
}


KEPT = (BaseException, requests.Response, requests.PreparedRequest, Progress)


@pytest.mark.parametrize("reply", FAULTS.values(), ids=FAULTS)
def test_a_query_leaves_nothing_behind(reply: Reply) -> None:
    """Twenty queries don't leave twenty errors, requests or responses; the last thread may still hold one."""
    clock = FakeClock()
    with ScriptedServer(reply) as server:
        api = client(server.host, clock=clock)

        def alive_after(queries: int) -> int:
            for _ in range(queries):
                with contextlib.suppress(ApiError):
                    api.query(MIGRATION, clock.now + 10)
            gc.collect()
            return sum(issubclass(type(one), KEPT) for one in gc.get_objects())

        alive = alive_after(20)
        assert alive_after(20) - alive < 10
