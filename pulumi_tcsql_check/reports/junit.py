"""A report as JUnit XML: a suite for each check, with a case for its verdict and one for each step."""

from xml.etree import ElementTree as ET

from pulumi_tcsql_check.reports.facts import CheckFacts, Report, ReportVerdict, StepFacts
from pulumi_tcsql_check.reports.wording import VERDICTS, facts, facts_of_check, subject


def junit(report: Report) -> str:
    """Return the document. Only a pass has neither a failure nor an error; a step that hasn't ended is skipped."""
    root = ET.Element("testsuites", name=subject(report))
    for check in report.checks:
        root.append(_suite(report, check))
    cases = list(root.iter("testcase"))
    root.attrib |= _counts(cases)
    ET.indent(root)
    text = ET.tostring(root, encoding="unicode")
    return f"<?xml version='1.0' encoding='utf-8'?>\n{text}\n"


def _suite(report: Report, check: CheckFacts) -> ET.Element:
    name = f"migration check {check.migrate_id} ({check.region})"
    suite = ET.Element("testsuite", name=name, timestamp=report.began_at)
    properties = ET.SubElement(suite, "properties")
    for label, value in (*facts(report), *((f"Check: {label}", value) for label, value in facts_of_check(check))):
        ET.SubElement(properties, "property", name=label, value=value)
    cases = [_verdict(report, check, name), *(_step(step, name) for step in check.steps)]
    suite.extend(cases)
    suite.attrib |= _counts(cases)
    return suite


def _verdict(report: Report, check: CheckFacts, suite: str) -> ET.Element:
    case = ET.Element("testcase", classname=suite, name="verdict")
    verdict = _verdict_of_case(report, check)
    if verdict != "passed":
        is_of_all = report.verdict in {"no-verdict", "cancelled"}
        error = check.error or (report.error if is_of_all else None)
        kind = "error" if "no-verdict" in {verdict, report.verdict} else "failure"
        message = f"{VERDICTS[verdict]}: {check.status}"
        outcome = ET.SubElement(case, kind, message=message, type=error.code if error else verdict)
        outcome.text = error.sentence if error else None
    return case


def _verdict_of_case(report: Report, check: CheckFacts) -> ReportVerdict:
    """Return the check's verdict, or the report's after a cancel and after an error that followed the last pass."""
    followed_the_last_pass = all(one.verdict == "passed" for one in report.checks)
    return report.verdict if report.verdict == "cancelled" or followed_the_last_pass else check.verdict


def _step(step: StepFacts, suite: str) -> ET.Element:
    case = ET.Element("testcase", classname=suite, name=f"{step.number} {step.name}")
    if step.state != "passed":
        kind = "failure" if step.state == "failed" else "skipped"
        outcome = ET.SubElement(case, kind, message=f"{step.state} (status {step.status})")
        outcome.text = step.message
    return case


def _counts(cases: list[ET.Element]) -> dict[str, str]:
    kinds = {"failures": "failure", "errors": "error", "skipped": "skipped"}
    counted = {name: sum(case.find(tag) is not None for case in cases) for name, tag in kinds.items()}
    return {"tests": str(len(cases))} | {name: str(count) for name, count in counted.items()}
