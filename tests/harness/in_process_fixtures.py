"""The fixtures of tests that run a part of the provider in their own process; a `conftest.py` imports them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.in_process_read import RecordingListener
from harness.process_state import isolated_process


@pytest.fixture(autouse=True)
def isolated(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Isolate the test from the user's credentials and from the rate limit of other tests."""
    with isolated_process(monkeypatch, tmp_path):
        yield


@pytest.fixture
def call() -> RecordingListener:
    """A listener that records what the engine would receive."""
    return RecordingListener()


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """The file of the emulator's request log."""
    return tmp_path / "requests.jsonl"
