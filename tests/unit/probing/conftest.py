"""A probe in the test's own process: isolated from other tests, with a listener that records."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from harness.in_process_read import RecordingListener
from harness.process_state import isolated_process


@pytest.fixture(autouse=True)
def _isolated_process(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Isolate the test from the user's credentials and from the rate limit of other tests."""
    with isolated_process(monkeypatch, tmp_path):
        yield


@pytest.fixture(name="call")
def _call() -> RecordingListener:
    """A listener that records what the engine would receive."""
    return RecordingListener()


@pytest.fixture(name="log")
def _log(tmp_path: Path) -> Path:
    """The file of the emulator's request log."""
    return tmp_path / "requests.jsonl"
