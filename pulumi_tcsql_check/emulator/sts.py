"""The two services that issue temporary keys: the Security Token Service (STS) and an instance's metadata."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

import msgspec

from pulumi_tcsql_check.emulator.accounts import Account, Keys, verify
from pulumi_tcsql_check.emulator.clock import Clock
from pulumi_tcsql_check.emulator.scenario import HttpFault
from pulumi_tcsql_check.emulator.wire import RefusalError, Reply, Request, envelope, error
from pulumi_tcsql_check.model.regions import REGIONS

METADATA_PATH = "/latest/meta-data/cam/security-credentials/"

_SERVICE = "sts"
_VERSION = "2018-08-13"
_DEFAULT_SECONDS = 7200
_MAX_SECONDS = 43200
_INSTANCE_ROLE = "emulated"
_ROLE_ARN = re.compile(r"qcs::cam::uin/([0-9]+):role(Name)?/.+", re.ASCII)
_SESSION_NAME = re.compile(r"[\w+=,.@-]{2,128}", re.ASCII)


class TokenService:
    """STS of some accounts. All roles of theirs exist and may be assumed by anyone; policies are ignored."""

    def __init__(self, accounts: Sequence[Account], clock: Clock) -> None:
        """Serve some accounts."""
        self._accounts = accounts
        self._clock = clock
        self._actions: Mapping[str, Callable[[Request], Mapping[str, object]]] = {
            "AssumeRole": self._assume_role,
            "AssumeRoleWithWebIdentity": self._assume_role_with_web_identity,
            "GetCallerIdentity": self._identity,
        }

    def serves(self, request: Request) -> bool:
        """Return whether a request is for this service."""
        return request.headers.get("x-tc-action") in self._actions

    def reply(self, request: Request) -> Reply:
        """Reply to one request; never raises for what a client sent."""
        try:
            return Reply("answer", envelope(self._actions[request.headers["x-tc-action"]](request)))
        except RefusalError as refusal:
            return error(refusal.code, refusal.message)

    def find(self, secret_id: str) -> Keys | None:
        """Return the keys with that secret id, from any account."""
        return next((keys for account in self._accounts if (keys := account.find(secret_id))), None)

    def _assume_role(self, request: Request) -> Mapping[str, object]:
        verify(request, self, self._clock.time(), _SERVICE)
        _admit(request)
        texts = ("RoleArn", "RoleSessionName", "Policy", "ExternalId", "SourceIdentity")
        return self._session(_parameters(request, texts))

    def _assume_role_with_web_identity(self, request: Request) -> Mapping[str, object]:
        _admit(request)
        texts = ("RoleArn", "RoleSessionName", "ProviderId", "WebIdentityToken")
        given = _parameters(request, texts)
        _require(given, "ProviderId")
        _require(given, "WebIdentityToken")
        return self._session(given)

    def _identity(self, request: Request) -> Mapping[str, object]:
        keys = verify(request, self, self._clock.time(), _SERVICE)
        _admit(request)
        _parameters(request, ())
        owner = next(account for account in self._accounts if account.find(keys.secret_id))
        number = owner.account_id
        kind, arn = "CAMUser", f"qcs::cam::uin/{number}"
        if keys.expires_at is not None:
            kind, arn = "CAMRole", f"qcs::sts:{number}:assumed-role/emulated"
        return {"Type": kind, "AccountId": number, "UserId": number, "PrincipalId": number, "Arn": arn}

    def _session(self, given: Mapping[str, object]) -> Mapping[str, object]:
        arn = _ROLE_ARN.fullmatch(_require(given, "RoleArn"))
        if not _SESSION_NAME.fullmatch(_require(given, "RoleSessionName")):
            raise RefusalError("InvalidParameter.ParamError", "The parameter `RoleSessionName` is malformed.")
        seconds = given.get("DurationSeconds", _DEFAULT_SECONDS)
        if not isinstance(seconds, int) or isinstance(seconds, bool) or not 0 < seconds <= _MAX_SECONDS:
            raise RefusalError(
                "InvalidParameter.OverTimeError", f"The parameter `DurationSeconds` is not from 1 to {_MAX_SECONDS}."
            )
        owner = next((one for one in self._accounts if arn and one.account_id == arn[1]), None)
        if owner is None:
            raise RefusalError("ResourceNotFound.RoleNotFound", "The account has no such role.")
        keys = owner.issue_temporary_keys(seconds)
        return {"Credentials": _pair_of(keys), **_end_of(keys)}


class Metadata:
    """The metadata of an instance that has one role. Thread-safe."""

    def __init__(self, account: Account) -> None:
        """Serve an instance of that account."""
        self._account = account

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
        keys = self._account.issue_temporary_keys(_DEFAULT_SECONDS)
        return Reply("answer", msgspec.json.encode({**_pair_of(keys), **_end_of(keys), "Code": "Success"}))


def _pair_of(keys: Keys) -> dict[str, object]:
    return {"Token": keys.token, "TmpSecretId": keys.secret_id, "TmpSecretKey": keys.secret_key}


def _end_of(keys: Keys) -> dict[str, object]:
    expires_at = int(keys.expires_at or 0)
    text = datetime.fromtimestamp(expires_at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"ExpiredTime": expires_at, "Expiration": text}


def _admit(request: Request) -> None:
    if request.header("x-tc-version", "Version") != _VERSION:
        raise RefusalError("NoSuchVersion", f"The parameter `Version` must be {_VERSION}.")
    if request.header("x-tc-region", "Region") not in REGIONS:
        raise RefusalError("UnsupportedRegion", "The action is not supported in the region of the request.")


def _parameters(request: Request, texts: Sequence[str]) -> dict[str, object]:
    """Decode the parameters: these strings, and for a role its duration; no others are accepted."""
    given = request.parameters()
    for name, value in given.items():
        if name not in (*texts, *(("DurationSeconds",) if texts else ())):
            raise RefusalError("UnknownParameter", f"The parameter `{name}` is not recognized.")
        if name in texts and not isinstance(value, str):
            raise RefusalError("InvalidParameter", f"The parameter `{name}` is not a string.")
    return given


def _require(given: Mapping[str, object], name: str) -> str:
    value = given.get(name)
    if not value:
        raise RefusalError("MissingParameter", f"The request is missing the required parameter `{name}`.")
    return str(value)
