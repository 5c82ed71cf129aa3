"""Accounts, their key pairs, and the verification of requests signed with them (TC3-HMAC-SHA256)."""

import contextlib
import hashlib
import hmac
import re
import threading
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Protocol

from pulumi_tcsql_check.emulator.clock import Clock
from pulumi_tcsql_check.emulator.wire import RefusalError, Request
from pulumi_tcsql_check.model.endpoint import Endpoint

ACCOUNT_ID = "100000000001"
"""The account that signs with the dummy keys."""

OTHER_ACCOUNT_ID = "100000000002"
"""A second account, in which the same ids may name other migrations."""

DUMMY_SECRET_ID = "AKIDemulator000000000000000000000000"  # noqa: S105 - a public constant that opens nothing
DUMMY_SECRET_KEY = "emulator-dummy-key"  # noqa: S105 - a public constant that opens nothing

OTHER_SECRET_ID = "AKIDemulator222222222222222222222222"  # noqa: S105 - a public constant that opens nothing
OTHER_SECRET_KEY = "emulator-other-key"  # noqa: S105 - a public constant that opens nothing

TEMPORARY_ID, TEMPORARY_KEY, TEMPORARY_TOKEN = "AKIDtemporary", "temporary-key-", "temporary-token-"
"""Prefixes of temporary keys, by which tests find a leaked one."""

# Options of the command line would show in the list of processes.
SECRET_ID_VARIABLE = "TCSQL_EMULATOR_SECRET_ID"  # noqa: S105 - the name of a variable
SECRET_KEY_VARIABLE = "TCSQL_EMULATOR_SECRET_KEY"  # noqa: S105 - the name of a variable
TOKEN_VARIABLE = "TCSQL_EMULATOR_TOKEN"  # noqa: S105 - the name of a variable

SERVICE = "sqlserver"
ALLOWED_SKEW_SECONDS = 300

_ALGORITHM = "TC3-HMAC-SHA256"
_AUTHORIZATION = re.compile(
    rf"{_ALGORITHM}\s+Credential=(?P<id>[^/,\s]+)/(?P<date>[^/,\s]+)/(?P<service>[^/,\s]+)/tc3_request\s*,"
    r"\s*SignedHeaders=(?P<headers>[^,\s]+)\s*,\s*Signature=(?P<signature>[0-9a-f]{64})",
    re.ASCII,
)
_MUST_BE_SIGNED = frozenset({"content-type", "host"})
_NOT_VALIDATED = "The provided credentials could not be validated."
_UNSIGNED_PAYLOAD = "UNSIGNED-PAYLOAD"


@dataclass(frozen=True)
class Keys:
    """What a client must sign with.

    Attributes:
        secret_id: Names the key; part of every request.
        secret_key: The key of the signature; never sent.
        token: The session token that a client must send; `None` accepts any or none.
        expires_at: When temporary keys expire, in seconds since 1970-01-01 UTC.
    """

    secret_id: str = DUMMY_SECRET_ID
    secret_key: str = field(default=DUMMY_SECRET_KEY, repr=False)
    token: str | None = field(default=None, repr=False)
    expires_at: float | None = None

    def find(self, secret_id: str) -> "Keys | None":
        """Return these keys if that is their name, as a `KeyRing` of one pair."""
        return self if secret_id == self.secret_id else None

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Keys":
        """Read `TCSQL_EMULATOR_SECRET_ID`, `TCSQL_EMULATOR_SECRET_KEY` and `TCSQL_EMULATOR_TOKEN`.

        A missing or empty variable means the public dummy, or no token.
        """
        return cls(
            secret_id=environment.get(SECRET_ID_VARIABLE) or DUMMY_SECRET_ID,
            secret_key=environment.get(SECRET_KEY_VARIABLE) or DUMMY_SECRET_KEY,
            token=environment.get(TOKEN_VARIABLE) or None,
        )


class KeyRing(Protocol):
    """Keys by their secret ids."""

    def find(self, secret_id: str, /) -> Keys | None:
        """Return the keys with that secret id, if there are any."""


class Account:
    """One account, with its own keys and the temporary ones that it has issued. Thread-safe."""

    def __init__(self, account_id: str, keys: Keys, clock: Clock) -> None:
        """Make an account with no temporary keys yet."""
        self.account_id = account_id
        self._clock = clock
        self._keys = {keys.secret_id: keys}
        self._lock = threading.Lock()

    def find(self, secret_id: str) -> Keys | None:
        """Return the keys with that secret id if this account has them, expired ones too."""
        with self._lock:
            return self._keys.get(secret_id)

    def issue_temporary_keys(self, lifetime_seconds: int) -> Keys:
        """Make temporary keys of this account."""
        name, key, token = (f"{kind}{uuid.uuid4().hex}" for kind in (TEMPORARY_ID, TEMPORARY_KEY, TEMPORARY_TOKEN))
        keys = Keys(name, key, token, int(self._clock.time()) + lifetime_seconds)
        with self._lock:
            self._keys[keys.secret_id] = keys
        return keys


def verify(request: Request, ring: KeyRing, now: float, service: str = SERVICE) -> Keys:
    """Verify the signature of a request and return the keys that made it.

    Args:
        request: The request as it was received.
        ring: The keys that it may be signed with.
        now: Seconds since 1970-01-01 UTC.
        service: The service that the credential scope must name.

    Raises:
        RefusalError: `MissingParameter`, `InvalidParameter`, or the `AuthFailure.*` that says what is wrong.
    """
    authorization = request.header("authorization", "Authorization")
    timestamp = _timestamp(request.header("x-tc-timestamp", "Timestamp"))
    parts = _AUTHORIZATION.fullmatch(authorization)
    if parts is None:
        message = f"The header Authorization is not of the form that {_ALGORITHM} prescribes."
        raise RefusalError("AuthFailure.InvalidAuthorization", message)
    keys = ring.find(parts["id"])
    if keys is None:
        message = "The SecretId is not found, please ensure that your SecretId is correct."
        raise RefusalError("AuthFailure.SecretIdNotFound", message)
    if abs(now - timestamp) > ALLOWED_SKEW_SECONDS:
        message = f"The timestamp of the request differs from the server's by more than {ALLOWED_SKEW_SECONDS} seconds."
        raise RefusalError("AuthFailure.SignatureExpire", message)
    _verify_date(parts["date"], timestamp)
    if parts["service"] != service and not _is_loopback_label(parts["service"], request):
        message = f"{_NOT_VALIDATED} The service in the credential scope must be {service}."
        raise RefusalError("AuthFailure.SignatureFailure", message)
    signed_headers = parts["headers"].split(";")
    if not _MUST_BE_SIGNED.issubset(signed_headers):
        raise RefusalError(
            "AuthFailure.SignatureFailure", f"{_NOT_VALIDATED} SignedHeaders must name content-type and host."
        )
    if not any(
        hmac.compare_digest(
            _sign(one, keys.secret_key, timestamp, signed_headers, parts["service"]), parts["signature"]
        )
        for one in (request, _without_port(request))
    ):
        message = f"{_NOT_VALIDATED} Check the secret key, and that the signature was calculated as documented."
        raise RefusalError("AuthFailure.SignatureFailure", message)
    if keys.token is not None and not hmac.compare_digest(
        keys.token.encode(), request.headers.get("x-tc-token", "").encode()
    ):
        raise RefusalError("AuthFailure.TokenFailure", "The token of the request is missing or wrong.")
    if keys.expires_at is not None and now >= keys.expires_at:
        raise RefusalError("AuthFailure.TokenFailure", "The token of the request has expired.")
    return keys


def _sign(request: Request, secret_key: str, timestamp: int, signed_headers: list[str], service: str) -> str:
    """Return the signature that a request should have, in hexadecimal; the order of the signed headers counts."""
    path, _, query = request.target.partition("?")
    headers = "".join(f"{name}:{request.headers.get(name, '').strip().lower()}\n" for name in signed_headers)
    unsigned = request.headers.get("x-tc-content-sha256") == _UNSIGNED_PAYLOAD
    payload = _UNSIGNED_PAYLOAD.encode() if unsigned else request.body
    canonical = "\n".join(
        (request.method, path, query, headers, ";".join(signed_headers), hashlib.sha256(payload).hexdigest())
    )
    date = _date(timestamp)
    scope = f"{date}/{service}/tc3_request"
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    key = f"TC3{secret_key}".encode()
    for part in (date, service, "tc3_request"):
        key = _hmac(key, part)
    return _hmac(key, f"{_ALGORITHM}\n{timestamp}\n{scope}\n{digest}").hex()


def _is_loopback_label(service: str, request: Request) -> bool:
    """Return whether a service in the credential scope is the request's loopback host up to its first dot.

    Tencent's SDK for Node names the service so: "127" for 127.0.0.1, as "sqlserver" at Tencent Cloud. It takes the
    service from the endpoint as given, but sends the header Host in lower case and without the scheme's default port.
    The comparison therefore ignores case and port.
    """
    label, _, _ = _hostname(_loopback_host(request)).partition(".")
    return bool(label) and _hostname(service.lower()) == label


def _without_port(request: Request) -> Request:
    """Return the request as Tencent's SDK for Node signs it: with a host without its port, which it sends."""
    host = _loopback_host(request)
    return replace(request, headers={**request.headers, "host": _hostname(host)}) if host else request


def _hostname(host: str) -> str:
    """Return a host without its port."""
    return re.sub(":[0-9]+$", "", host)


def _loopback_host(request: Request) -> str:
    """Return the header Host if it names this machine, else ""."""
    host = request.headers.get("host", "").lower()
    with contextlib.suppress(ValueError):  # brackets that hold no address
        return host if Endpoint("http", host).is_loopback else ""
    return ""


def _verify_date(date: str, timestamp: int) -> None:
    if date != _date(timestamp):
        message = f"{_NOT_VALIDATED} The date in the credential scope is not the timestamp's, in UTC."
        raise RefusalError("AuthFailure.SignatureFailure", message)


def _timestamp(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,11}", text, re.ASCII):
        raise RefusalError("InvalidParameter", "The parameter `Timestamp` is not a count of seconds since 1970.")
    return int(text)


def _date(timestamp: int) -> str:
    return datetime.fromtimestamp(timestamp, UTC).strftime("%Y-%m-%d")


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()
