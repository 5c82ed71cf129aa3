"""A report as JUnit XML."""

from xml.etree import ElementTree as ET

import pytest
from harness.reports import GATE, answered, collector
from harness.responses import MIGRATION, make_progress

from pulumi_tcsql_check.errors import CheckFailedError, CheckTimeoutError, CredentialsError, WaitCancelledError
from pulumi_tcsql_check.model.progress import Progress, StepDetail
from pulumi_tcsql_check.reports.facts import Report
from pulumi_tcsql_check.reports.junit import junit

PASSED, RUNNING, FAILED = make_progress(2, 0, 0), make_progress(2, 0, 1, -2), make_progress(3, 0, -1, 0)


def parsed(report: Report) -> ET.Element:
    """Parse a report's document."""
    text = junit(report)
    assert text.startswith("<?xml version='1.0' encoding='utf-8'?>\n<testsuites ")
    return ET.fromstring(text.encode())


def counts(element: ET.Element) -> tuple[str, ...]:
    """Return the numbers of cases, failures, errors and skipped cases."""
    return tuple(element.attrib[name] for name in ("tests", "failures", "errors", "skipped"))


def test_a_pass_has_a_case_for_the_verdict_and_each_step() -> None:
    """None of them is a failure, and the properties have the facts."""
    root = parsed(answered(PASSED).report(gate=GATE))
    (suite,) = root
    assert (counts(root), counts(suite)) == (("3", "0", "0", "0"),) * 2
    assert suite.attrib["name"] == "migration check 1066 (ap-guangzhou)"
    assert [case.attrib["name"] for case in suite.iter("testcase")] == ["verdict", "1 Step 1", "2 Step 2"]
    properties = {one.attrib["name"]: one.attrib["value"] for one in suite.iter("property")}
    assert (properties["Gate"], properties["Check: Request"]) == ("orders, stack dev, project shop", "4be5990d")


def test_a_failed_check_fails_with_its_step() -> None:
    """The verdict has the error's sentence and code, and the step has what it checks."""
    error = CheckFailedError(MIGRATION, FAILED, [2])
    root = parsed(answered(FAILED, error=error).report(error, command="tcsql-check wait"))
    assert counts(root) == ("4", "2", "0", "0")
    verdict, step = root.iter("failure")
    assert verdict.attrib == {"message": "failed: failed", "type": "check-failed"}
    assert verdict.text == "migration check 1066 (ap-guangzhou) failed at step 2 of 3"
    assert (step.attrib["message"], step.text) == ("failed (status -1)", "Check ...")


def test_a_check_that_still_runs_fails_and_its_steps_are_skipped() -> None:
    """A reader that counts failures alone must not take it for a pass."""
    error = CheckTimeoutError(MIGRATION, 1.0, RUNNING)
    assert counts(parsed(answered(RUNNING, error=error).report(error))) == ("4", "1", "0", "2")
    root = parsed(answered(RUNNING).report())
    (verdict,) = root.iter("failure")
    assert (verdict.attrib, verdict.text) == ({"message": "not passed: running", "type": "not-passed"}, None)


def test_without_a_verdict_each_check_is_an_error() -> None:
    """It has the sentence that concerns all of them."""
    root = parsed(collector(2).report(CredentialsError("No keys."), command="tcsql-check wait"))
    assert counts(root) == ("2", "0", "2", "0")
    assert [(one.attrib["type"], one.text) for one in root.iter("error")] == [("credentials", "No keys.")] * 2


def test_an_error_after_the_last_pass_is_no_pass() -> None:
    """The checks have passed, and the command has no verdict."""
    root = parsed(answered(PASSED).report(OSError("broken"), command="tcsql-check wait"))
    assert counts(root) == ("3", "0", "1", "0")
    (verdict,) = root.iter("error")
    assert verdict.attrib == {"message": "no verdict: passed", "type": "unexpected"}


@pytest.mark.parametrize("progress", [PASSED, RUNNING])
def test_a_cancelled_wait_is_never_a_pass(progress: Progress) -> None:
    """This holds even if all checks had passed by then."""
    verdict, *_ = parsed(answered(progress).report(WaitCancelledError())).iter("failure")
    assert verdict.attrib["message"].startswith("cancelled: ")
    assert verdict.attrib["type"] == "cancelled"


def test_a_text_cannot_break_the_document() -> None:
    """Markup and characters that XML forbids are shown as text."""
    progress = Progress(1, 1, (StepDetail("</testcase>\x00\ufffe&", 0, "]]>"),), "r")
    (_, step) = parsed(answered(progress).report()).iter("testcase")
    assert step.attrib["name"] == "1 </testcase>\\x00\\ufffe&"
