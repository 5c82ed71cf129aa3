"""A report as Markdown."""

import msgspec
import pytest
from harness.reports import GATE, answered, collector
from harness.responses import MIGRATION, make_progress

from pulumi_tcsql_check.errors import CheckFailedError, CredentialsError
from pulumi_tcsql_check.model.flow import Flow
from pulumi_tcsql_check.reports.markdown import escape, markdown

PASSED, FAILED = make_progress(2, 0, 0), make_progress(2, 0, -1)


def test_a_report_of_a_gate_has_all_facts_and_steps() -> None:
    """The common facts come first, then those of the check with its flow, then its steps."""
    text = markdown(answered(PASSED, flow=Flow(1001, 0, "f-1")).report(gate=GATE))
    version = text.partition("| Version | pulumi-tcsql-check ")[2].partition(" |")[0]
    assert (
        text
        == f"""\
# Migration check: passed

| fact | value |
| --- | --- |
| Gate | orders, stack dev, project shop |
| Verdict | passed |
| Time | 2026-01-01T00:00:00Z to 2026-01-01T00:00:05Z |
| Endpoint | https:\\//sqlserver.tencentcloudapi.com |
| Region | ap-guangzhou |
| Account | 100000000001 |
| Secret id | ...Q7Z9 from the environment |
| Version | pulumi-tcsql-check {version} |

## Check 1066: passed

| fact | value |
| --- | --- |
| Status | passed, step 2 of 2 |
| Last query | 2026-01-01T00:00:02Z |
| Request | 4be5990d |
| Flow | 1001: succeeded (status 0), request f-1 |

| step | name | state | status |
| --- | --- | --- | --- |
| 1 | Step 1 | passed | 0 |
| 2 | Step 2 | passed | 0 |
"""
    )


def test_a_text_notifies_nobody() -> None:
    """GitHub would notify a name after an at sign."""
    assert escape("@org/team, mailto:a@b") == r"\@org/team, mailto:a\@b"


def test_a_gate_that_is_not_enforced_says_so_and_why() -> None:
    """The headline has it, too, and a missing reason is named."""
    gate = msgspec.structs.replace(GATE, enforce=False, reason="an emergency", started_at="2026-01-01T00:00:00Z")
    text = markdown(answered(make_progress(3, 0, -1, 1)).report(gate=gate))
    assert text.startswith("# Migration check: failed (not enforced)\n")
    assert "\n| Enforced | no: an emergency |\n| Check started | 2026-01-01T00:00:00Z |\n" in text
    gate = msgspec.structs.replace(GATE, enforce=False)
    assert "\n| Enforced | no: no reason given |\n" in markdown(answered(make_progress(3, 0, -1, 1)).report(gate=gate))


def test_an_error_is_shown_with_its_code() -> None:
    """It is among the common facts, and among those of its check."""
    error = CheckFailedError(MIGRATION, FAILED, [2])
    text = markdown(answered(FAILED, error=error).report(error, command="tcsql-check wait"))
    assert "\n| Command | tcsql-check wait |\n| Verdict | failed |\n" in text
    assert text.count("| Error | migration check 1066 (ap-guangzhou) failed at step 2 of 2 (check-failed) |") == 2


def test_a_report_without_a_response_names_what_is_missing() -> None:
    """There is no table of steps."""
    record = collector()
    record.connection = None
    record.watches[0].flow = Flow(1001)
    text = markdown(record.report(CredentialsError("None."), command="tcsql-check status"))
    for line in ("| Endpoint | not chosen |", "| Account | not known without another request |"):
        assert f"\n{line}\n" in text
    assert "\n| Secret id | not used |\n" in text
    assert text.endswith(
        "| Status | unknown |\n| Last query | none |\n| Request | none |\n| Flow | 1001: unknown, request none |\n"
    )


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("Hard disk space check", "Hard disk space check"),
        ("a | b", "a \\| b"),
        ("![x](http://h/) <b>&amp;", "\\!\\[x\\](http:\\//h/) \\<b\\>\\&amp;"),
        ("`*_~#$\\", "\\`\\*\\_\\~\\#\\$\\\\"),
        ("WWW.a.example www", "WWW\\.a.example www"),
    ],
)
def test_a_text_is_shown_as_it_is(text: str, escaped: str) -> None:
    """A name from the API makes no markup, no link, and no further cell."""
    assert escape(text) == escaped
