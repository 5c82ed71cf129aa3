"""Inputs and credentials that keep a gate from sending any query."""

from collections.abc import Sequence
from typing import Literal

from pulumi_tcsql_check.errors.root import TcsqlCheckError
from pulumi_tcsql_check.languages.sentence import Sentence, Words
from pulumi_tcsql_check.text import printable


class InvalidInputError(TcsqlCheckError, ValueError):
    """An input is outside its range.

    Attributes:
        name: The input's name.
        value: What was given.
        allowed: What it must be.
    """

    def __init__(self, name: Words, value: object, allowed: Words) -> None:
        """Take the facts."""
        super().__init__()
        self.name = name
        self.value = value
        self.allowed = allowed

    @property
    def sentence(self) -> Sentence:
        """The input, the value, and what is allowed."""
        return Sentence("invalid input", name=self.name, value=_shown(self.value), allowed=self.allowed)


def _shown(value: object) -> Words:
    try:
        return printable(repr(value), 80)
    except ValueError:  # Python refuses to write out a number of thousands of digits
        return Sentence("far too large")


class CredentialsError(TcsqlCheckError):
    """No usable credentials were found.

    Attributes:
        problem: What is wrong.
        tried: The sources that were read, in order.
        reason: "missing" if no source has any; "not honoured" if a setting asks for something that the gate can't do.
        choice: Whether to remove one of two settings, rather than one setting, if it is not honoured.
    """

    def __init__(
        self,
        problem: Words,
        tried: Sequence[Words] = (),
        *,
        reason: Literal["", "missing", "not honoured"] = "",
        choice: bool = False,
    ) -> None:
        """Take the facts."""
        super().__init__(problem)
        self.problem = problem
        self.tried = tuple(tried)
        self.reason = reason
        self.choice = choice

    @property
    def sentence(self) -> Words:
        """What is wrong."""
        return self.problem


class AccountError(TcsqlCheckError):
    """The credentials belong to another account than the configuration allows.

    Attributes:
        account_id: The account that they belong to.
        credentials: The credentials' name in a text.
        key: The key of the configuration that doesn't allow the account.
        forbidden: Whether the key forbids the account, rather than not listing it.
    """

    def __init__(self, account_id: str, credentials: Words, key: str, *, forbidden: bool) -> None:
        """Take the facts."""
        super().__init__()
        self.account_id = account_id
        self.credentials = credentials
        self.key = key
        self.forbidden = forbidden

    @property
    def sentence(self) -> Sentence:
        """The account, and the key that doesn't allow it."""
        key = "account forbidden" if self.forbidden else "account not listed"
        return Sentence(key, credentials=self.credentials, account_id=self.account_id, key=self.key)
