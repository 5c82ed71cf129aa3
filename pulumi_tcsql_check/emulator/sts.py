"""The token service's part of the API: roles' temporary keys, and whose keys some are."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

from pulumi_tcsql_check.emulator.accounts import Account, Keys, verify
from pulumi_tcsql_check.emulator.clock import Clock
from pulumi_tcsql_check.emulator.wire import Code, RefusalError, Reply, Request, envelope, error
from pulumi_tcsql_check.model.regions import REGIONS

SERVICE = "sts"
VERSION = "2018-08-13"
DEFAULT_SECONDS = 7200
MAX_SECONDS = 43200

_ROLE_ARN = re.compile(r"qcs::cam::uin/([0-9]+):role(Name)?/.+", re.ASCII)
_SESSION_NAME = re.compile(r"[\w+=,.@-]{2,128}", re.ASCII)


class TokenService:
    """Answers for all accounts. Any role of theirs exists and may be assumed by anybody; policies are not looked at."""

    def __init__(self, accounts: Sequence[Account], clock: Clock) -> None:
        """Take the accounts."""
        self._accounts = accounts
        self._clock = clock
        self._actions: Mapping[str, Callable[[Request], Mapping[str, object]]] = {
            "AssumeRole": self._assume_role,
            "AssumeRoleWithWebIdentity": self._assume_role_with_web_identity,
            "GetCallerIdentity": self._identity,
        }

    def serves(self, request: Request) -> bool:
        """Tell whether a request is for this service."""
        return request.headers.get("x-tc-action") in self._actions

    def reply(self, request: Request) -> Reply:
        """Answer one request; never raises for what a client sent."""
        try:
            return Reply("answer", envelope(self._actions[request.headers["x-tc-action"]](request)))
        except RefusalError as refusal:
            return error(refusal.code.value, refusal.message)

    def find(self, secret_id: str) -> Keys | None:
        """Return the keys of that name, whoever's they are."""
        return next((keys for account in self._accounts if (keys := account.find(secret_id))), None)

    def _assume_role(self, request: Request) -> Mapping[str, object]:
        verify(request, self, self._clock.time(), SERVICE)
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
        keys = verify(request, self, self._clock.time(), SERVICE)
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
            raise RefusalError(Code.ROLE_PARAMETER, "The parameter `RoleSessionName` is malformed.")
        seconds = given.get("DurationSeconds", DEFAULT_SECONDS)
        if not isinstance(seconds, int) or isinstance(seconds, bool) or not 0 < seconds <= MAX_SECONDS:
            raise RefusalError(Code.ROLE_DURATION, f"The parameter `DurationSeconds` is not from 1 to {MAX_SECONDS}.")
        owner = next((one for one in self._accounts if arn and one.account_id == arn[1]), None)
        if owner is None:
            raise RefusalError(Code.ROLE_NOT_FOUND, "The account has no such role.")
        keys = owner.issue_temporary_keys(seconds)
        return {"Credentials": pair_of(keys), **end_of(keys)}


def pair_of(keys: Keys) -> dict[str, object]:
    """Name temporary keys as the service does."""
    return {"Token": keys.token, "TmpSecretId": keys.secret_id, "TmpSecretKey": keys.secret_key}


def end_of(keys: Keys) -> dict[str, object]:
    """Say when temporary keys run out, as the service does."""
    expires_at = int(keys.expires_at or 0)
    text = datetime.fromtimestamp(expires_at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"ExpiredTime": expires_at, "Expiration": text}


def _admit(request: Request) -> None:
    if request.header("x-tc-version", "Version") != VERSION:
        raise RefusalError(Code.NO_SUCH_VERSION, f"The parameter `Version` must be {VERSION}.")
    if request.header("x-tc-region", "Region") not in REGIONS:
        raise RefusalError(Code.UNSUPPORTED_REGION, "The action is not supported in the region of the request.")


def _parameters(request: Request, texts: Sequence[str]) -> dict[str, object]:
    """Read the parameters: these texts, and for a role its duration; no others."""
    given = request.parameters()
    for name, value in given.items():
        if name not in (*texts, *(("DurationSeconds",) if texts else ())):
            raise RefusalError(Code.UNKNOWN_PARAMETER, f"The parameter `{name}` is not recognized.")
        if name in texts and not isinstance(value, str):
            raise RefusalError(Code.INVALID_PARAMETER, f"The parameter `{name}` is not a string.")
    return given


def _require(given: Mapping[str, object], name: str) -> str:
    value = given.get(name)
    if not value:
        raise RefusalError(Code.MISSING_PARAMETER, f"The request is missing the required parameter `{name}`.")
    return str(value)
