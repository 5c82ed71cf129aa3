"""The short, stable code of each error: a heading of the documentation, and a value for programs."""

from pulumi_tcsql_check.errors import (
    AccountError,
    CheckFailedError,
    CheckTimeoutError,
    CredentialsError,
    FlagFailedError,
    FlowFailedError,
    GroupFailedError,
    GroupTimeoutError,
    InvalidInputError,
    MigrationOverError,
    NotFoundError,
    OutageError,
    PermanentError,
    StaleInputError,
    StartUnknownError,
    ThrottledError,
    TransientError,
    WaitCancelledError,
)

CODES: tuple[tuple[type[Exception], str], ...] = (
    (CheckFailedError, "check-failed"),
    (FlagFailedError, "check-failed"),
    (FlowFailedError, "flow-failed"),
    (GroupTimeoutError, "timed-out"),
    (CheckTimeoutError, "timed-out"),
    (StartUnknownError, "start-unknown"),
    (MigrationOverError, "migration-over"),
    (CredentialsError, "credentials"),
    (AccountError, "account"),
    (InvalidInputError, "invalid-input"),
    (StaleInputError, "invalid-input"),
    (WaitCancelledError, "cancelled"),
    (OutageError, "outage"),
    (ThrottledError, "throttled"),
    (TransientError, "no-response"),
    (NotFoundError, "not-found"),
    (PermanentError, "refused"),
    (ImportError, "not-installed"),
)
"""The first type that fits decides."""


def code_of(error: Exception) -> str:
    """Return the code of an error, or "unexpected" for one of another package."""
    if isinstance(error, GroupFailedError):
        return "check-failed" if error.failed else "not-queried"
    if isinstance(error, CheckTimeoutError) and error.never_started:
        return "not-started"
    if isinstance(error, WaitCancelledError) and error.refused:
        return "another-gate-failed"
    return next((code for kind, code in CODES if isinstance(error, kind)), "unexpected")
