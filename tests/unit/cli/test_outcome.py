"""The result of a command: its status, its exit code, and the text of its errors."""

import itertools

import pytest
from harness.responses import MIGRATION, make_progress

from pulumi_tcsql_check.cli.outcome import End, Outcome, error_text, exit_code_of_error
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


def outcome(code: int | None, error: Exception | None = None) -> Outcome:
    """Make the outcome of a check whose one step has this code, or that got no response; 9 means failed."""
    seen = Evidence(make_progress(1, code)) if code is not None else None
    return Outcome(MIGRATION, seen, code == 0 and error is None, error, (9,))


@pytest.mark.parametrize(
    ("step", "status", "code"),
    [(0, "passed", 0), (9, "failed", 1), (7, "running", 3), (-2, "not-started", 3), (None, "unknown", 3)],
)
def test_each_status_has_its_code(step: int | None, status: Status, code: int) -> None:
    """Every status that has not passed yet is 3."""
    assert (outcome(step).status, outcome(step).exit_code) == (status, code)


def test_a_failure_precedes_trouble_and_a_pass_comes_last() -> None:
    """In any order, the outcome is a pass only if all have passed."""
    by_code = {0: outcome(0), 1: outcome(9), 3: outcome(7), 4: outcome(None, TransientError("No."))}
    for codes in itertools.product(by_code, repeat=3):
        expected = next(code for code in (1, 4, 3, 0) if code in codes)
        assert End(tuple(by_code[code] for code in codes), None).exit_code == expected


@pytest.mark.parametrize(
    ("evidence", "passed", "error", "status", "code"),
    [
        (Evidence(make_progress(1, 0)), True, None, "passed", 0),
        (Evidence(make_progress(1, 0)), False, None, "unknown", 3),
        (Evidence(ODD), False, None, "running", 3),
        (Evidence(ODD), False, ERRORS[1][0], "failed", 1),
        (None, False, ERRORS[4][0], "unknown", 4),
    ],
)
def test_an_outcome_is_passed_only_if_the_wait_has_passed(
    evidence: Evidence | None, error: Exception | None, status: Status, code: int, *, passed: bool
) -> None:
    """The last response alone is no pass; the error of a failed check is a failure."""
    one = Outcome(MIGRATION, evidence, passed, error, ())
    assert (one.status, one.exit_code) == (status, code)


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
