"""The two services that issue temporary keys: the Security Token Service (STS) and an instance's metadata."""

import re
import uuid
from datetime import UTC, datetime

import msgspec

from pulumi_tcsql_check.emulator.accounts import Keys, verify
from pulumi_tcsql_check.emulator.scenario import HttpFault
from pulumi_tcsql_check.emulator.wire import RefusalError, Reply, Request, answer

METADATA_PATH = "/latest/meta-data/cam/security-credentials/"
ACTIONS = frozenset({"AssumeRole", "AssumeRoleWithWebIdentity", "GetCallerIdentity"})

TEMPORARY_ID, TEMPORARY_KEY, TEMPORARY_TOKEN = "AKIDtemporary", "temporary-key-", "temporary-token-"
"""Prefixes of temporary keys, by which tests find a leaked one."""

_SERVICE = "sts"
_VERSION = "2018-08-13"
_DEFAULT_SECONDS = 7200
_MAX_SECONDS = 43200
_INSTANCE_ROLE = "emulated"
_ROLE_ARN = re.compile(r"qcs::cam::uin/([0-9]+):role(Name)?/.+", re.ASCII)
_SESSION_NAME = re.compile(r"[\w+=,.@-]{2,128}", re.ASCII)


class _Role(msgspec.Struct, frozen=True, rename="pascal"):
    role_arn: str
    role_session_name: str
    duration_seconds: object = _DEFAULT_SECONDS

    def __repr__(self) -> str:
        return "<a role to assume>"  # an external id and a web identity token are secrets

    def __rich_repr__(self) -> list[tuple[str, str]]:
        return []


class _AssumeRole(_Role, frozen=True, rename="pascal"):
    policy: str = ""
    external_id: str = ""
    source_identity: str = ""


class _AssumeRoleWithWebIdentity(_Role, frozen=True, kw_only=True, rename="pascal"):
    provider_id: str
    web_identity_token: str


class _NoParameters(msgspec.Struct, frozen=True): ...


def reply_to_action(request: Request, ring: dict[str, Keys], now: float) -> Reply:
    """Reply as STS. All roles of the ring's accounts exist, and anyone may assume them; policies are ignored."""
    action = request.headers["x-tc-action"]
    # The one action without a signature is AssumeRoleWithWebIdentity.
    keys = None if action == "AssumeRoleWithWebIdentity" else verify(request, ring, now, _SERVICE)
    request.check(_VERSION, ACTIONS)
    if keys is None:
        return _assume(request.parameters(_AssumeRoleWithWebIdentity), ring, now)
    if action == "AssumeRole":
        return _assume(request.parameters(_AssumeRole), ring, now)
    request.parameters(_NoParameters)
    number = keys.account_id
    kind, arn = "CAMUser", f"qcs::cam::uin/{number}"
    if keys.expires_at is not None:
        kind, arn = "CAMRole", f"qcs::sts:{number}:assumed-role/emulated"
    return answer({"Type": kind, "AccountId": number, "UserId": number, "PrincipalId": number, "Arn": arn})


def _assume(role: _Role, ring: dict[str, Keys], now: float) -> Reply:
    arn, seconds = _ROLE_ARN.fullmatch(role.role_arn), role.duration_seconds
    if not _SESSION_NAME.fullmatch(role.role_session_name):
        raise RefusalError("InvalidParameter.ParamError", "The parameter `RoleSessionName` is malformed.")
    if type(seconds) is not int or not 0 < seconds <= _MAX_SECONDS:
        message = f"The parameter `DurationSeconds` is not from 1 to {_MAX_SECONDS}."
        raise RefusalError("InvalidParameter.OverTimeError", message)
    if arn is None or all(keys.account_id != arn[1] for keys in ring.values()):
        raise RefusalError("ResourceNotFound.RoleNotFound", "The account has no such role.")
    pair, end = _issue(ring, arn[1], int(now) + seconds)
    return answer({"Credentials": pair, **end})


def reply_to_metadata(request: Request, ring: dict[str, Keys], account_id: str, now: float) -> Reply:
    """Reply as an instance of an account: with the name of its one role, or its keys if the path ends in that name."""
    role = request.target.removeprefix(METADATA_PATH)
    if role == "":
        return Reply(_INSTANCE_ROLE.encode())
    if role != _INSTANCE_ROLE:
        return Reply(b"", "http", HttpFault(status=404))
    pair, end = _issue(ring, account_id, int(now) + _DEFAULT_SECONDS)
    return Reply(msgspec.json.encode({**pair, **end, "Code": "Success"}))


def _issue(ring: dict[str, Keys], account_id: str, expires_at: int) -> tuple[dict[str, object], dict[str, object]]:
    """Make temporary keys of an account; return them, and when they expire, with the published names."""
    name, key, token = (f"{prefix}{uuid.uuid4().hex}" for prefix in (TEMPORARY_ID, TEMPORARY_KEY, TEMPORARY_TOKEN))
    ring[name] = Keys(name, key, token, expires_at, account_id)
    text = datetime.fromtimestamp(expires_at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    pair: dict[str, object] = {"Token": token, "TmpSecretId": name, "TmpSecretKey": key}
    return pair, {"ExpiredTime": expires_at, "Expiration": text}
