"""Read a migration check in the test's own process, and record what the engine would receive."""

import threading
from collections.abc import Mapping
from typing import Any

from harness.error_texts import in_one_line
from pulumi_tcsql_check.config.stack_config import Stack, StackConfig
from pulumi_tcsql_check.dynamic_host import host
from pulumi_tcsql_check.languages.sentence import Sentence
from pulumi_tcsql_check.messages.layout import Text
from pulumi_tcsql_check.reading import reader


class NullListener:
    """A listener that discards everything."""

    def show(self, text: object) -> None:
        """Discard a line."""

    note = warn = show


class RecordingListener:
    """A listener that records everything."""

    def __init__(self) -> None:
        """Start with empty lists."""
        self.lines: list[str] = []
        self.notes: list[str] = []
        self.warnings: list[str] = []
        self.cancelled = threading.Event()

    def show(self, text: Sentence) -> None:
        """Record a status line of the row."""
        self.lines.append(str(text))

    def note(self, text: Text) -> None:
        """Record a line that stays on the screen, joined to one line."""
        self.notes.append(in_one_line(text))

    def warn(self, text: Text) -> None:
        """Record a warning, joined to one line."""
        self.warnings.append(in_one_line(text))


def read(props: Mapping[str, Any], config: StackConfig, recorder: RecordingListener) -> dict[str, Any]:
    """Read as the provider does."""
    stack = Stack(config, host.project_name(config), host.config_keys(config))
    return reader.read(props, stack, recorder, recorder.cancelled)
