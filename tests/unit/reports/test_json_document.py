"""A report as JSON."""

import json

from harness.reports import GATE, answered
from harness.responses import make_progress

from pulumi_tcsql_check.reports.json_document import json_document


def test_the_names_of_the_facts_are_these() -> None:
    """Programs read them, so each is always there; the text is ASCII."""
    text = json_document(answered(make_progress(1, 0, message="检查")).report(gate=GATE))
    assert text.isascii()
    report = json.loads(text)
    assert list(report) == [
        *("verdict", "command", "gate", "error", "began_at", "ended_at", "region", "endpoint", "account_id"),
        *("secret_id", "credentials", "version", "checks"),
    ]
    assert list(report["gate"]) == ["name", "stack", "project", "urn", "enforce", "reason", "started_at"]
    (check,) = report["checks"]
    assert list(check) == [
        *("migrate_id", "region", "verdict", "status", "total", "current", "queried_at", "request_id", "steps"),
        *("flow", "error"),
    ]
    assert check["steps"] == [{"number": 1, "name": "Step 1", "state": "passed", "status": 0, "message": "检查"}]
