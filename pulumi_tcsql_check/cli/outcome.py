"""What has become of one migration's check by the end of a command: its status, its exit code, its sentence."""

from collections.abc import Collection, Sequence

import msgspec

from pulumi_tcsql_check.cli import exit_codes
from pulumi_tcsql_check.errors import (
    AccountError,
    ApiError,
    CheckFailedError,
    CheckTimeoutError,
    CredentialsError,
    FlagFailedError,
    FlowFailedError,
    InvalidInputError,
    NotFoundError,
    OutageError,
    PermanentError,
    TcsqlCheckError,
    ThrottledError,
    TransientError,
)
from pulumi_tcsql_check.messages.audience import COMMAND
from pulumi_tcsql_check.messages.errors import list_below, sentence_of
from pulumi_tcsql_check.messages.next_step import nothing_asked
from pulumi_tcsql_check.model.flow import Evidence
from pulumi_tcsql_check.model.progress import Migration
from pulumi_tcsql_check.model.statuses import Status

KINDS: tuple[tuple[type[Exception], str], ...] = (
    (CheckFailedError, "check-failed"),
    (FlagFailedError, "check-failed"),
    (FlowFailedError, "flow-failed"),
    (CheckTimeoutError, "timeout"),
    (CredentialsError, "credentials"),
    (AccountError, "account"),
    (InvalidInputError, "usage"),
    (OutageError, "outage"),
    (ThrottledError, "throttled"),
    (TransientError, "no-answer"),
    (NotFoundError, "not-found"),
    (PermanentError, "refused"),
)
"""How the kinds of error are called where a program reads them; the first that fits."""


class Outcome(msgspec.Struct, frozen=True):
    """One migration's end, or how far it was when another's end was the end of all.

    Attributes:
        migration: Which one.
        seen: The last answers, if there were any.
        passed: Whether it has passed beyond doubt.
        error: What ended it otherwise, if anything did.
        failed_statuses: Raw codes that mean "failed" in this account.
    """

    migration: Migration
    seen: Evidence | None
    passed: bool
    error: Exception | None
    failed_statuses: Collection[int]

    @property
    def status(self) -> Status:
        """Sum it up in a word."""
        if self.passed:
            return "passed"
        if self.error is not None and exit_codes.of_error(self.error) == exit_codes.FAILED:
            return "failed"
        status = self.seen.status(self.failed_statuses) if self.seen is not None else "unknown"
        return "unknown" if status == "passed" else status

    @property
    def exit_code(self) -> int:
        """The code of a command about it alone."""
        return exit_codes.of_error(self.error) if self.error is not None else exit_codes.of_status(self.status)


class End(msgspec.Struct, frozen=True):
    """What a command came to.

    Attributes:
        outcomes: One for each migration, in the order of the command line.
        error: What all that went wrong amounts to, in one sentence; None if nothing did.
    """

    outcomes: tuple[Outcome, ...]
    error: Exception | None

    @property
    def exit_code(self) -> int:
        """The code of the command."""
        return exit_codes.of_all(one.exit_code for one in self.outcomes)


def kind(error: Exception) -> str:
    """Name the kind of an error in a word."""
    return next((word for of, word in KINDS if isinstance(error, of)), "unforeseen")


def sentence(error: Exception, migrations: Sequence[Migration] = ()) -> str:
    """Say what went wrong, as one sentence.

    Args:
        error: What went wrong.
        migrations: With which migrations, where that is known.
    """
    if isinstance(error, ApiError) and not isinstance(error, OutageError):
        error.migrations = migrations
    if isinstance(error, TcsqlCheckError):
        return sentence_of(error, COMMAND)
    if isinstance(error, ImportError):
        return nothing_asked(error, COMMAND)
    return f"Nothing is known of the check: asking failed in a way nobody foresaw ({type(error).__name__})."


def steps_below(error: Exception) -> str:
    """List the steps for below the sentence, a line each with a line break before it; "" where there are none."""
    return list_below(error, COMMAND)
