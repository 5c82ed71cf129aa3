"""The credentials of a pod or an instance, from a scripted server in place of the services."""

import os
import threading
import time
from collections.abc import Mapping
from pathlib import Path

import msgspec
import pytest
from harness.blocked_calls import block_os_call
from harness.emulated_services import METADATA_PATH, redirected_services
from harness.process_state import PROXY_VARIABLES
from harness.scripted_server import (
    Reply,
    ScriptedServer,
    answer,
    reset,
    send_and_close,
    silence,
    trickle,
)

from pulumi_tcsql_check.clock import SystemClock
from pulumi_tcsql_check.credentials import role_credentials
from pulumi_tcsql_check.errors import (
    CredentialsError,
    TcsqlCheckError,
    ThrottledError,
    TransientError,
    WaitCancelledError,
)
from pulumi_tcsql_check.languages.sentence import Sentence
from pulumi_tcsql_check.model.credentials import Credentials, Source
from pulumi_tcsql_check.tencent import exchange

IDENTITY = "the.pods.identity"
KEY = "a-temporary-key"
TOKEN = "a-temporary-token"
STS_ANSWER = (
    '{"Response":{"Credentials":{"Token":"a-temporary-token","TmpSecretId":"AKIDtemporary","TmpSecretKey":'
    '"a-temporary-key"},"ExpiredTime":1700000000,"RequestId":"r"}}'
)
CVM_ANSWER = (
    '{"TmpSecretId":"AKIDtemporary","TmpSecretKey":"a-temporary-key","Token":"a-temporary-token","ExpiredTime":1700000000,'
    '"Code":"Success"}'
)
REFUSED = f'{{"Response":{{"Error":{{"Code":"AuthFailure","Message":"not {KEY}"}},"RequestId":"r"}}}}'


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Isolate the test from the user's proxies."""
    for name in PROXY_VARIABLES:
        monkeypatch.delenv(name, raising=False)


def tke_environ(folder: Path) -> dict[str, str]:
    """Make the environment of a pod whose service account has a role."""
    path = folder / "identity"
    path.write_text(f"{IDENTITY}\n", encoding="utf-8")
    return {
        "TKE_REGION": "ap-guangzhou",
        "TKE_PROVIDER_ID": "a-provider",
        "TKE_WEB_IDENTITY_TOKEN_FILE": str(path),
        "TKE_ROLE_ARN": "qcs::cam::uin/1:roleName/gatekeeper",
    }


def sources(environ: Mapping[str, str], cam_role: str | None, *, is_cancelled: bool = False) -> tuple[Source, Source]:
    """List both sources, with the system's clock."""
    cancelled = threading.Event()
    if is_cancelled:
        cancelled.set()
    clock = SystemClock(cancelled)
    return role_credentials.sources(environ, cam_role, clock)


def ask_tke(environ: Mapping[str, str], server: ScriptedServer, *, is_cancelled: bool = False) -> Credentials | None:
    """Call the pod's source, with this server as the token service."""
    with redirected_services(server.host):
        (_, look), _ = sources(environ, None, is_cancelled=is_cancelled)
        return look()


def ask_cvm(role: str | None, server: ScriptedServer, *, is_cancelled: bool = False) -> Credentials | None:
    """Call the instance's source, with this server as the metadata."""
    with redirected_services(server.host):
        _, (_, look) = sources({}, role, is_cancelled=is_cancelled)
        return look()


def test_a_pod_gets_its_roles_credentials(tmp_path: Path) -> None:
    """The pod's identity goes to the token service, unsigned, and the temporary credentials come back."""
    with ScriptedServer(answer(STS_ANSWER)) as server:
        found = ask_tke(tke_environ(tmp_path), server)
    assert found == Credentials("AKIDtemporary", KEY, TOKEN, Sentence("source pod"), 1700000000.0)
    (request,) = server.requests
    assert request.headers["x-tc-action"] == "AssumeRoleWithWebIdentity"
    assert request.headers["x-tc-region"] == "ap-guangzhou"
    assert request.headers["authorization"] == "SKIP"
    assert msgspec.json.decode(request.body) == {
        "ProviderId": "a-provider",
        "WebIdentityToken": IDENTITY,
        "RoleArn": "qcs::cam::uin/1:roleName/gatekeeper",
        "RoleSessionName": "pulumi-tcsql-check",
    }


def test_an_instance_gets_its_roles_credentials() -> None:
    """The request has the role's name from the environment."""
    with ScriptedServer(answer(CVM_ANSWER, kind="text/plain")) as server:
        found = ask_cvm("gatekeeper", server)
    assert found == Credentials(
        "AKIDtemporary", KEY, TOKEN, Sentence("source instance", role="gatekeeper"), 1700000000.0
    )
    assert [request.line for request in server.requests] == [f"GET {METADATA_PATH}gatekeeper HTTP/1.1"]


@pytest.mark.parametrize("missing", ["TKE_REGION", "TKE_PROVIDER_ID", "TKE_WEB_IDENTITY_TOKEN_FILE", "TKE_ROLE_ARN"])
def test_without_a_pod_the_token_service_is_not_queried(tmp_path: Path, missing: str) -> None:
    """If one variable is missing, the token service gets no request."""
    environ = {**tke_environ(tmp_path), missing: ""}
    with ScriptedServer(answer(STS_ANSWER)) as server:
        assert ask_tke(environ, server) is None
    assert server.requests == []


def test_without_a_role_the_metadata_are_not_queried() -> None:
    """Without a role's name the metadata get no request."""
    with ScriptedServer(answer(CVM_ANSWER)) as server:
        assert ask_cvm(None, server) is None
    assert server.requests == []


REFUSALS = [answer(REFUSED), answer(KEY, status="404 Not Found")]
NO_ANSWERS = [
    answer(f"<html>{KEY}</html>", kind="text/html"),
    answer(f'{{"TmpSecretKey":"{KEY}","Token":"{TOKEN}"}}'),
    answer(f'{{"Response":{{"Credentials":{{"TmpSecretKey":"{KEY}","Token":null}}}}}}'),
    answer(f'"{KEY}\xff"'.encode("latin-1")),
    answer(""),
]
IN_PASSING = [
    answer(KEY, status="500 Internal Server Error"),
    answer(KEY, status="503 Service Unavailable"),
    answer(KEY, status="408 Request Timeout"),
    reset,
    send_and_close(f"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{KEY}".encode()),
]


def error_of(code: str) -> Reply:
    """Reply as the token service does, with one of its error codes."""
    return answer(f'{{"Response":{{"Error":{{"Code":"{code}","Message":"not {IDENTITY}"}},"RequestId":"r"}}}}')


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        *((reply, TransientError) for reply in (*IN_PASSING, *NO_ANSWERS, error_of("InternalError"))),
        *((reply, ThrottledError) for reply in (answer("", status="429 x"), error_of("RequestLimitExceeded"))),
    ],
)
def test_a_transient_failure_for_a_pod_is_retried(tmp_path: Path, reply: Reply, kind: type[Exception]) -> None:
    """Transient errors are retried as those of the API are; the text shows nothing of the response or the identity."""
    with ScriptedServer(reply) as server, pytest.raises(kind) as caught:
        ask_tke(tke_environ(tmp_path), server)
    for hidden in (KEY, TOKEN, IDENTITY):
        assert hidden not in str(caught.value)


@pytest.mark.parametrize("code", ["InternalError", "RequestLimitExceeded", "AuthFailure"])
def test_a_pods_identity_is_removed_from_an_error_that_repeats_it(tmp_path: Path, code: str) -> None:
    """Neither the code nor the request id shows the identity."""
    body = f'{{"Response":{{"Error":{{"Code":"{code}.{IDENTITY}","Message":"No."}},"RequestId":"{IDENTITY}"}}}}'
    with ScriptedServer(answer(body)) as server, pytest.raises(TcsqlCheckError) as caught:
        ask_tke(tke_environ(tmp_path), server)
    assert f"({code}....)" in str(caught.value)
    assert IDENTITY not in f"{caught.value} {vars(caught.value)}"


@pytest.mark.parametrize("place", ["a-temporary-token", "AKIDtemporary", "a-temporary-key", '"r"'])
def test_a_role_that_repeats_a_pods_identity_is_refused(tmp_path: Path, place: str) -> None:
    """The identity must not become part of a role's id, of which the screen shows the last characters."""
    body = STS_ANSWER.replace(place, f'"{IDENTITY}"' if place == '"r"' else IDENTITY)
    with ScriptedServer(answer(body)) as server, pytest.raises(TransientError) as caught:
        ask_tke(tke_environ(tmp_path), server)
    assert "repeats the credentials or another secret of the request" in str(caught.value)


@pytest.mark.parametrize("code", ["InternalError", "RequestLimitExceeded"])
def test_a_transient_failure_for_a_pod_keeps_its_code(tmp_path: Path, code: str) -> None:
    """Tencent's support needs both the code and the request id."""
    with ScriptedServer(error_of(code)) as server, pytest.raises((TransientError, ThrottledError)) as caught:
        ask_tke(tke_environ(tmp_path), server)
    assert str(caught.value) == (
        "No credentials came from the TKE pod's identity, which the configuration or the environment names "
        f"({code}). Request r."
    )
    assert caught.value.code == code


@pytest.mark.parametrize("reply", [*IN_PASSING, answer("", status="429 Too Many Requests")])
def test_a_transient_failure_of_the_metadata_is_retried(reply: Reply) -> None:
    """A broken connection and a server error are transient."""
    with ScriptedServer(reply) as server, pytest.raises(TransientError) as caught:
        ask_cvm("gatekeeper", server)
    said = str(caught.value)
    assert said.startswith("The instance's metadata gave no response about the CVM role gatekeeper (")
    assert KEY not in said


def test_metadata_without_a_server_are_a_transient_failure() -> None:
    """The error of a missing connection has no address."""
    with ScriptedServer() as server:
        pass
    with pytest.raises(TransientError, match=r"gatekeeper \(ConnectionError\)\.$"):
        ask_cvm("gatekeeper", server)


def test_the_retry_after_a_transient_failure_gets_the_credentials(tmp_path: Path) -> None:
    """The next attempt gets what this one did not."""
    with ScriptedServer(answer("", status="500 x"), answer(CVM_ANSWER)) as server:
        with pytest.raises(TransientError):
            ask_cvm("gatekeeper", server)
        assert ask_cvm("gatekeeper", server) is not None
    with ScriptedServer(error_of("InternalError"), answer(STS_ANSWER)) as server:
        with pytest.raises(TransientError):
            ask_tke(tke_environ(tmp_path), server)
        assert ask_tke(tke_environ(tmp_path), server) is not None


@pytest.mark.parametrize("reply", REFUSALS)
def test_a_pod_without_a_valid_response_has_no_credentials(tmp_path: Path, reply: Reply) -> None:
    """Each error names the source in one sentence, and shows nothing of the response or the identity."""
    with ScriptedServer(reply) as server, pytest.raises(CredentialsError) as caught:
        ask_tke(tke_environ(tmp_path), server)
    said = str(caught.value)
    assert said.startswith(
        "No credentials came from the TKE pod's identity, which the configuration or the environment names ("
    )
    assert caught.value.__cause__ is None
    for hidden in (KEY, TOKEN, IDENTITY):
        assert hidden not in said


@pytest.mark.parametrize("reply", [*REFUSALS, *NO_ANSWERS])
def test_an_instance_without_a_valid_response_has_no_credentials(reply: Reply) -> None:
    """Each error names the role in one sentence, and shows nothing of the response."""
    with ScriptedServer(reply) as server, pytest.raises(CredentialsError) as caught:
        ask_cvm("gatekeeper", server)
    said = str(caught.value)
    assert said.startswith(
        "No credentials came from the CVM role gatekeeper, which the configuration or the environment names ("
    )
    assert KEY not in said
    assert TOKEN not in said


def test_a_failed_response_of_the_metadata_is_refused() -> None:
    """The field `Code` of the metadata says whether the other fields are valid."""
    failed = answer(CVM_ANSWER.replace("Success", "Failed"))
    with (
        ScriptedServer(failed) as server,
        pytest.raises(CredentialsError, match=r"No credentials came .* \(ValueError\)"),
    ):
        ask_cvm("gatekeeper", server)


def test_a_roles_name_is_one_part_of_the_path() -> None:
    """No role's name changes the path of the request."""
    with ScriptedServer(answer(CVM_ANSWER)) as server:
        ask_cvm("../a b?c", server)
    assert [request.line for request in server.requests] == [f"GET {METADATA_PATH}..%2Fa%20b%3Fc HTTP/1.1"]


def test_half_a_pair_in_a_response_is_refused() -> None:
    """An empty key with an id is half a pair, as in every source."""
    with ScriptedServer(answer(CVM_ANSWER.replace(KEY, ""))) as server, pytest.raises(CredentialsError) as caught:
        ask_cvm("gatekeeper", server)
    assert str(caught.value) == "TmpSecretKey is missing in the CVM role gatekeeper, though its counterpart is there."


def test_a_response_with_an_invalid_key_is_refused() -> None:
    """A key with a space would break the header that contains it."""
    with ScriptedServer(answer(CVM_ANSWER.replace(KEY, "a key"))) as server, pytest.raises(CredentialsError) as caught:
        ask_cvm("gatekeeper", server)
    assert (
        str(caught.value) == "TmpSecretKey in the CVM role gatekeeper is not plain text without spaces or line breaks."
    )


def test_a_pods_identity_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    """If the environment names a missing file, the source is broken, not absent."""
    environ = {**tke_environ(tmp_path), "TKE_WEB_IDENTITY_TOKEN_FILE": str(tmp_path / "nowhere")}
    with ScriptedServer(answer(STS_ANSWER)) as server, pytest.raises(CredentialsError, match=r"\(FileNotFoundError\)"):
        ask_tke(environ, server)
    assert server.requests == []


def test_a_pipe_in_place_of_a_pods_identity_is_refused(tmp_path: Path) -> None:
    """The error names the path, and the token service gets no request."""
    environ = tke_environ(tmp_path)
    path = Path(environ["TKE_WEB_IDENTITY_TOKEN_FILE"])
    path.unlink()
    os.mkfifo(path)
    with ScriptedServer(answer(STS_ANSWER)) as server, pytest.raises(CredentialsError) as refused:
        ask_tke(environ, server)
    assert str(refused.value).startswith(f"{path} can't be read (it is not a regular file). Put a ")
    assert server.requests == []


def test_a_pods_identity_that_hangs_is_refused_within_the_bound(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file has the same time as the source."""
    monkeypatch.setattr(role_credentials, "BOUND_SECONDS", 0.05)
    environ = tke_environ(tmp_path)
    with (
        ScriptedServer(answer(STS_ANSWER)) as server,
        block_os_call("open"),
        pytest.raises(CredentialsError, match=r"identity can't be read \(the file system gave nothing within 0\.05 s"),
    ):
        ask_tke(environ, server)


def test_a_cancelled_update_ends_the_wait_for_a_pods_identity(tmp_path: Path) -> None:
    """A file that hangs doesn't delay the end."""
    environ = tke_environ(tmp_path)
    with ScriptedServer(answer(STS_ANSWER)) as server, block_os_call("open"), pytest.raises(WaitCancelledError):
        ask_tke(environ, server, is_cancelled=True)


@pytest.mark.parametrize("reply", [silence, trickle(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n", b" ")])
def test_a_slow_response_is_not_awaited(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, reply: Reply) -> None:
    """Neither source may exceed the bound, whether it is silent or trickles."""
    monkeypatch.setattr(role_credentials, "BOUND_SECONDS", 0.08)
    monkeypatch.setattr(exchange, "MIN_EXCHANGE_SECONDS", 0.08)
    began = time.monotonic()
    with ScriptedServer(reply) as server:
        with pytest.raises(TransientError, match="gave no response within"):
            ask_tke(tke_environ(tmp_path), server)
        with pytest.raises(TransientError, match="CVM role"):
            ask_cvm("gatekeeper", server)
        assert time.monotonic() - began < 5  # an unbounded exchange takes 10 s


def test_a_redirect_of_the_metadata_is_not_followed() -> None:
    """Credentials from another address are not used."""
    with ScriptedServer(answer(CVM_ANSWER)) as elsewhere:
        redirect = answer("", status="302 Found", Location=f"http://{elsewhere.host}/")
        with ScriptedServer(redirect) as server, pytest.raises(CredentialsError):
            ask_cvm("gatekeeper", server)
    assert elsewhere.requests == []


def test_a_cancelled_update_ends_the_search_as_cancelled() -> None:
    """The error is that of a cancelled update, not one about credentials."""
    with ScriptedServer(silence) as server, pytest.raises(WaitCancelledError):
        ask_cvm("gatekeeper", server, is_cancelled=True)


def test_the_names_of_the_sources_list_their_variables() -> None:
    """These are the variables that enable the source."""
    names = [str(name) for name, _ in sources({}, None)]
    assert names == [
        "the TKE pod's identity (TKE_REGION, TKE_PROVIDER_ID, TKE_WEB_IDENTITY_TOKEN_FILE, TKE_ROLE_ARN)",
        "the CVM role (tencentcloud:camRoleName or TENCENTCLOUD_CAM_ROLE_NAME)",
    ]


@pytest.mark.parametrize("status", ["302 Found", "307 Temporary Redirect"])
def test_a_redirect_of_the_token_service_is_not_followed(tmp_path: Path, status: str) -> None:
    """The pod's identity goes to no other address, and credentials from there are not used."""
    with ScriptedServer(answer(STS_ANSWER)) as elsewhere:
        redirect = answer("", status=status, Location=f"http://{elsewhere.host}/")
        with ScriptedServer(redirect) as server, pytest.raises(CredentialsError):
            ask_tke(tke_environ(tmp_path), server)
    assert elsewhere.requests == []
