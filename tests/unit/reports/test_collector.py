"""The facts of a report: what was queried, when, where, by whom, and the result."""

import pytest
from harness.reports import GATE, answered, collector
from harness.responses import MIGRATION, make_progress

from pulumi_tcsql_check.errors import CheckFailedError, CredentialsError, WaitCancelledError
from pulumi_tcsql_check.model.flow import Evidence, Flow
from pulumi_tcsql_check.model.progress import Progress, StepDetail
from pulumi_tcsql_check.reports.facts import ErrorFacts, FlowFacts, StepFacts

PASSED, RUNNING = make_progress(2, 0, 0), make_progress(2, 0, 1)


def test_a_report_says_when_where_and_who_asked() -> None:
    """Times are in UTC, and the secret id is shown by its last four characters."""
    report = answered(PASSED).report(gate=GATE)
    assert (report.verdict, report.error, report.gate, report.command) == ("passed", None, GATE, None)
    assert (report.began_at, report.ended_at) == ("2026-01-01T00:00:00Z", "2026-01-01T00:00:05Z")
    assert (report.endpoint, report.region) == ("https://sqlserver.tencentcloudapi.com", "ap-guangzhou")
    assert (report.account_id, report.secret_id, report.credentials) == ("100000000001", "...Q7Z9", "the environment")
    assert report.version


def test_a_check_has_its_steps_its_requests_and_when_it_was_queried() -> None:
    """The flow has its own request."""
    (check,) = answered(PASSED, flow=Flow(1001, 0, "f-1")).report().checks
    assert (check.migrate_id, check.region, check.verdict, check.status) == (1066, "ap-guangzhou", "passed", "passed")
    assert (check.total, check.current, check.request_id) == (2, 2, "4be5990d")
    assert check.queried_at == "2026-01-01T00:00:02Z"
    assert check.flow == FlowFacts(1001, "succeeded", 0, "f-1")
    assert check.steps[0] == StepFacts(1, "Step 1", "passed", 0, "Check ...")


def test_a_report_shows_the_responses_that_ended_the_wait() -> None:
    """The report of an interrupted command is made while another thread polls, so the latest one may differ."""
    record = answered(PASSED)
    record.watches[0].progress = RUNNING
    assert record.report().checks[0].steps[1].state == "passed"


@pytest.mark.parametrize(("code", "state"), [(0, "succeeded"), (1, "failed"), (2, "running"), (7, "unknown")])
def test_a_flow_has_the_published_meaning_of_its_status(code: int, state: str) -> None:
    """A status that isn't published has none."""
    (check,) = answered(RUNNING, flow=Flow(1001, code), is_over=False).report().checks
    assert check.flow is not None
    assert (check.flow.state, check.flow.status) == (state, code)


def test_an_error_is_that_of_its_check_and_of_the_whole() -> None:
    """Both have the code of the documentation."""
    error = CheckFailedError(MIGRATION, RUNNING, [2])
    report = answered(RUNNING, error=error).report(error)
    expected = ErrorFacts("check-failed", "migration check 1066 (ap-guangzhou) failed at step 2 of 2")
    assert (report.verdict, report.error, report.checks[0].error) == ("failed", expected, expected)
    assert report.checks[0].verdict == "failed"


def test_an_error_before_the_first_query_gives_no_check_a_verdict() -> None:
    """Each check is in the report nevertheless, without responses."""
    record = collector(2)
    record.connection, record.watches = None, ()
    report = record.report(CredentialsError("None."))
    assert (report.verdict, report.endpoint, report.account_id, report.secret_id) == ("no-verdict", None, None, None)
    assert [(check.migrate_id, check.verdict, check.queried_at) for check in report.checks] == [
        (1066, "no-verdict", None),
        (1067, "no-verdict", None),
    ]


def test_in_a_group_a_check_without_an_error_has_not_passed() -> None:
    """The failure of another one is no error of its own."""
    record = collector(3)
    first, second, _ = record.watches
    first.progress, first.end = PASSED, Evidence(PASSED)
    record.errors = {second: CheckFailedError(second.migration, RUNNING, [2])}
    report = record.report(record.errors[second])
    assert [check.verdict for check in report.checks] == ["passed", "failed", "not-passed"]


def test_an_error_that_the_work_did_not_raise_is_in_the_report() -> None:
    """That of a gate with `enforce=False` is one, and a cancel replaces it."""
    record = collector()
    record.error = CredentialsError("None.")
    assert record.report().error == ErrorFacts("credentials", "None.")
    assert record.report(WaitCancelledError()).verdict == "cancelled"


def test_no_text_of_another_packages_error_is_in_a_report() -> None:
    """It may quote a secret, so only the type is named."""
    assert collector().report(KeyError("a secret")).error == ErrorFacts("unexpected", "KeyError")


def test_texts_of_the_api_are_printable() -> None:
    """Control characters are escaped, in names, messages and request ids."""
    progress = Progress(1, 1, (StepDetail("a\x1b[2J", 0, "b\x00\ud800"),), "r\n1")
    (check,) = answered(progress).report().checks
    assert (check.steps[0].name, check.steps[0].message, check.request_id) == ("a\\x1b[2J", "b\\x00\\ud800", "r\\n1")
