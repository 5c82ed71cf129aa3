"""A read in the test's own process: its surroundings, and what the engine would be told."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from harness.loopback import join_exchanges
from harness.texts import in_one_line
from harness.turns import without_pauses
from pulumi_tcsql_check.config.stack_config import Stack, StackConfig
from pulumi_tcsql_check.credentials import accounts
from pulumi_tcsql_check.dynamic_host import host
from pulumi_tcsql_check.emulator import DUMMY_SECRET_ID, DUMMY_SECRET_KEY
from pulumi_tcsql_check.languages.sentence import Sentence
from pulumi_tcsql_check.messages.layout import Text
from pulumi_tcsql_check.polling import backoff
from pulumi_tcsql_check.reading import connection, reader


class Recorder:
    """Notes what the engine would be told."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.lines: list[str] = []
        self.notes: list[str] = []
        self.warnings: list[str] = []
        self.cancelled = threading.Event()

    def show(self, text: Sentence) -> None:
        """Note a line of the row."""
        self.lines.append(str(text))

    def note(self, text: Sentence) -> None:
        """Note a line that stays."""
        self.notes.append(str(text))

    def warn(self, text: Text) -> None:
        """Note a warning, in one line."""
        self.warnings.append(in_one_line(text))


def read(props: Mapping[str, Any], config: StackConfig, recorder: Recorder) -> dict[str, Any]:
    """Read as the provider does."""
    stack = Stack(config, host.project_name(config), host.config_keys(config))
    return reader.read(props, stack, recorder, recorder.cancelled)


@contextmanager
def own_environment(monkeypatch: pytest.MonkeyPatch, home: Path) -> Iterator[None]:
    """Give the emulator's keys to the process, no other source of credentials, and turns without pauses."""
    without_pauses(monkeypatch)
    monkeypatch.setattr(accounts, "_known", {})
    monkeypatch.setattr(connection, "_warned", set())
    monkeypatch.setattr(backoff, "FIRST_BACKOFF_SECONDS", 0.01)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("TENCENTCLOUD_SECRET_ID", DUMMY_SECRET_ID)
    monkeypatch.setenv("TENCENTCLOUD_SECRET_KEY", DUMMY_SECRET_KEY)
    for name in ("TENCENTCLOUD_TOKEN", "TENCENTCLOUD_SECURITY_TOKEN", "TENCENTCLOUD_CAM_ROLE_NAME", "TKE_REGION"):
        monkeypatch.delenv(name, raising=False)
    yield
    join_exchanges()
