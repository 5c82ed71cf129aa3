"""Shows the progress of a resource to the user, in one language."""

from typing import Protocol

from pulumi_tcsql_check.languages.sentence import Language, Sentence, render
from pulumi_tcsql_check.messages.layout import Text


class Listener(Protocol):
    """Shows the progress of a resource to the user."""

    def show(self, text: Sentence) -> None:
        """Show a line until the next one."""

    def note(self, text: Text) -> None:
        """Show a permanent line."""

    def warn(self, text: Text) -> None:
        """Show a permanent warning."""


class Lines(Protocol):
    """Takes lines of text, as the engine's log does."""

    def show(self, text: str) -> None:
        """Show a line until the next one."""

    def note(self, text: str) -> None:
        """Show a permanent line."""

    def warn(self, text: str) -> None:
        """Show a permanent warning."""


class LinesListener:
    """Renders texts in one language, and passes them on as lines."""

    def __init__(self, lines: Lines, chosen: Language) -> None:
        """Store both."""
        self._lines = lines
        self._language = chosen

    def show(self, text: Sentence) -> None:
        """Show a line until the next one."""
        self._lines.show(render(text, self._language))

    def note(self, text: Text) -> None:
        """Show a permanent line."""
        self._lines.note(text.render(self._language))

    def warn(self, text: Text) -> None:
        """Show a permanent warning."""
        self._lines.warn(text.render(self._language))
