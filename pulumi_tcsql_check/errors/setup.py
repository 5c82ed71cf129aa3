"""Inputs and credentials that keep a gate from sending any query."""

from collections.abc import Sequence
from typing import Literal

from pulumi_tcsql_check.errors.root import TcsqlCheckError
from pulumi_tcsql_check.text import printable


class InvalidInputError(TcsqlCheckError, ValueError):
    """An input is outside its range.

    Attributes:
        name: The input's name.
        value: What was given.
        allowed: What it may be.
    """

    def __init__(self, name: str, value: object, allowed: str) -> None:
        """Take the facts."""
        super().__init__()
        self.name = name
        self.value = value
        self.allowed = allowed

    def __str__(self) -> str:
        """Name the input, the value, and what is allowed."""
        return f"{self.name} is {_shown(self.value)}, but must be {self.allowed}."


def _shown(value: object) -> str:
    try:
        return printable(repr(value), 80)
    except ValueError:  # Python refuses to write out a number of thousands of digits
        return "a number far too large"


class CredentialsError(TcsqlCheckError):
    """No usable credentials were found.

    Attributes:
        problem: What is wrong, as a sentence.
        tried: The sources that were read, in order.
        reason: "missing" if no source has any; "not honoured" if a setting asks for something that the gate can't do.
        setting: What to remove if it is not honoured.
    """

    def __init__(
        self,
        problem: str,
        tried: Sequence[str] = (),
        *,
        reason: Literal["", "missing", "not honoured"] = "",
        setting: str = "it",
    ) -> None:
        """Take the facts."""
        super().__init__(problem)
        self.problem = problem
        self.tried = tuple(tried)
        self.reason = reason
        self.setting = setting


class AccountError(TcsqlCheckError):
    """The credentials belong to another account than the configuration allows.

    Attributes:
        account_id: The account that they belong to.
        credentials: What the credentials are called.
        key: The key of the configuration that doesn't allow the account.
        forbidden: Whether the key forbids the account, rather than not listing it.
    """

    def __init__(self, account_id: str, credentials: object, key: str, *, forbidden: bool) -> None:
        """Take the facts."""
        super().__init__()
        self.account_id = account_id
        self.credentials = str(credentials)
        self.key = key
        self.forbidden = forbidden

    def __str__(self) -> str:
        """Name the account and the key."""
        rule = "forbids" if self.forbidden else "does not list"
        return f"The credentials {self.credentials} belong to account {self.account_id}, which {self.key} {rule}."
