"""State of this process that outlives a test: the package's caches and pauses, and the environment's credentials."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from harness.scripted_server import join_exchanges
from pulumi_tcsql_check.credentials import account, connection
from pulumi_tcsql_check.emulator import DUMMY_SECRET_ID, DUMMY_SECRET_KEY
from pulumi_tcsql_check.polling import backoff
from pulumi_tcsql_check.tencent import rate_limit

PROXY_VARIABLES = ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy")


@contextmanager
def isolated_process(monkeypatch: pytest.MonkeyPatch, home: Path) -> Iterator[None]:
    """Reset the package's caches, disable its pauses, and leave the emulator's keys as the only credentials."""
    monkeypatch.setattr(rate_limit, "_limits", {})
    monkeypatch.setattr(rate_limit, "SPACING_SECONDS", 0.0)
    monkeypatch.setattr(rate_limit, "FIRST_SPACING_SECONDS", 0.0)
    monkeypatch.setattr(rate_limit, "BURST_SECONDS", 0.0)
    monkeypatch.setattr(account, "_accounts", {})
    monkeypatch.setattr(connection, "_warned", set())
    monkeypatch.setattr(backoff, "FIRST_BACKOFF_SECONDS", 0.01)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("TENCENTCLOUD_SECRET_ID", DUMMY_SECRET_ID)
    monkeypatch.setenv("TENCENTCLOUD_SECRET_KEY", DUMMY_SECRET_KEY)
    for name in ("TENCENTCLOUD_TOKEN", "TENCENTCLOUD_SECURITY_TOKEN", "TENCENTCLOUD_CAM_ROLE_NAME", "TKE_REGION"):
        monkeypatch.delenv(name, raising=False)
    yield
    join_exchanges()
