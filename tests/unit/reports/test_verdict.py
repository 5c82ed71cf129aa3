"""The verdict that a report shows: never a pass without the wait's own."""

import pytest
from harness.responses import MIGRATION, make_progress

from pulumi_tcsql_check.errors import (
    CheckFailedError,
    CheckTimeoutError,
    PermanentError,
    TcsqlCheckError,
    WaitCancelledError,
)
from pulumi_tcsql_check.model.flow import Evidence
from pulumi_tcsql_check.model.statuses import Status
from pulumi_tcsql_check.reports.facts import ReportVerdict
from pulumi_tcsql_check.reports.verdict import status_of, verdict_of_all, verdict_of_check

PASSED, RUNNING = make_progress(2, 0, 0), make_progress(2, 0, 1)
FAILED_ERROR = CheckFailedError(MIGRATION, RUNNING, [2])
TIMEOUT_ERROR = CheckTimeoutError(MIGRATION, 1.0, RUNNING)
REFUSED_ERROR = PermanentError("Refused.")


@pytest.mark.parametrize(
    ("seen", "error", "passed", "status"),
    [
        (Evidence(PASSED), None, True, "passed"),
        (Evidence(PASSED), None, False, "unknown"),
        (Evidence(PASSED), FAILED_ERROR, False, "failed"),
        (Evidence(RUNNING), TIMEOUT_ERROR, False, "running"),
        (None, REFUSED_ERROR, False, "unknown"),
    ],
)
def test_only_the_wait_makes_a_status_a_pass(
    seen: Evidence | None, error: Exception | None, status: Status, *, passed: bool
) -> None:
    """A response that shows a pass isn't enough, since it may be of an earlier start."""
    assert status_of(seen, error, (), passed=passed) == status


@pytest.mark.parametrize(
    ("status", "error", "verdict"),
    [
        ("passed", None, "passed"),
        ("failed", None, "failed"),
        ("running", None, "not-passed"),
        ("failed", FAILED_ERROR, "failed"),
        ("failed", TIMEOUT_ERROR, "not-passed"),
        ("running", WaitCancelledError(), "not-passed"),
        ("unknown", REFUSED_ERROR, "no-verdict"),
    ],
)
def test_the_verdict_on_a_check_follows_its_error(
    status: Status, error: TcsqlCheckError | None, verdict: ReportVerdict
) -> None:
    """An error of a query gives no verdict; a deadline or a cancel leaves the check not passed."""
    assert verdict_of_check(status, error) == verdict


@pytest.mark.parametrize(
    ("verdicts", "error", "verdict"),
    [
        (["passed", "passed"], None, "passed"),
        (["passed", "not-passed"], None, "not-passed"),
        (["not-passed", "no-verdict"], REFUSED_ERROR, "no-verdict"),
        (["failed", "no-verdict", "passed"], REFUSED_ERROR, "failed"),
        (["passed"], KeyError("a secret"), "no-verdict"),
        (["failed"], WaitCancelledError(), "cancelled"),
    ],
)
def test_the_worst_check_decides_and_an_error_is_never_a_pass(
    verdicts: list[ReportVerdict], error: Exception | None, verdict: ReportVerdict
) -> None:
    """The order is that of the command's exit codes; a cancel is its own verdict."""
    assert verdict_of_all(verdicts, error) == verdict
