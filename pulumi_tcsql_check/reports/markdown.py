"""A report as GitHub's Markdown, for a ticket or a job's summary."""

import re
from collections.abc import Iterator, Sequence

from pulumi_tcsql_check.reports.facts import CheckFacts, Report
from pulumi_tcsql_check.reports.wording import VERDICTS, facts, facts_of_check

_MARKUP = re.compile(r"[\\`*_\[\]<>&|~#!$@]|(?<=:)/|(?<=www)\.", re.IGNORECASE)
"""Characters that begin markup in a line of text, and those that would make a link of a URL."""


def markdown(report: Report) -> str:
    """Return a table of the common facts, then for each check its facts and steps."""
    return "\n".join([*_lines(report), ""])


def escape(text: str) -> str:
    """Return one line that shows the text as it is, also in a table."""
    return _MARKUP.sub(r"\\\g<0>", text)


def _lines(report: Report) -> Iterator[str]:
    is_open = report.gate is not None and not report.gate.enforce
    yield f"# Migration check: {VERDICTS[report.verdict]}{' (not enforced)' if is_open else ''}"
    yield ""
    yield from _table(("fact", "value"), facts(report))
    for check in report.checks:
        yield ""
        yield from _check(check)


def _check(check: CheckFacts) -> Iterator[str]:
    yield f"## Check {check.migrate_id}: {VERDICTS[check.verdict]}"
    yield ""
    yield from _table(("fact", "value"), facts_of_check(check))
    if check.steps:
        yield ""
        rows = [(str(step.number), step.name, step.state, str(step.status)) for step in check.steps]
        yield from _table(("step", "name", "state", "status"), rows)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    for cells in (head, ("---",) * len(head)):
        yield f"| {' | '.join(cells)} |"
    for row in rows:
        yield f"| {' | '.join(map(escape, row))} |"
