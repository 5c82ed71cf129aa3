"""A read in the test's own process: its surroundings, and what the engine would be told."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from harness.loopback import join_exchanges
from harness.turns import without_pauses
from pulumi_tcsql_check import accounts, connecting, host, retry
from pulumi_tcsql_check.emulator import DUMMY_SECRET_ID, DUMMY_SECRET_KEY


class Recorder:
    """Notes what the engine would be told."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.lines: list[str] = []
        self.notes: list[str] = []
        self.warnings: list[str] = []

    def show(self, text: str) -> None:
        """Note a line of the row."""
        self.lines.append(text)

    def note(self, text: str) -> None:
        """Note a line that stays."""
        self.notes.append(text)

    def warn(self, text: str) -> None:
        """Note a warning."""
        self.warnings.append(text)


@contextmanager
def own_environment(monkeypatch: pytest.MonkeyPatch, home: Path) -> Iterator[None]:
    """Give the emulator's keys to the process, no other source of credentials, and turns without pauses."""
    without_pauses(monkeypatch)
    monkeypatch.setattr(accounts, "_known", {})
    monkeypatch.setattr(connecting, "_warned", set())
    monkeypatch.setattr(retry, "FIRST_BACKOFF_SECONDS", 0.01)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("TENCENTCLOUD_SECRET_ID", DUMMY_SECRET_ID)
    monkeypatch.setenv("TENCENTCLOUD_SECRET_KEY", DUMMY_SECRET_KEY)
    for name in ("TENCENTCLOUD_TOKEN", "TENCENTCLOUD_SECURITY_TOKEN", "TENCENTCLOUD_CAM_ROLE_NAME", "TKE_REGION"):
        monkeypatch.delenv(name, raising=False)
    host.CANCELLED.clear()
    yield
    host.CANCELLED.clear()
    join_exchanges()
