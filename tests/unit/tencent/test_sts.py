"""The token service, queried with the real SDK on an emulator and a scripted server."""

import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from harness.emulated_services import emulated_services, make_role_arn, scripted_services
from harness.process_state import PROXY_VARIABLES, isolated_process
from harness.scripted_server import Reply, answer, reset

from pulumi_tcsql_check.clock import SystemClock
from pulumi_tcsql_check.emulator import ACCOUNT_ID, DUMMY_SECRET_ID, DUMMY_SECRET_KEY, OTHER_ACCOUNT_ID, Emulator
from pulumi_tcsql_check.errors import CredentialsError, PermanentError, ThrottledError, TransientError
from pulumi_tcsql_check.model.credentials import Credentials
from pulumi_tcsql_check.model.endpoint import Endpoint
from pulumi_tcsql_check.model.role import Role
from pulumi_tcsql_check.tencent import sts

WHO = Credentials(DUMMY_SECRET_ID, DUMMY_SECRET_KEY, None, "a test")
SESSION = (
    '{"Response":{"Credentials":{"Token":"t","TmpSecretId":"i","TmpSecretKey":"k"},"ExpiredTime":17,"RequestId":"r"}}'
)


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Set proxies that must not be used, and isolate the test from other tests."""
    for name in PROXY_VARIABLES:
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    with isolated_process(monkeypatch, tmp_path):
        yield


@pytest.fixture(name="service")
def _service() -> sts.TokenService:
    """Make the token service as a process has it."""
    return sts.TokenService(SystemClock(threading.Event()))


def soon() -> float:
    """Return a deadline."""
    return time.monotonic() + 5


def test_the_service_has_the_sdks_address() -> None:
    """The address is a constant: neither the configuration nor the environment changes it."""
    assert Endpoint("https", "sts.tencentcloudapi.com") == sts.ENDPOINT


def test_a_role_is_assumed_and_its_account_returned(service: sts.TokenService) -> None:
    """The temporary pair belongs to another account, expires at the requested time, and the account is known."""
    with emulated_services(Emulator()):
        found = service.assume_role(WHO, Role(make_role_arn(OTHER_ACCOUNT_ID), "deploy", 900), soon())
        pair = found.credentials
        temporary = Credentials(pair.tmp_secret_id, pair.tmp_secret_key, pair.token, "a test")
        assert service.account_of(WHO, soon()) == ACCOUNT_ID
        assert service.account_of(temporary, soon()) == OTHER_ACCOUNT_ID
    assert found.expired_time is not None
    assert 890 < found.expired_time - time.time() <= 900


def test_all_fields_of_a_role_are_sent(service: sts.TokenService) -> None:
    """The policy is URL-encoded, as the service's page requires; fields that aren't set are not sent."""
    role = Role("arn", "deploy", 60, '{"a": "b c"}', "external", "source")
    with scripted_services(answer(SESSION)) as server:
        service.assume_role(WHO, role, soon())
        service.assume_role(WHO, Role("arn", "deploy"), soon())
    full, plain = (json.loads(request.body) for request in server.requests)
    assert full == {
        "RoleArn": "arn",
        "RoleSessionName": "deploy",
        "DurationSeconds": 60,
        "Policy": "%7B%22a%22%3A+%22b+c%22%7D",
        "ExternalId": "external",
        "SourceIdentity": "source",
    }
    assert plain == {"RoleArn": "arn", "RoleSessionName": "deploy", "DurationSeconds": 7200}
    assert server.requests[0].headers["x-tc-action"] == "AssumeRole"
    assert server.requests[0].headers["x-tc-version"] == "2018-08-13"
    assert "/sts/tc3_request" in server.requests[0].headers["authorization"]


@pytest.mark.parametrize(
    ("code", "advice"),
    [
        ("AuthFailure.SignatureExpire", "Set this machine's clock: it differs from Tencent's by over five minutes."),
        ("AuthFailure.TokenFailure", "Check the secret id, key and token."),
        ("UnauthorizedOperation", "Allow the action sts:AssumeRole in CAM, and let a role trust its caller."),
        ("ResourceNotFound.RoleNotFound", "Check the role's ARN."),
        ("InvalidParameter.ParamError", ""),
    ],
)
def test_a_refusal_has_its_advice(service: sts.TokenService, code: str, advice: str) -> None:
    """The error names the endpoint, the credentials and what to do, without key or token."""
    refused = answer(f'{{"Response":{{"Error":{{"Code":"{code}","Message":"m"}},"RequestId":"r"}}}}')
    with scripted_services(refused) as server, pytest.raises(PermanentError) as caught:
        service.assume_role(WHO, Role("arn", "deploy"), soon())
    asked = f"http://{server.host} answered {code}: m (queried with ...0000 from a test)."
    assert str(caught.value) == " ".join(filter(None, (asked, advice, "Request r.")))


@pytest.mark.parametrize("place", ["Token", "TmpSecretId", "TmpSecretKey", "More"])
@pytest.mark.parametrize("secret", [DUMMY_SECRET_ID, DUMMY_SECRET_KEY, "an-external-id"])
def test_a_role_that_repeats_a_secret_of_its_caller_is_refused(
    service: sts.TokenService, place: str, secret: str
) -> None:
    """Neither the caller's credentials nor the external id become part of a role's credentials."""
    pair = {"Token": "t", "TmpSecretId": "i", "TmpSecretKey": "k", place: secret}
    body = json.dumps({"Response": {"Credentials": pair, "RequestId": "r"}})
    refused = pytest.raises(TransientError, match="repeats the credentials or another secret")
    with scripted_services(answer(body)), refused as caught:
        service.assume_role(WHO, Role("arn", "deploy", external_id="an-external-id"), soon())
    assert secret not in str(caught.value)


def test_the_external_id_is_removed_from_a_refusal_that_repeats_it(service: sts.TokenService) -> None:
    """Some accounts treat it as a secret: neither text nor attributes contain it."""
    error = {"Code": "AuthFailure.an-external-id", "Message": "an-external-id is wrong"}
    body = json.dumps({"Response": {"Error": error, "RequestId": "an-external-id"}})
    with scripted_services(answer(body)), pytest.raises(PermanentError) as caught:
        service.assume_role(WHO, Role("arn", "deploy", external_id="an-external-id"), soon())
    assert "answered AuthFailure....: ... is wrong" in str(caught.value)
    assert (caught.value.code, caught.value.request_id) == ("AuthFailure....", "...")


BAD: list[tuple[Reply, type[Exception]]] = [
    (reset, TransientError),
    (answer("<html>", kind="text/html"), TransientError),
    (answer('{"Response":{"RequestId":"r"}}'), TransientError),
    (answer(SESSION.replace('"t"', "null")), TransientError),
    (answer('{"Response":{"AccountId":1001,"RequestId":"r"}}'), TransientError),
    (answer('{"Response":{"AccountId":null,"RequestId":"r"}}'), TransientError),
    (answer('{"Response":{"AccountId":"","RequestId":"r"}}'), CredentialsError),
    (answer('{"Response":{"AccountId":"nobody","RequestId":"r"}}'), CredentialsError),
    (answer('{"Response":{"AccountId":"1","AccountId":"2","RequestId":"r"}}'), TransientError),
    (answer('{"Response":{"AccountId":"1","error":"x","RequestId":"r"}}'), TransientError),
    (answer(f'{{"Response":{{"AccountId":"1","Arn":"{DUMMY_SECRET_ID}","RequestId":"r"}}}}'), TransientError),
    (answer('{"code":4100,"Response":{"AccountId":"1","RequestId":"r"}}'), TransientError),
    (answer('{"Response":{"Error":{"Code":"RequestLimitExceeded","Message":"m"}}}'), ThrottledError),
    (answer("", status="503 Service Unavailable"), TransientError),
    (answer("", status="302 Found", Location="http://127.0.0.1:1/"), PermanentError),
]


@pytest.mark.parametrize(("reply", "kind"), BAD)
def test_a_malformed_account_id_is_refused(service: sts.TokenService, reply: Reply, kind: type[Exception]) -> None:
    """Only a plain number in the documented place counts as an account."""
    with scripted_services(reply), pytest.raises(kind):
        service.account_of(WHO, soon())
