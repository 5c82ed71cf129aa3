"""What keeps a gate from asking at all: its inputs, and who would ask."""

from collections.abc import Sequence

from pulumi_tcsql_check.errors.root import TcsqlCheckError
from pulumi_tcsql_check.messages import audience
from pulumi_tcsql_check.text import printable


class InvalidInputError(TcsqlCheckError, ValueError):
    """An input is outside its range.

    Attributes:
        name: The input's name.
        value: What was given.
    """

    def __init__(self, name: str, value: object, allowed: str) -> None:
        """Say which input it is, what it was, and what it may be."""
        self.name = name
        self.value = value
        super().__init__(f"{name} is {_shown(value)}, but must be {allowed}.")


def _shown(value: object) -> str:
    try:
        return printable(repr(value), 80)
    except ValueError:  # Python refuses to write out a number of thousands of digits
        return "a number far too large"


class CredentialsError(TcsqlCheckError):
    """No usable credentials were found.

    Attributes:
        tried: The sources that were looked at, in order.
    """

    def __init__(self, problem: str, tried: Sequence[str] = ()) -> None:
        """Say what is missing and where it was looked for."""
        self.tried = tuple(tried)
        looked = f" Tried, in this order: {'; '.join(tried)}." if tried else ""
        super().__init__(f"{problem}{looked}")


class AccountError(TcsqlCheckError):
    """The credentials are another account's than the configuration allows.

    Attributes:
        account_id: Whose they are.
    """

    def __init__(self, account_id: str, credentials: object, key: str, *, forbidden: bool) -> None:
        """Say whose they are, and which key keeps them from being used."""
        self.account_id = account_id
        rule = "forbids" if forbidden else "does not list"
        super().__init__(
            f"The credentials {credentials} belong to account {account_id}, which {key} {rule}; nothing was asked with "
            "them about the migration. Use those of an allowed account, then run "
            f"{audience.current().again} again."
        )
