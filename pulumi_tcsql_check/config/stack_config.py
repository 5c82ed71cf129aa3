"""The stack's configuration as the provider process gets it, and the error that refuses to ignore a setting."""

from typing import Any, NamedTuple, Protocol

from pulumi_tcsql_check.errors import CredentialsError
from pulumi_tcsql_check.languages.sentence import Sentence


class StackConfig(Protocol):
    """The stack's configuration, decrypted; keys carry their namespace, and structured values come as JSON text."""

    def get(self, key: str, /) -> Any:  # noqa: ANN401  # whatever Pulumi's wire brought
        """Return a value, or None."""


class Stack(NamedTuple):
    """The stack that a check is queried for.

    Attributes:
        config: Its configuration.
        project: The name of its project; None if it is unknown.
        keys: The keys that its configuration sets; empty if they are unknown.
    """

    config: StackConfig
    project: str | None = None
    keys: tuple[str, ...] = ()


def refusal(what: Sentence, *, choice: bool = False) -> CredentialsError:
    """Make that error; `choice` is whether one of two settings has to go, rather than one setting."""
    return CredentialsError(Sentence("not honoured", what=what), reason="not honoured", choice=choice)
