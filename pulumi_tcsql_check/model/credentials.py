"""A pair of secret id and secret key, and its source.

Credentials are never inputs and never attributes of the provider: Pulumi stores both in the state.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import msgspec

from pulumi_tcsql_check.languages.sentence import Sentence, Words
from pulumi_tcsql_check.model.role import Role

_LONG_ENOUGH_TO_BE_A_SECRET = 8
"""Real ones have 32 characters and more; a shorter one may be a part of any word."""


class Caller(NamedTuple):
    """Who sends requests, with nothing secret.

    Attributes:
        secret_id: The last four characters of the secret id, after three dots.
        source: The name of the credentials' source.
        account_id: The account; None if no setting has made it known.
    """

    secret_id: str
    source: Words
    account_id: str | None


class Credentials(msgspec.Struct, frozen=True):
    """A pair of secret id and secret key, and its source.

    Attributes:
        token: The token of a temporary pair.
        source: The source's name in a text.
        expires_at: When a temporary pair expires, in seconds since 1970, if its source says so.
        role: A role that the source itself asks to assume with the pair.
    """

    secret_id: str
    secret_key: str
    token: str | None
    source: Words
    expires_at: float | None = None
    role: Role | None = None

    def __repr__(self) -> str:
        """Show at most the id's last four characters, and the source."""
        return f"<credentials {self}>"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        """Show rich, which does not ask `__repr__`, no more than that."""
        return [("found", str(self))]

    @property
    def sentence(self) -> Sentence:
        """Their name in a text: their owner knows them by it, and nobody else learns anything."""
        return Sentence("credentials", secret_id=_short(self.secret_id), source=self.source)

    def __str__(self) -> str:
        """Return their name in an English text."""
        return str(self.sentence)

    def caller(self, account_id: str | None) -> Caller:
        """Return who sends requests with them."""
        return Caller(_short(self.secret_id), self.source, account_id)

    def hidden_in(self, text: str) -> str:
        """Remove id, key and token from a text: a server may repeat what it was sent."""
        for secret in (self.secret_id, self.secret_key, self.token or ""):
            text = hide(secret, text, _short(secret) if secret == self.secret_id else "...")
        return text


def hide(secret: str, text: str, shown: str = "...") -> str:
    """Replace a secret in a text, if it is long enough to be one."""
    return text.replace(secret, shown) if len(secret) >= _LONG_ENOUGH_TO_BE_A_SECRET else text


def _short(secret_id: str) -> str:
    return f"...{secret_id[-4:]}"


Source = tuple[Words, Callable[[], Credentials | None]]
"""A source's name, and the function that reads it; None means that it has no credentials."""
