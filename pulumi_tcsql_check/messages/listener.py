"""The protocol that shows the progress of a resource to the user."""

from typing import Protocol

from pulumi_tcsql_check.languages.sentence import Sentence
from pulumi_tcsql_check.messages.layout import Text


class Listener(Protocol):
    """Shows the progress of a resource to the user."""

    def show(self, text: Sentence) -> None:
        """Show a line until the next one."""

    def note(self, text: Text) -> None:
        """Show a permanent line."""

    def warn(self, text: Text) -> None:
        """Show a permanent warning."""
