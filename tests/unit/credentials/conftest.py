"""Credentials in the test's own process: isolated from the user's and from other tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from harness.process_state import isolated_process


@pytest.fixture(autouse=True)
def _isolated_process(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Isolate the test from the user's credentials and from the accounts and the rate limit of other tests."""
    with isolated_process(monkeypatch, tmp_path):
        yield
