"""The verdict that a report shows, by what a wait ended with."""

from collections.abc import Collection, Iterable

from pulumi_tcsql_check.errors import CheckTimeoutError, WaitCancelledError
from pulumi_tcsql_check.errors.check import FailedError
from pulumi_tcsql_check.model.flow import Evidence
from pulumi_tcsql_check.model.statuses import Status
from pulumi_tcsql_check.reports.facts import ReportVerdict

_MOST_IMPORTANT_FIRST: tuple[ReportVerdict, ...] = ("failed", "no-verdict", "not-passed", "passed")


def status_of(
    seen: Evidence | None, error: Exception | None, failed_statuses: Collection[int], *, passed: bool
) -> Status:
    """Return the status of a check; its failure takes precedence over the responses, and only the wait passes it."""
    if passed:
        return "passed"
    if isinstance(error, FailedError):
        return "failed"
    status = seen.status(failed_statuses) if seen is not None else "unknown"
    return "unknown" if status == "passed" else status


def verdict_of_check(status: Status, error: Exception | None) -> ReportVerdict:
    """Return the verdict on one check by its status and the error that ended its wait."""
    if status == "passed":
        return "passed"
    if error is None:
        return "failed" if status == "failed" else "not-passed"
    if isinstance(error, FailedError):
        return "failed"
    return "not-passed" if isinstance(error, CheckTimeoutError | WaitCancelledError) else "no-verdict"


def verdict_of_all(verdicts: Iterable[ReportVerdict], error: Exception | None) -> ReportVerdict:
    """Return the verdict on all checks, at least one; with an error it is never `passed`."""
    if isinstance(error, WaitCancelledError):
        return "cancelled"
    verdict = min(verdicts, key=_MOST_IMPORTANT_FIRST.index)
    return "no-verdict" if verdict == "passed" and error is not None else verdict
