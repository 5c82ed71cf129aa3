"""The result of a command: its status, its exit code, and the text of its errors."""

import itertools

import pytest
from harness.responses import MIGRATION, make_progress

from pulumi_tcsql_check.cli.outcome import (
    Outcome,
    error_text,
    exit_code_of_all,
    exit_code_of_error,
    exit_code_of_status,
)
from pulumi_tcsql_check.errors import (
    AccountError,
    CheckFailedError,
    CheckTimeoutError,
    CredentialsError,
    FlagFailedError,
    FlowFailedError,
    InvalidInputError,
    NotFoundError,
    OutageError,
    PermanentError,
    ThrottledError,
    TransientError,
)
from pulumi_tcsql_check.errors.codes import code_of
from pulumi_tcsql_check.languages.sentence import ENGLISH
from pulumi_tcsql_check.model.check_flag import CheckFlag
from pulumi_tcsql_check.model.flow import Evidence, Flow
from pulumi_tcsql_check.model.statuses import Status

ODD = make_progress(2, 0, 7)
ERRORS: list[tuple[Exception, str, int]] = [
    (CheckFailedError(MIGRATION, ODD, [2]), "check-failed", 1),
    (FlagFailedError(MIGRATION, ODD, CheckFlag(2)), "check-failed", 1),
    (FlowFailedError(MIGRATION, Flow(1001, 1)), "flow-failed", 1),
    (CheckTimeoutError(MIGRATION, 1.0), "timed-out", 3),
    (CredentialsError("None."), "credentials", 4),
    (AccountError("1", "...0000", "key", forbidden=True), "account", 4),
    (InvalidInputError("x", 1, "2"), "invalid-input", 4),
    (OutageError(MIGRATION, 120.0, TransientError("No.")), "outage", 4),
    (ThrottledError("Slower."), "throttled", 4),
    (TransientError("No."), "no-response", 4),
    (NotFoundError("Not there."), "not-found", 4),
    (PermanentError("Refused."), "refused", 4),
    (ValueError("a secret"), "unexpected", 4),
    (ImportError("no such module"), "not-installed", 4),
]


@pytest.mark.parametrize(("error", "word", "code"), ERRORS)
def test_each_error_has_its_result_and_its_exit_code(error: Exception, word: str, code: int) -> None:
    """A failed check is 1, a timeout 3, and any error that prevents a response 4."""
    assert (code_of(error), exit_code_of_error(error)) == (word, code)


@pytest.mark.parametrize(
    ("status", "code"), [("passed", 0), ("failed", 1), ("running", 3), ("not-started", 3), ("unknown", 3)]
)
def test_each_status_has_its_code(status: Status, code: int) -> None:
    """Every status that has not passed yet is 3."""
    assert exit_code_of_status(status) == code


def test_a_failure_precedes_trouble_and_a_pass_comes_last() -> None:
    """In any order, the outcome is a pass only if all have passed."""
    for codes in itertools.product((0, 1, 3, 4), repeat=3):
        expected = next(code for code in (1, 4, 3, 0) if code in codes)
        assert exit_code_of_all(codes) == expected


@pytest.mark.parametrize(
    ("evidence", "passed", "error", "status"),
    [
        (Evidence(make_progress(1, 0)), True, None, "passed"),
        (Evidence(make_progress(1, 0)), False, None, "unknown"),
        (Evidence(ODD), False, None, "running"),
        (Evidence(ODD), False, ERRORS[1][0], "failed"),
        (None, False, ERRORS[4][0], "unknown"),
    ],
)
def test_an_outcome_is_passed_only_if_the_wait_has_passed(
    evidence: Evidence | None, error: Exception | None, status: Status, *, passed: bool
) -> None:
    """The last response alone is no pass; the error of a failed check is a failure."""
    outcome = Outcome(MIGRATION, evidence, passed, error, ())
    assert outcome.status == status
    assert outcome.exit_code == (exit_code_of_error(error) if error else exit_code_of_status(status))


def test_an_error_names_the_migration_once_and_no_unexpected_text() -> None:
    """An API error names its migration; an unexpected error shows only its type."""
    headline = error_text(NotFoundError("Not there."), [MIGRATION]).headline
    assert str(headline) == "migration check 1066 (ap-guangzhou): Not there."
    assert str(error_text(ERRORS[7][0], [MIGRATION]).headline).count("1066") == 1
    assert str(error_text(ERRORS[0][0], [MIGRATION]).headline).count("migration check 1066") == 1
    assert str(error_text(ValueError("a secret")).headline).endswith("with an unexpected error (ValueError).")
    assert "pip install --force-reinstall" in str(error_text(ImportError("gone")).headline)
    assert [*error_text(ERRORS[0][0]).below(ENGLISH)][:2] == ["  ✓ 1 Step 1", "  ✗ 2 Step 2: failed (status 7)"]
    assert [*error_text(ValueError("a secret")).below(ENGLISH)] == ["  Code:    unexpected"]
