"""Fixtures of the emulator's tests: a clock that a test sets, and requests that the SDK's own function signs."""

import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import pytest
from tencentcloud.common.sign import Sign

from pulumi_tcsql_check.emulator import DUMMY_SECRET_ID, DUMMY_SECRET_KEY, ManualClock
from pulumi_tcsql_check.emulator.wire import Request

NOW = 1_700_000_000


@pytest.fixture
def clock() -> ManualClock:
    """A clock with a constant instant."""
    return ManualClock(NOW)


def _signed(  # noqa: PLR0913 - each test changes one of them
    *,
    action: str = "QueryMigrationCheckProcess",
    parameters: object = None,
    body: bytes | None = None,
    headers: Mapping[str, str | None] | None = None,
    secret_id: str = DUMMY_SECRET_ID,
    secret_key: str = DUMMY_SECRET_KEY,
    service: str = "sqlserver",
    timestamp: int = NOW,
    date: str | None = None,
    method: str = "POST",
    target: str = "/",
) -> Request:
    """A request as a client would send it; `headers` replaces some before signing, `None` leaves one out."""
    body = json.dumps({"MigrateId": 1066} if parameters is None else parameters).encode() if body is None else body
    date = date or datetime.fromtimestamp(timestamp, UTC).strftime("%Y-%m-%d")
    defaults: dict[str, str | None] = {
        "content-type": "application/json",
        "host": "127.0.0.1:8918",
        "x-tc-action": action,
        "x-tc-version": "2018-03-28",
        "x-tc-region": "ap-guangzhou",
        "x-tc-timestamp": str(timestamp),
    }
    sent = {name: value for name, value in {**defaults, **(headers or {})}.items() if value is not None}
    payload = b"UNSIGNED-PAYLOAD" if sent.get("x-tc-content-sha256") == "UNSIGNED-PAYLOAD" else body
    canonical = (
        f"{method}\n/\n\ncontent-type:{sent.get('content-type')}\nhost:{sent.get('host')}\n\n"
        f"content-type;host\n{hashlib.sha256(payload).hexdigest()}"
    )
    to_sign = (
        f"TC3-HMAC-SHA256\n{timestamp}\n{date}/{service}/tc3_request\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    )
    signature = Sign.sign_tc3(secret_key, date, service, to_sign)
    authorization = (
        f"TC3-HMAC-SHA256 Credential={secret_id}/{date}/{service}/tc3_request, "
        f"SignedHeaders=content-type;host, Signature={signature}"
    )
    if "authorization" not in (headers or {}):
        sent["authorization"] = authorization
    return Request(method, target, sent, body)


@pytest.fixture
def signed() -> Callable[..., Request]:
    """Makes a signed request; see `_signed` for what can be changed."""
    return _signed
