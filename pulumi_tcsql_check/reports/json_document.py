"""A report as JSON, for programs."""

import json

import msgspec

from pulumi_tcsql_check.reports.facts import Report


def json_document(report: Report) -> str:
    """Return the report's facts by name, in ASCII."""
    return f"{json.dumps(msgspec.to_builtins(report), indent=2)}\n"
