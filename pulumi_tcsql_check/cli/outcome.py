"""What has become of one migration's check by the end of a command: its status, its exit code, its sentence."""

from collections.abc import Collection

import msgspec

from pulumi_tcsql_check import voice
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
from pulumi_tcsql_check.flow import Evidence
from pulumi_tcsql_check.progress import Migration, Status

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


def kind(error: Exception) -> str:
    """Name the kind of an error in a word."""
    return next((word for of, word in KINDS if isinstance(error, of)), "unforeseen")


def sentence(error: Exception, migration: Migration | None = None) -> str:
    """Say what went wrong, as one sentence.

    Args:
        error: What went wrong.
        migration: With which migration, where it was with one.
    """
    if isinstance(error, ApiError) and not isinstance(error, OutageError) and migration is not None:
        return f"{migration}: {error}"
    if isinstance(error, TcsqlCheckError):
        return str(error)
    if isinstance(error, ImportError):
        return (
            f"Nothing was asked, since something that it takes can't be loaded ({error}). If Tencent's whole SDK was "
            "uninstalled, it took files along that are needed here: run `pip install --force-reinstall --no-deps "
            f"tencentcloud-sdk-python-common`, then {voice.current().again} again."
        )
    return f"Nothing is known of the check: asking failed in a way nobody foresaw ({type(error).__name__})."


def steps_below(error: Exception) -> str:
    """List the steps for below the sentence, a line each with a line break before it; "" where there are none."""
    return error.steps_seen if isinstance(error, TcsqlCheckError) else ""
