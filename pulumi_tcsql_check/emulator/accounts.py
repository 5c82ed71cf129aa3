"""The keys of accounts, and the verification of requests signed with them (TC3-HMAC-SHA256)."""

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from pulumi_tcsql_check.emulator.wire import RefusalError, Request
from pulumi_tcsql_check.model.endpoint import is_loopback

ACCOUNT_ID, OTHER_ACCOUNT_ID = "100000000001", "100000000002"
"""Two accounts, in which the same id may name two migrations."""

DUMMY_SECRET_ID = "AKIDemulator000000000000000000000000"  # noqa: S105 - a public constant that opens nothing
DUMMY_SECRET_KEY = "emulator-dummy-key"  # noqa: S105 - a public constant that opens nothing

OTHER_SECRET_ID = "AKIDemulator222222222222222222222222"  # noqa: S105 - a public constant that opens nothing
OTHER_SECRET_KEY = "emulator-other-key"  # noqa: S105 - a public constant that opens nothing

# Keys are environment variables: command-line options are visible in the list of processes.
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
_UNSIGNED_PAYLOAD = "UNSIGNED-PAYLOAD"


@dataclass(frozen=True)
class Keys:
    """The keys that a client must sign with, and the session token that it must send: `None` accepts any or none.

    `expires_at` is when temporary keys expire, in seconds since 1970-01-01 UTC; `account_id` is the account that they
    belong to.
    """

    secret_id: str = DUMMY_SECRET_ID
    secret_key: str = field(default=DUMMY_SECRET_KEY, repr=False)
    token: str | None = field(default=None, repr=False)
    expires_at: float | None = None
    account_id: str = ACCOUNT_ID

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Keys":
        """Read the three variables `TCSQL_EMULATOR_*`; without one, the public dummy or no token is the default."""
        return cls(
            secret_id=environment.get(SECRET_ID_VARIABLE) or DUMMY_SECRET_ID,
            secret_key=environment.get(SECRET_KEY_VARIABLE) or DUMMY_SECRET_KEY,
            token=environment.get(TOKEN_VARIABLE) or None,
        )


OTHER_KEYS = Keys(OTHER_SECRET_ID, OTHER_SECRET_KEY, account_id=OTHER_ACCOUNT_ID)


def verify(request: Request, ring: Mapping[str, Keys], now: float, service: str = SERVICE) -> Keys:
    """Return the keys, of those by secret id, that signed a request at Unix time `now`, or raise `RefusalError`."""
    authorization, time = request.header("authorization"), request.header("x-tc-timestamp")
    if not re.fullmatch(r"[0-9]{1,11}", time, re.ASCII):
        raise RefusalError("InvalidParameter", "The parameter `Timestamp` is not a count of seconds since 1970.")
    parts = _AUTHORIZATION.fullmatch(authorization)
    if parts is None:
        message = f"The header Authorization is not of the form that {_ALGORITHM} prescribes."
        raise RefusalError("AuthFailure.InvalidAuthorization", message)
    keys = ring.get(parts["id"])
    if keys is None:
        message = "The SecretId is not found, please ensure that your SecretId is correct."
        raise RefusalError("AuthFailure.SecretIdNotFound", message)
    if abs(now - int(time)) > ALLOWED_SKEW_SECONDS:
        message = f"The timestamp of the request differs from the server's by more than {ALLOWED_SKEW_SECONDS} seconds."
        raise RefusalError("AuthFailure.SignatureExpire", message)
    if parts["date"] != datetime.fromtimestamp(int(time), UTC).strftime("%Y-%m-%d"):
        raise _signature_failure("The date in the credential scope is not the timestamp's, in UTC.")
    _verify_signature(request, parts, keys.secret_key, service)
    token = request.headers.get("x-tc-token", "")
    if keys.token is not None and not hmac.compare_digest(keys.token.encode(), token.encode()):
        raise RefusalError("AuthFailure.TokenFailure", "The token of the request is missing or wrong.")
    if keys.expires_at is not None and now >= keys.expires_at:
        raise RefusalError("AuthFailure.TokenFailure", "The token of the request has expired.")
    return keys


def _verify_signature(request: Request, parts: re.Match[str], secret_key: str, service: str) -> None:
    """Raise `RefusalError` unless a request has the signature in the parts of its `Authorization`.

    For a loopback host, the form of Tencent's SDK for Node is accepted too. It signs the host without its port. It
    names the service by the endpoint up to its first dot: "127" for 127.0.0.1, as "sqlserver" at Tencent Cloud. The
    endpoint is as given, but the header Host is in lower case and lacks the default port: case and port don't count.
    """
    host = request.headers.get("host", "")
    loopback = _hostname(host) if is_loopback(_hostname(host).strip("[]")) else ""
    label, _, _ = loopback.partition(".")
    if parts["service"] != service and not (label and _hostname(parts["service"]) == label):
        raise _signature_failure(f"The service in the credential scope must be {service}.")
    if not _MUST_BE_SIGNED.issubset(parts["headers"].split(";")):
        raise _signature_failure("SignedHeaders must name content-type and host.")
    signatures = (_sign(request, name, secret_key, parts) for name in (host, loopback or host))
    if not any(hmac.compare_digest(signature, parts["signature"]) for signature in signatures):
        raise _signature_failure("Check the secret key, and that the signature was calculated as documented.")


def _signature_failure(problem: str) -> RefusalError:
    message = f"The provided credentials could not be validated. {problem}"
    return RefusalError("AuthFailure.SignatureFailure", message)


def _sign(request: Request, host: str, secret_key: str, parts: re.Match[str]) -> str:
    """Return the signature, in hexadecimal, of a request to a host with these parts of `Authorization`."""
    path, _, query = request.target.partition("?")
    sent = {**request.headers, "host": host}
    headers = "".join(f"{name}:{sent.get(name, '').strip().lower()}\n" for name in parts["headers"].split(";"))
    is_unsigned = sent.get("x-tc-content-sha256") == _UNSIGNED_PAYLOAD
    payload = hashlib.sha256(_UNSIGNED_PAYLOAD.encode() if is_unsigned else request.body).hexdigest()
    canonical = "\n".join((request.method, path, query, headers, parts["headers"], payload))
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    scope = (parts["date"], parts["service"], "tc3_request")
    to_sign = "\n".join((_ALGORITHM, sent["x-tc-timestamp"], "/".join(scope), digest))
    key = f"TC3{secret_key}".encode()
    for part in (*scope, to_sign):
        key = hmac.digest(key, part.encode(), "sha256")
    return key.hex()


def _hostname(host: str) -> str:
    """Return a host in lower case without its port."""
    return re.sub(":[0-9]+$", "", host.lower())
