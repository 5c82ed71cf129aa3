"""Responses and refusals of the token service and the metadata, without a network."""

import http.client
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pulumi_tcsql_check.emulator import (
    ACCOUNT_ID,
    OTHER_ACCOUNT_ID,
    OTHER_SECRET_ID,
    OTHER_SECRET_KEY,
    Emulator,
    Keys,
    ManualClock,
    load,
)
from pulumi_tcsql_check.emulator.scenario import HttpFault
from pulumi_tcsql_check.emulator.server import Services
from pulumi_tcsql_check.emulator.sts import METADATA_PATH
from pulumi_tcsql_check.emulator.wire import Reply, Request

SignedRequest = Callable[..., Request]
ROLE = {"RoleArn": f"qcs::cam::uin/{OTHER_ACCOUNT_ID}:roleName/gatekeeper", "RoleSessionName": "deploy"}
WEB = {**ROLE, "ProviderId": "OIDC", "WebIdentityToken": "an identity"}
UNSIGNED = {"authorization": "SKIP"}


@pytest.fixture
def services(clock: ManualClock) -> Services:
    """Two accounts: a check that has passed in the first, and one that wasn't started in the second."""
    return Services(load("pass"), load("never-started"), Keys(), clock)


def _content(reply: Reply) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(reply.body)["Response"]
    return content


def _sts(signed: SignedRequest, action: str, parameters: object, **more: Any) -> Request:  # noqa: ANN401  # see _signed
    headers = {"x-tc-version": "2018-08-13", **more.pop("headers", {})}
    return signed(action=action, parameters=parameters, headers=headers, service="sts", **more)


def _with(pair: dict[str, str]) -> dict[str, Any]:
    return {
        "secret_id": pair["TmpSecretId"],
        "secret_key": pair["TmpSecretKey"],
        "headers": {"x-tc-token": pair["Token"]},
    }


def test_each_account_has_its_own_keys_and_its_own_migrations(services: Services, signed: SignedRequest) -> None:
    """The same number is another migration in another account."""
    mine, my_account = services.reply(signed())
    others, other_account = services.reply(signed(secret_id=OTHER_SECRET_ID, secret_key=OTHER_SECRET_KEY))

    assert (my_account, other_account) == (ACCOUNT_ID, OTHER_ACCOUNT_ID)
    assert [_content(reply)["StepDetails"][0]["Status"] for reply in (mine, others)] == [0, -2]


def test_unknown_keys_are_refused(services: Services, signed: SignedRequest) -> None:
    """The log has no account for them."""
    reply, account = services.reply(signed(secret_id="AKIDnobody"))

    assert (reply.outcome, account) == ("AuthFailure.SecretIdNotFound", None)


def test_a_role_is_assumed_in_its_own_account(services: Services, signed: SignedRequest, clock: ManualClock) -> None:
    """The response is the published one, and its keys give access to the role's account until they expire."""
    reply, account = services.reply(_sts(signed, "AssumeRole", {**ROLE, "DurationSeconds": 60, "Policy": "p"}))

    answer = _content(reply)
    assert account == ACCOUNT_ID
    assert answer.keys() == {"Credentials", "ExpiredTime", "Expiration", "RequestId"}
    assert answer["ExpiredTime"] == clock.time() + 60
    assert answer["Expiration"] == "2023-11-14T22:14:20Z"
    pair = _with(answer["Credentials"])
    seen, account = services.reply(signed(**pair))
    assert (account, _content(seen)["StepDetails"][0]["Status"]) == (OTHER_ACCOUNT_ID, -2)
    clock.advance(59)
    assert services.reply(signed(**pair))[0].outcome == "answer"
    clock.advance(1)
    assert services.reply(signed(**pair))[0].outcome == "AuthFailure.TokenFailure"


def test_temporary_keys_need_their_token(services: Services, signed: SignedRequest) -> None:
    """Without it or with another, requests are refused."""
    pair = _with(_content(services.reply(_sts(signed, "AssumeRole", ROLE))[0])["Credentials"])
    for headers in ({}, {"x-tc-token": "another"}):
        assert services.reply(signed(**{**pair, "headers": headers}))[0].outcome == "AuthFailure.TokenFailure"


def test_a_role_lasts_two_hours_by_default(services: Services, signed: SignedRequest, clock: ManualClock) -> None:
    """The API's page publishes this default."""
    assert _content(services.reply(_sts(signed, "AssumeRole", ROLE))[0])["ExpiredTime"] == clock.time() + 7200


def test_a_web_identity_needs_no_signature(services: Services, signed: SignedRequest) -> None:
    """The identity alone is enough for the role's keys."""
    reply, account = services.reply(_sts(signed, "AssumeRoleWithWebIdentity", WEB, headers=UNSIGNED))

    assert account is None
    _, account = services.reply(signed(**_with(_content(reply)["Credentials"])))
    assert account == OTHER_ACCOUNT_ID


def test_the_identity_belongs_to_the_keys(services: Services, signed: SignedRequest) -> None:
    """The response has the published fields, for permanent and for temporary keys."""
    mine = _content(services.reply(_sts(signed, "GetCallerIdentity", {}))[0])
    assert mine.pop("RequestId")
    assert mine == {
        "Type": "CAMUser",
        "AccountId": ACCOUNT_ID,
        "UserId": ACCOUNT_ID,
        "PrincipalId": ACCOUNT_ID,
        "Arn": f"qcs::cam::uin/{ACCOUNT_ID}",
    }
    pair = _with(_content(services.reply(_sts(signed, "AssumeRole", ROLE))[0])["Credentials"])
    roles = _content(services.reply(_sts(signed, "GetCallerIdentity", {}, **pair))[0])
    assert (roles["Type"], roles["AccountId"]) == ("CAMRole", OTHER_ACCOUNT_ID)


@pytest.mark.parametrize(
    ("action", "parameters", "changes", "code"),
    [
        ("AssumeRole", {"RoleSessionName": "deploy"}, {}, "MissingParameter"),
        ("AssumeRole", {"RoleArn": ROLE["RoleArn"]}, {}, "MissingParameter"),
        ("AssumeRole", {**ROLE, "RoleSessionName": "a b"}, {}, "InvalidParameter.ParamError"),
        ("AssumeRole", {**ROLE, "RoleSessionName": 7}, {}, "InvalidParameter"),
        (
            "AssumeRole",
            {**ROLE, "RoleArn": "qcs::cam::uin/100000000009:roleName/x"},
            {},
            "ResourceNotFound.RoleNotFound",
        ),
        ("AssumeRole", {**ROLE, "RoleArn": "gatekeeper"}, {}, "ResourceNotFound.RoleNotFound"),
        ("AssumeRole", {**ROLE, "DurationSeconds": 43201}, {}, "InvalidParameter.OverTimeError"),
        ("AssumeRole", {**ROLE, "DurationSeconds": 0}, {}, "InvalidParameter.OverTimeError"),
        ("AssumeRole", {**ROLE, "DurationSeconds": True}, {}, "InvalidParameter.OverTimeError"),
        ("AssumeRole", {**ROLE, "Password": "x"}, {}, "UnknownParameter"),
        ("AssumeRole", ROLE, {"secret_key": "wrong"}, "AuthFailure.SignatureFailure"),
        ("AssumeRole", ROLE, {"secret_id": "AKIDnobody"}, "AuthFailure.SecretIdNotFound"),
        ("AssumeRole", ROLE, {"headers": {"x-tc-version": "2018-03-28"}}, "NoSuchVersion"),
        ("AssumeRole", ROLE, {"headers": {"x-tc-region": "ap-mars"}}, "UnsupportedRegion"),
        ("AssumeRole", ROLE, {"headers": UNSIGNED}, "AuthFailure.InvalidAuthorization"),
        ("AssumeRoleWithWebIdentity", {**WEB, "WebIdentityToken": ""}, {"headers": UNSIGNED}, "MissingParameter"),
        ("AssumeRoleWithWebIdentity", {**WEB, "ProviderId": ""}, {"headers": UNSIGNED}, "MissingParameter"),
        ("GetCallerIdentity", {"DurationSeconds": 1}, {}, "UnknownParameter"),
        ("GetCallerIdentity", {}, {"secret_key": "wrong"}, "AuthFailure.SignatureFailure"),
    ],
)
def test_an_invalid_request_is_refused_with_a_published_code(  # noqa: PLR0913, PLR0917  # a case is one row
    services: Services, signed: SignedRequest, action: str, parameters: object, changes: dict[str, Any], code: str
) -> None:
    """Each mistake has its code, in the error envelope."""
    reply, _ = services.reply(_sts(signed, action, parameters, **changes))

    assert reply.outcome == code == _content(reply)["Error"]["Code"]


def test_a_signature_for_another_service_is_refused(services: Services, signed: SignedRequest) -> None:
    """The scope must name the service of the request."""
    reply, _ = services.reply(signed(action="GetCallerIdentity", parameters={}))

    assert reply.outcome == "AuthFailure.SignatureFailure"


def test_an_instance_gets_its_roles_keys(services: Services, signed: SignedRequest, clock: ManualClock) -> None:
    """The metadata have the name of the one role and its keys, in the published form."""
    name, account = services.reply(Request("GET", METADATA_PATH, {}, b""))
    assert (name.body, account) == (b"emulated", None)
    reply, _ = services.reply(Request("GET", f"{METADATA_PATH}emulated", {}, b""))
    found = json.loads(reply.body)
    assert found.keys() == {"TmpSecretId", "TmpSecretKey", "Token", "ExpiredTime", "Expiration", "Code"}
    assert (found["ExpiredTime"], found["Code"]) == (clock.time() + 7200, "Success")
    assert services.reply(signed(**_with(found)))[1] == ACCOUNT_ID


def test_an_instance_has_no_other_role(services: Services) -> None:
    """The response for another role is HTTP 404."""
    assert services.reply(Request("GET", f"{METADATA_PATH}another", {}, b""))[0].fault == HttpFault(status=404)
    assert services.reply(Request("POST", f"{METADATA_PATH}emulated", {}, b""))[0].outcome == "UnsupportedProtocol"


def test_the_second_account_plays_the_same_scenario_by_default(
    signed: SignedRequest, clock: ManualClock, tmp_path: Path
) -> None:
    """By default each account plays it separately; a name or a file gives the second account another one."""
    path = tmp_path / "mine.json"
    path.write_text('{"migrations": {"*": null}}', encoding="utf-8")
    request = signed(secret_id=OTHER_SECRET_ID, secret_key=OTHER_SECRET_KEY)
    for other, outcome in ((None, "answer"), ("pass", "answer"), (path, "ResourceNotFound.DBNotFound")):
        log = tmp_path / f"{outcome}.jsonl"
        with Emulator("pass", clock=clock, request_log=log, other_scenario=other) as emulator:
            _post(emulator, request)
        line = json.loads(log.read_text(encoding="utf-8").splitlines()[-1])
        assert (line["account"], line["outcome"]) == (OTHER_ACCOUNT_ID, outcome)


def _post(emulator: Emulator, request: Request) -> None:
    connection = http.client.HTTPConnection(emulator.host, emulator.port, timeout=5)
    connection.request("POST", "/", request.body, dict(request.headers))
    connection.getresponse().read()
    connection.close()
