"""Errors of inputs and credentials, raised before any query."""

from collections.abc import Sequence
from typing import Literal

from pulumi_tcsql_check.errors.root import TcsqlCheckError
from pulumi_tcsql_check.languages.sentence import Sentence, Words
from pulumi_tcsql_check.text import printable


class InvalidInputError(TcsqlCheckError, ValueError):
    """An input is outside its range: `name` is the input, `value` the user's value, `allowed` what it must be.

    Example:
        Export the reason in place of a status::

            try:
                status = get_migration_check(0, "ap-guangzhou").status
            except InvalidInputError as error:
                status = f"not queried: {error}"
            pulumi.export("status", status)
    """

    def __init__(self, name: Words, value: object, allowed: Words) -> None:
        """Store the attributes."""
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


class StaleInputError(TcsqlCheckError):
    """An input is not of this update: it is unknown, or an output of a start that this update doesn't include."""

    def __init__(self, problem: Sentence) -> None:
        """Store what is wrong with it."""
        super().__init__()
        self.problem = problem

    @property
    def sentence(self) -> Sentence:
        """What is wrong with it."""
        return self.problem


class CredentialsError(TcsqlCheckError):
    """There are no usable credentials.

    Attributes:
        problem: What is wrong.
        tried: The sources, in the order of reading.
        reason: "missing" if no source has any; "not honoured" if the gate doesn't support a setting.
        choice: Whether one of two settings must go, rather than a single one.
    """

    def __init__(
        self,
        problem: Words,
        tried: Sequence[Words] = (),
        *,
        reason: Literal["", "missing", "not honoured"] = "",
        choice: bool = False,
    ) -> None:
        """Store the attributes."""
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
    """The configuration doesn't allow the credentials' account.

    Attributes:
        account_id: The account.
        credentials: The credentials' name in a message.
        key: The configuration key that rules it out.
        forbidden: Whether the key forbids the account, rather than not listing it.
    """

    def __init__(self, account_id: str, credentials: Words, key: str, *, forbidden: bool) -> None:
        """Store the attributes."""
        super().__init__()
        self.account_id = account_id
        self.credentials = credentials
        self.key = key
        self.forbidden = forbidden

    @property
    def sentence(self) -> Sentence:
        """The account, and the key that rules it out."""
        key = "account forbidden" if self.forbidden else "account not listed"
        return Sentence(key, credentials=self.credentials, account_id=self.account_id, key=self.key)
