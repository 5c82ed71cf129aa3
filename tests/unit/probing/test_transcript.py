"""The text of a probe's notes."""

from pulumi_tcsql_check.errors import ApiError, CredentialsError, PermanentError
from pulumi_tcsql_check.model.check_flag import CheckFlag
from pulumi_tcsql_check.model.flow import Flow
from pulumi_tcsql_check.model.progress import Progress, StepDetail
from pulumi_tcsql_check.probing import transcript
from pulumi_tcsql_check.probing.transcript import Note


def test_only_published_names_are_counted() -> None:
    """A name that isn't published may be of the account."""
    seen = Progress(2, 1, (StepDetail("Character set check", 7, "x"), StepDetail("mine", -2, "y")), "r")
    assert transcript.steps(seen) == "TotalStep 2, CurrentStep 1, Status 7 -2; 1 of 2 names are published"
    empty = Progress(0, 0, (), "r")
    assert transcript.steps(empty) == "TotalStep 0, CurrentStep 0, Status -; 0 of 0 names are published"


def test_a_missing_code_is_a_dash() -> None:
    """The list may not have the migration."""
    assert transcript.flag(CheckFlag(None), None) == "CheckFlag -, Status -"
    assert transcript.flag(CheckFlag(3), 4) == "CheckFlag 3, Status 4"
    assert transcript.flow(Flow(1001)) == "Status -"


def test_an_error_is_its_code_alone() -> None:
    """The text of the API may name a resource."""
    assert transcript.error(PermanentError("uin 100000000001", code="AuthFailure")) == "error AuthFailure"
    assert transcript.error(PermanentError("x", code="a|b\n")) == "error a|b\\n"
    assert transcript.error(ApiError("x")) == "error: unexpected"
    assert transcript.error(CredentialsError("None.")) == "error: credentials"


def test_a_servers_text_is_no_markup() -> None:
    """The transcript can be published as it is."""
    note = Note(0.0, "DescribeMigrations", "error <img src=x>@org [a](http://e)")
    assert r"| error \<img src=x\>\@org \[a\](http:\//e) |" in transcript.markdown([note], [])


def test_the_transcript_is_a_table() -> None:
    """It begins with what was probed."""
    notes = [Note(0.0, "DescribeMigrations", "CheckFlag 1, Status 1"), Note(2.04, "DescribeFlowStatus", "error a|b")]
    assert (
        transcript.markdown(notes, [("package", "0.1.0")])
        == """\
# Responses of the API

- package: 0.1.0

| after | request | response |
| --- | --- | --- |
| 0.0 s | DescribeMigrations | CheckFlag 1, Status 1 |
| 2.0 s | DescribeFlowStatus | error a\\|b |
"""
    )
