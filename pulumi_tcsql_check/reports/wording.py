"""The English words that the formats of a report share."""

from pulumi_tcsql_check.reports.facts import CheckFacts, FlowFacts, Report, ReportVerdict

VERDICTS: dict[ReportVerdict, str] = {
    "passed": "passed",
    "failed": "failed",
    "not-passed": "not passed",
    "no-verdict": "no verdict",
    "cancelled": "cancelled",
}


def subject(report: Report) -> str:
    """Return what the report is about: a gate with its stack, or a command."""
    if report.gate is None:
        return report.command or ""
    return f"{report.gate.name}, stack {report.gate.stack}, project {report.gate.project}"


def facts(report: Report) -> list[tuple[str, str]]:
    """Return the facts that concern all checks, as pairs of a label and a text."""
    kind = "Command" if report.gate is None else "Gate"
    found = [(kind, subject(report)), ("Verdict", VERDICTS[report.verdict])]
    if report.gate is not None and not report.gate.enforce:
        found.append(("Enforced", f"no: {report.gate.reason or 'no reason given'}"))
    if report.gate is not None and report.gate.started_at is not None:
        found.append(("Check started", report.gate.started_at))
    if report.error is not None:
        found.append(("Error", f"{report.error.sentence} ({report.error.code})"))
    secret_id = f"{report.secret_id} from {report.credentials}" if report.secret_id else "not used"
    return [
        *found,
        ("Time", f"{report.began_at} to {report.ended_at}"),
        ("Endpoint", report.endpoint or "not chosen"),
        ("Region", report.region),
        ("Account", report.account_id or "not known without another request"),
        ("Secret id", secret_id),
        ("Version", f"pulumi-tcsql-check {report.version}"),
    ]


def facts_of_check(check: CheckFacts) -> list[tuple[str, str]]:
    """Return the facts of one check but its steps, as pairs of a label and a text."""
    place = f", step {check.current} of {check.total}" if check.total else ""
    found = [("Status", check.status + place)]
    if check.error is not None:
        found.append(("Error", f"{check.error.sentence} ({check.error.code})"))
    found += [("Last query", check.queried_at or "none"), ("Request", check.request_id or "none")]
    return [*found, ("Flow", _flow(check.flow))] if check.flow is not None else found


def _flow(flow: FlowFacts) -> str:
    code = f" (status {flow.status})" if flow.status is not None else ""
    return f"{flow.flow_id}: {flow.state}{code}, request {flow.request_id or 'none'}"
