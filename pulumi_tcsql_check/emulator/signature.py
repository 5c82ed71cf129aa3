"""Recomputes TC3-HMAC-SHA256 signatures and refuses requests that aren't signed with the right key, for now."""

import contextlib
import hashlib
import hmac
import re
from dataclasses import replace
from datetime import UTC, datetime

from pulumi_tcsql_check.emulator.errors import Code, RefusalError
from pulumi_tcsql_check.emulator.keys import KeyRing, Keys
from pulumi_tcsql_check.emulator.request import Request
from pulumi_tcsql_check.model.endpoint import Endpoint

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


def verify(request: Request, ring: KeyRing, now: float, service: str = SERVICE) -> Keys:
    """Accept a request that was signed with some of these keys.

    Args:
        request: The request as it came.
        ring: What it may be signed with.
        now: Seconds since 1970-01-01 UTC.
        service: The service that must be named in the credential scope.

    Returns:
        The keys that it was signed with.

    Raises:
        RefusalError: `MissingParameter`, or the one of `AuthFailure.*` that says what is wrong.
    """
    authorization = request.header("authorization", "Authorization")
    timestamp = _timestamp(request.header("x-tc-timestamp", "Timestamp"))
    parts = _AUTHORIZATION.fullmatch(authorization)
    if parts is None:
        message = f"The header Authorization is not of the form that {_ALGORITHM} prescribes."
        raise RefusalError(Code.INVALID_AUTHORIZATION, message)
    keys = ring.find(parts["id"])
    if keys is None:
        message = "The SecretId is not found, please ensure that your SecretId is correct."
        raise RefusalError(Code.SECRET_ID_NOT_FOUND, message)
    if abs(now - timestamp) > ALLOWED_SKEW_SECONDS:
        message = f"The timestamp of the request differs from the server's by more than {ALLOWED_SKEW_SECONDS} seconds."
        raise RefusalError(Code.SIGNATURE_EXPIRE, message)
    _verify_date(parts["date"], timestamp)
    if parts["service"] != service and not _is_loopback_label(parts["service"], request):
        message = f"{_NOT_VALIDATED} The service in the credential scope must be {service}."
        raise RefusalError(Code.SIGNATURE_FAILURE, message)
    signed_headers = parts["headers"].split(";")
    if not _MUST_BE_SIGNED.issubset(signed_headers):
        raise RefusalError(Code.SIGNATURE_FAILURE, f"{_NOT_VALIDATED} SignedHeaders must name content-type and host.")
    if not any(
        hmac.compare_digest(sign(one, keys.secret_key, timestamp, signed_headers, parts["service"]), parts["signature"])
        for one in (request, _without_port(request))
    ):
        message = f"{_NOT_VALIDATED} Check the secret key, and that the signature was calculated as documented."
        raise RefusalError(Code.SIGNATURE_FAILURE, message)
    if keys.token is not None and not hmac.compare_digest(
        keys.token.encode(), request.headers.get("x-tc-token", "").encode()
    ):
        raise RefusalError(Code.TOKEN_FAILURE, "The token of the request is missing or wrong.")
    if keys.expires_at is not None and now >= keys.expires_at:
        raise RefusalError(Code.TOKEN_FAILURE, "The token of the request has expired.")
    return keys


def sign(request: Request, secret_key: str, timestamp: int, signed_headers: list[str], service: str = SERVICE) -> str:
    """The signature that a request should carry, in hexadecimal.

    Args:
        request: What is signed: its method, path, query, the named headers and its body.
        secret_key: The key.
        timestamp: Seconds since 1970-01-01 UTC, as in the request's header; gives the date of the scope.
        signed_headers: Names in lower case, in the order in which they are signed.
        service: The service in the scope.
    """
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
    """Whether a service in the credential scope is the loopback host of the request, up to its first dot.

    Tencent's SDK for Node names the service so: "127" for 127.0.0.1, as "sqlserver" at Tencent Cloud. It cuts the
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
        raise RefusalError(Code.SIGNATURE_FAILURE, message)


def _timestamp(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,11}", text, re.ASCII):
        raise RefusalError(Code.INVALID_PARAMETER, "The parameter `Timestamp` is not a count of seconds since 1970.")
    return int(text)


def _date(timestamp: int) -> str:
    return datetime.fromtimestamp(timestamp, UTC).strftime("%Y-%m-%d")


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()
