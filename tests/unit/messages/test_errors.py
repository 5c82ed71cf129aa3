"""The text of each error."""

import pytest
from harness.error_texts import detail_lines, full_text, headline, in_one_line
from harness.responses import MIGRATION, make_progress

from pulumi_tcsql_check.errors import (
    ApiError,
    CheckFailedError,
    CheckTimeoutError,
    CredentialsError,
    FlagFailedError,
    FlowFailedError,
    MigrationOverError,
    OutageError,
    PermanentError,
    StartUnknownError,
    TcsqlCheckError,
    ThrottledError,
    TransientError,
    WaitCancelledError,
)
from pulumi_tcsql_check.messages.audience import COMMAND, PROGRAM
from pulumi_tcsql_check.messages.errors import text_of
from pulumi_tcsql_check.messages.layout import WIDTH, columns
from pulumi_tcsql_check.model.check_flag import CheckFlag
from pulumi_tcsql_check.model.flow import Flow
from pulumi_tcsql_check.model.progress import Progress, StepDetail

AGAIN = "tcsql-check start 1066 --region ap-guangzhou"


def test_missing_credentials_list_the_sources() -> None:
    """The sources are in their order, if there were any, and the text ends with what to do."""
    error = CredentialsError("None were found.", ["the stack", "the environment"], reason="missing")
    assert error.tried == ("the stack", "the environment")
    assert full_text(error) == (
        "None were found. Tried: in this order: the stack; the environment Then: Set them with `pulumi config set "
        "--secret tencentcloud:secretId` and `pulumi config set --secret tencentcloud:secretKey`, or as "
        "TENCENTCLOUD_SECRET_ID and TENCENTCLOUD_SECRET_KEY. Code: credentials"
    )
    assert full_text(CredentialsError("Half a pair.")) == "Half a pair. Code: credentials"


def test_a_failed_check_says_what_failed_and_what_to_do() -> None:
    """The text has each step, the API's message for the failed one, each command on its own line, code and request."""
    progress = make_progress(3, 0, -1, 1)
    error = CheckFailedError(MIGRATION, progress, (2,))
    assert (error.migration, error.progress, error.steps) == (MIGRATION, progress, (2,))
    assert (
        str(text_of(error, PROGRAM))
        == f"""\
migration check 1066 (ap-guangzhou) failed at step 2 of 3
  ✓ 1 Step 1
  ✗ 2 Step 2: failed (status -1)
  ▸ 3 Step 3: running (status 1)
  API:     "Check ..."
  Then:    fix the cause, then run:
           {AGAIN}
           pulumi up
  Code:    check-failed
  Request: 4be5990d"""
    )


@pytest.mark.parametrize("name", ["Character set check", "字符集检查"])
def test_a_published_step_that_failed_has_its_remedy(name: str) -> None:
    """The remedy precedes the API's message, for the step's English and Chinese name."""
    step = StepDetail(name, -1, "Check whether the character sets are consistent.")
    error = CheckFailedError(MIGRATION, Progress(1, 1, (step,), "4be5990d"), [1])
    assert detail_lines(error)[:5] == [
        "  ✗ 1 Character set check: failed (status -1)",
        "  Check:   The source and the target database need the same character set",
        "           (collation): compare the two at the level of the database, and",
        "           make them the same.",
        '  API:     "Check whether the character sets are consistent."',
    ]


def test_the_remedy_is_that_of_the_named_step() -> None:
    """With several failed steps, it is the first one's; the other steps' messages have no effect."""
    names = ("Database version check", "Hard disk space check")
    steps = tuple(StepDetail(name, -1, "Character set check") for name in names)
    text = full_text(CheckFailedError(MIGRATION, Progress(2, 2, steps, "r"), (1, 2)))
    assert "The target instance's version must not be older than the source's" in text
    assert "look at the target instance's free space" not in text
    assert "collation" not in text


def test_every_failed_step_is_named_and_an_empty_message_is_left_out() -> None:
    """The headline has its number, and the list has its mark."""
    error = CheckFailedError(MIGRATION, make_progress(4, 0, -1, 3, 7, message=""), (2, 3, 4))
    assert headline(error) == "migration check 1066 (ap-guangzhou) failed at steps 2, 3 and 4 of 4"
    assert [line[2] for line in detail_lines(error)[:4]] == ["✓", "✗", "✗", "✗"]
    assert "API:" not in full_text(error)


def test_a_failed_check_with_a_flow_asks_for_the_next_flow() -> None:
    """A flow belongs to one start, so the text asks for the new id."""
    text = full_text(CheckFailedError(MIGRATION, make_progress(3, 0, -1, 1), [2], Flow(1001, 0)))
    assert (
        "Then: fix the cause; run these with the new FlowId as flow_id (`pulumi config set` if configured): "
        f"{AGAIN} pulumi up Code:" in text
    )


def test_a_failed_flow_says_what_failed_and_what_to_do() -> None:
    """It names the migration, the flow and the known steps, and ends with the request."""
    flow, progress = Flow(1001, 1, "4be5990d"), make_progress(3, 0, -1, 1)
    error = FlowFailedError(MIGRATION, flow, progress)
    assert (error.migration, error.flow, error.progress) == (MIGRATION, flow, progress)
    assert (
        str(text_of(error, PROGRAM))
        == f"""\
migration check 1066 (ap-guangzhou) failed: flow 1001 has failed
  ✓ 1 Step 1
  ✗ 2 Step 2: failed (status -1)
  ▸ 3 Step 3: running (status 1)
  API:     "Check ..."
  Then:    fix the cause; run these with the new FlowId as flow_id (`pulumi
           config set` if configured):
           {AGAIN}
           pulumi up
  Code:    flow-failed
  Request: 4be5990d"""
    )
    assert detail_lines(FlowFailedError(MIGRATION, flow))[0].startswith("  Check:   the API reports no cause")
    unclear = FlowFailedError(MIGRATION, flow, make_progress(1, 7))
    assert detail_lines(unclear)[1].startswith("  Check:   the API reports no cause")
    taught = FlowFailedError(MIGRATION, flow, make_progress(1, 7), [7])
    assert detail_lines(taught)[0] == "  ✗ 1 Step 1: failed (status 7)"


def test_a_failed_flag_names_its_source_and_the_current_step() -> None:
    """The text doesn't call the step failed; it has its code, message and remedy, and the flag's own request."""
    step = StepDetail("Character set check", 7, "Check whether the character sets are consistent.")
    progress = Progress(2, 2, (StepDetail("one", 0, ""), step), "r-1")
    error = FlagFailedError(MIGRATION, progress, CheckFlag(2, "4be5990d"))
    assert (error.migration, error.progress, error.flag) == (MIGRATION, progress, CheckFlag(2, "4be5990d"))
    assert headline(error) == "migration check 1066 (ap-guangzhou) failed as a whole (CheckFlag 2)"
    assert detail_lines(error)[:4] == [
        "  ✓ 1 one",
        "  ▸ 2 Character set check: running (status 7)",
        "  Step:    it stands at step 2 of 2, Character set check",
        "  Check:   The source and the target database need the same character set",
    ]
    assert detail_lines(error)[-2:] == ["  Code:    check-failed", "  Request: 4be5990d"]
    text = full_text(FlagFailedError(MIGRATION, make_progress(2, 0, 7, message=""), CheckFlag(2), Flow(1001, 0)))
    assert (
        "step 2 of 2, Step 2 Then: fix the cause; run these with the new FlowId as flow_id (`pulumi config set` "
        "if configured):" in text
    )


@pytest.mark.parametrize(
    ("flag", "words"),
    [
        (None, ""),
        (CheckFlag(), ""),
        (CheckFlag(0), '; for the check as a whole the API last reported "not checked" (CheckFlag 0)'),
        (
            CheckFlag(1),
            '; for the check as a whole the API last reported "passed" (CheckFlag 1), which alone passes no gate',
        ),
        (CheckFlag(2), '; for the check as a whole the API last reported "failed" (CheckFlag 2)'),
        (CheckFlag(3), '; for the check as a whole the API last reported "checking" (CheckFlag 3)'),
        (CheckFlag(9), "; for the check as a whole the API last reported CheckFlag 9"),
    ],
)
def test_a_timeout_quotes_the_last_flag(flag: CheckFlag | None, words: str) -> None:
    """A pass is quoted with the note that it opens nothing; without a flag there is no quote."""
    error = CheckTimeoutError(MIGRATION, 5, make_progress(2, 0, -2), flag=flag)
    assert error.flag == flag
    assert f"Seen: 2/2 Step 2: not started{words} Then: raise timeout_seconds, or run again to continue" in full_text(
        error
    )


def test_text_from_the_api_is_escaped() -> None:
    """Names, messages and request ids can't move the cursor."""
    progress = Progress(1, 1, (StepDetail("a\x1b", 3, "b\n\u202e"),), "c\r" * 99)
    for error in (
        CheckFailedError(MIGRATION, progress, [1]),
        CheckTimeoutError(MIGRATION, 1, progress),
        PermanentError("No.", request_id="\x07"),
        FlowFailedError(MIGRATION, Flow(1, 1, "c\r" * 99)),
        FlagFailedError(MIGRATION, progress, CheckFlag(2, "c\r" * 99)),
    ):
        assert full_text(error).isprintable()
        assert len(full_text(error)) < 450


def test_a_timeout_reports_what_was_last_seen() -> None:
    """The text has the duration and the step, and advises another up if the step seems to run."""
    progress = make_progress(2, 0, 1)
    error = CheckTimeoutError(MIGRATION, 1800.0, progress, unchanged_seconds=900)
    assert (error.migration, error.timeout_seconds, error.progress) == (MIGRATION, 1800.0, progress)
    assert error.unchanged_seconds == 900
    assert (
        str(text_of(error, PROGRAM))
        == """\
migration check 1066 (ap-guangzhou) had not passed after 1800 s
  ✓ 1 Step 1
  ▸ 2 Step 2: running (status 1)
  Seen:    2/2 Step 2: running, with status 1, for 900 s
  Looks:   as if the step still runs
  Then:    raise timeout_seconds, or run again to continue waiting:
           pulumi up
  Code:    timed-out
  Request: 4be5990d"""
    )


def test_a_timeout_at_an_unchanged_code_names_failed_statuses() -> None:
    """A step that didn't change for most of the wait may have failed with an undocumented status code."""
    text = full_text(CheckTimeoutError(MIGRATION, 1800, make_progress(2, 0, 7), unchanged_seconds=901))
    assert text.endswith(
        "Seen: 2/2 Step 2: running, with status 7, for 901 s Then: look at the step in the console: status 7 is not "
        "documented. If it has failed, set failed_statuses=[7], so that the wait ends at once; if it runs, "
        "raise timeout_seconds Code: timed-out Request: 4be5990d"
    )


def test_a_check_with_a_running_flag_is_not_called_stuck() -> None:
    """The API's flag is more reliable than a guess from the elapsed time."""
    error = CheckTimeoutError(MIGRATION, 9, make_progress(2, 0, 7), flag=CheckFlag(3), unchanged_seconds=9)
    assert "Looks: as if the step still runs Then: raise timeout_seconds, or run again to continue" in full_text(error)


def test_the_steps_are_listed_where_they_help() -> None:
    """A failure and a timeout show the state of each step; a check that never started has none."""
    progress = make_progress(3, 0, -1, 1)
    listed = ["  ✓ 1 Step 1", "  ✗ 2 Step 2: failed (status -1)", "  ▸ 3 Step 3: running (status 1)"]
    for error in (
        CheckFailedError(MIGRATION, progress, [2]),
        FlagFailedError(MIGRATION, progress, CheckFlag(2, "r")),
        FlowFailedError(MIGRATION, Flow(1001, 1), progress),
        CheckTimeoutError(MIGRATION, 1, progress),
    ):
        assert detail_lines(error)[:3] == listed
    for error in (CheckTimeoutError(MIGRATION, 1, make_progress(1, -2, -2)), CheckTimeoutError(MIGRATION, 1)):
        assert detail_lines(error)[0].startswith("  Seen: ")


def test_a_timeout_before_the_start_says_how_to_start_the_check() -> None:
    """The text doesn't advise a longer wait."""
    error = CheckTimeoutError(MIGRATION, 0.5, make_progress(1, -2, -2))
    text = full_text(error)
    assert "after 0.5 s " in text
    assert f"Then: start the check, then run again: {AGAIN} pulumi up Code: not-started Request:" in text
    command = f"Then: start the check and wait for it: {AGAIN} --wait Code: not-started Request:"
    assert command in full_text(error, COMMAND)


def test_a_timeout_of_a_flow_says_that_it_had_not_succeeded() -> None:
    """A running flow needs no start command; after its success the text is the usual one."""
    error = CheckTimeoutError(MIGRATION, 5, make_progress(1, -2, -2), flow=Flow(1001, 2))
    assert error.flow == Flow(1001, 2)
    assert "flow 1001 had not succeeded; 1/2 Step 1: not started Then: raise timeout_seconds, or" in full_text(error)
    text = full_text(CheckTimeoutError(MIGRATION, 5, make_progress(1, -2, -2), flow=Flow(1001, 0)))
    assert "flow 1001" not in text
    assert (
        "start the check, then run again with the new FlowId as flow_id (`pulumi config set` if configured): "
        f"{AGAIN} pulumi up" in text
    )


def test_a_timeout_after_a_failed_query_does_not_advise_a_longer_wait() -> None:
    """If the last query got no response, a longer wait may not help."""
    trouble = TransientError("No answer.")
    error = CheckTimeoutError(MIGRATION, 2e6, trouble=trouble)
    assert error.trouble is trouble
    assert "after 2000000 s Seen: No answer. Then: once the API works again, run again: pulumi up" in full_text(error)


def test_a_timeout_without_any_response_names_no_request() -> None:
    """The text has no request id."""
    error = CheckTimeoutError(MIGRATION, 5)
    assert error.progress is None
    assert "Request" not in full_text(error)


def test_a_cancelled_wait_says_that_nothing_changed() -> None:
    """The text also says how to wait again."""
    assert "nothing behind the gate was changed" in full_text(WaitCancelledError())


@pytest.mark.parametrize("kind", [ThrottledError, TransientError, PermanentError])
def test_an_api_error_has_its_code_and_its_request(kind: type[ApiError]) -> None:
    """Tencent's support finds the call by its request id; the text omits a missing one."""
    error = kind("It refused.", code="AuthFailure", request_id="4be5990d")
    assert (error.code, error.request_id) == ("AuthFailure", "4be5990d")
    assert headline(error) == "It refused. Request 4be5990d."
    assert (kind("It refused.").code, kind("It refused.").request_id, headline(kind("x."))) == ("", "", "x.")


def test_an_outage_quotes_the_last_error() -> None:
    """The text says how long the outage lasted, why, and what to do."""
    last = TransientError("No connection.", code="InternalError", request_id="4be5990d")
    error = OutageError(MIGRATION, 120.0, last)
    assert (error.migration, error.last, error.code) == (MIGRATION, last, "InternalError")
    assert full_text(error) == (
        "migration check 1066 (ap-guangzhou) could not be queried for 120 s: No connection. Request 4be5990d. "
        "Then: once the API can be reached, run again: pulumi up Code: outage"
    )


WIDE = Progress(
    2, 2, (StepDetail("Database version check", 0, "x"), StepDetail("Character set check", -1, "word " * 50)), "r" * 64
)
TEXTS = (
    CheckFailedError(MIGRATION, WIDE, [2], Flow(1001, 0)),
    FlagFailedError(MIGRATION, WIDE, CheckFlag(2, "r" * 64)),
    FlowFailedError(MIGRATION, Flow(1001, 1), WIDE),
    CheckTimeoutError(MIGRATION, 1800, WIDE, flag=CheckFlag(1), unchanged_seconds=1000),
    CheckTimeoutError(MIGRATION, 1800, make_progress(1, -2, -2)),
    CredentialsError("None.", ["a source of some length"] * 9, reason="missing"),
    MigrationOverError(MIGRATION, 12),
)


@pytest.mark.parametrize("error", TEXTS, ids=lambda error: type(error).__name__)
def test_no_line_except_a_command_is_wider_than_76_columns(error: TcsqlCheckError) -> None:
    """Pulumi indents by four, so that no word breaks on a terminal of 80 columns."""
    lines = str(text_of(error, PROGRAM)).splitlines()
    wide = [line for line in lines if columns(line) > WIDTH and AGAIN not in line]
    assert wide == []
    assert len(lines) > 2


def test_a_start_of_unknown_outcome_says_how_to_look_and_what_is_next() -> None:
    """The cause is quoted."""
    cause = TransientError("no response from http://x: connection reset by peer.")
    assert in_one_line(text_of(StartUnknownError(MIGRATION, cause), PROGRAM)) == (
        "the request to start migration check 1066 (ap-guangzhou) may have started it: no response from http://x: "
        "connection reset by peer. Then: the first command shows whether the check runs; the second one starts it "
        "again: tcsql-check status 1066 --region ap-guangzhou pulumi up "
        "Code: start-unknown"
    )


def test_a_migration_that_is_past_its_check_says_that_the_gate_has_done_its_work() -> None:
    """The command has neither a gate nor a start."""
    error = MigrationOverError(MIGRATION, 6)
    said = (
        "migration check 1066 (ap-guangzhou) is not started: its migration is already past the check, with status 6 "
        "(migrated)"
    )
    out = "The gate and the start are no longer needed: take both out of the program."
    assert in_one_line(text_of(error, PROGRAM)) == f"{said} Then: {out} Code: migration-over"
    assert in_one_line(text_of(error, COMMAND)) == f"{said} Then: There is nothing left to check. Code: migration-over"
