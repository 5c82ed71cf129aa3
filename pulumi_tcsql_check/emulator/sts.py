"""The two services that issue temporary keys: the Security Token Service (STS) and an instance's metadata."""

import re
from collections import ChainMap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import msgspec

from pulumi_tcsql_check.emulator.accounts import Account, Keys, verify
from pulumi_tcsql_check.emulator.clock import Clock
from pulumi_tcsql_check.emulator.scenario import HttpFault
from pulumi_tcsql_check.emulator.wire import RefusalError, Reply, Request, envelope, error

METADATA_PATH = "/latest/meta-data/cam/security-credentials/"

_ACTIONS = frozenset({"AssumeRole", "AssumeRoleWithWebIdentity", "GetCallerIdentity"})
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


class _GetCallerIdentity(msgspec.Struct, frozen=True):
    """The action has no parameters."""


@dataclass(frozen=True)
class TokenService:
    """STS of some accounts. All their roles exist, and anyone may assume them; policies are ignored."""

    accounts: Sequence[Account]
    clock: Clock

    def serves(self, request: Request) -> bool:
        """Return whether a request is for this service."""
        return request.headers.get("x-tc-action") in _ACTIONS

    def reply(self, request: Request) -> Reply:
        """Reply to one request; never raises for what a client sent."""
        try:
            return Reply("answer", envelope(self._content(request)))
        except RefusalError as refusal:
            return error(refusal.code, refusal.message)

    def _content(self, request: Request) -> Mapping[str, object]:
        action = request.headers["x-tc-action"]
        if action == "AssumeRoleWithWebIdentity":  # the one action without a signature
            request.check(_VERSION, _ACTIONS)
            return self._credentials(request.parameters(_AssumeRoleWithWebIdentity))
        ring = ChainMap(*(account.keys for account in self.accounts))
        keys = verify(request, ring, self.clock.time(), _SERVICE)
        request.check(_VERSION, _ACTIONS)
        if action == "AssumeRole":
            return self._credentials(request.parameters(_AssumeRole))
        request.parameters(_GetCallerIdentity)
        return self._identity(keys)

    def _identity(self, keys: Keys) -> Mapping[str, object]:
        number = next(account.account_id for account in self.accounts if keys.secret_id in account.keys)
        kind, arn = "CAMUser", f"qcs::cam::uin/{number}"
        if keys.expires_at is not None:
            kind, arn = "CAMRole", f"qcs::sts:{number}:assumed-role/emulated"
        return {"Type": kind, "AccountId": number, "UserId": number, "PrincipalId": number, "Arn": arn}

    def _credentials(self, role: _Role) -> Mapping[str, object]:
        arn = _ROLE_ARN.fullmatch(role.role_arn)
        if not _SESSION_NAME.fullmatch(role.role_session_name):
            raise RefusalError("InvalidParameter.ParamError", "The parameter `RoleSessionName` is malformed.")
        seconds = role.duration_seconds
        if type(seconds) is not int or not 0 < seconds <= _MAX_SECONDS:
            message = f"The parameter `DurationSeconds` is not from 1 to {_MAX_SECONDS}."
            raise RefusalError("InvalidParameter.OverTimeError", message)
        owner = next((one for one in self.accounts if arn and one.account_id == arn[1]), None)
        if owner is None:
            raise RefusalError("ResourceNotFound.RoleNotFound", "The account has no such role.")
        keys = owner.issue_temporary_keys(seconds)
        return {"Credentials": _pair_of(keys), **_end_of(keys)}


@dataclass(frozen=True)
class Metadata:
    """The metadata of an account's instance that has one role."""

    account: Account

    def serves(self, request: Request) -> bool:
        """Return whether a request is for the metadata."""
        return request.method == "GET" and request.target.startswith(METADATA_PATH)

    def reply(self, request: Request) -> Reply:
        """Return the role's name, or its temporary keys if the path ends in that name."""
        role = request.target.removeprefix(METADATA_PATH)
        if role == "":
            return Reply("answer", _INSTANCE_ROLE.encode())
        if role != _INSTANCE_ROLE:
            return Reply("http", b"", HttpFault(status=404))
        keys = self.account.issue_temporary_keys(_DEFAULT_SECONDS)
        return Reply("answer", msgspec.json.encode({**_pair_of(keys), **_end_of(keys), "Code": "Success"}))


def _pair_of(keys: Keys) -> dict[str, object]:
    return {"Token": keys.token, "TmpSecretId": keys.secret_id, "TmpSecretKey": keys.secret_key}


def _end_of(keys: Keys) -> dict[str, object]:
    expires_at = int(keys.expires_at or 0)
    text = datetime.fromtimestamp(expires_at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"ExpiredTime": expires_at, "Expiration": text}
