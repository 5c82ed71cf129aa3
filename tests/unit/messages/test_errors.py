"""What a user reads of an error."""

import pytest
from harness.answers import MIGRATION, seen
from harness.texts import below, sentence

from pulumi_tcsql_check.errors import (
    ApiError,
    CheckFailedError,
    CheckTimeoutError,
    CredentialsError,
    FlagFailedError,
    FlowFailedError,
    OutageError,
    PermanentError,
    ThrottledError,
    TransientError,
    WaitCancelledError,
)
from pulumi_tcsql_check.model.check_flag import CheckFlag
from pulumi_tcsql_check.model.flow import Flow
from pulumi_tcsql_check.model.progress import Progress, StepDetail

AGAIN = "tccli sqlserver StartMigrationCheck --MigrateId 1066 --region ap-guangzhou"


def test_missing_credentials_say_where_they_were_looked_for() -> None:
    """The sources are listed in their order, if there were any."""
    error = CredentialsError("None were found.", ["the stack", "the environment"])
    assert error.tried == ("the stack", "the environment")
    assert sentence(error) == "None were found. Tried, in this order: the stack; the environment."
    assert sentence(CredentialsError("Half a pair.")) == "Half a pair."


def test_a_failed_check_says_what_where_and_what_next() -> None:
    """The sentence names migration, step, code, message, the command and the request."""
    progress = seen(3, 0, -1, 1)
    error = CheckFailedError(MIGRATION, progress, [2])
    assert (error.migration, error.progress, error.steps) == (MIGRATION, progress, (2,))
    assert sentence(error) == (
        'migration check 1066 (ap-guangzhou) failed at step 2 of 3, "Step 2" (status -1; the API says "Check ..."). '
        f"Fix the cause, start the check again (`{AGAIN}`), then run `pulumi up` again. Request 4be5990d."
    )


@pytest.mark.parametrize("name", ["Character set check", "字符集检查"])
def test_a_failed_step_that_is_published_comes_with_its_remedy(name: str) -> None:
    """After what the API says, and before what to do; in whichever language the step has its name."""
    step = StepDetail(name, -1, "Check whether the character sets are consistent.")
    error = CheckFailedError(MIGRATION, Progress(1, 1, (step,), "4be5990d"), [1])
    shown = name if name.isascii() else f"{name} (Character set check)"
    assert sentence(error) == (
        f'migration check 1066 (ap-guangzhou) failed at step 1 of 1, "{shown}" (status -1; the API says "Check whether '
        'the character sets are consistent."). The source and the target database need the same character set '
        "(collation): compare the two at the level of the database, and make them the same. Fix the cause, start the "
        f"check again (`{AGAIN}`), then run `pulumi up` again. Request 4be5990d."
    )


def test_the_remedy_belongs_to_the_step_that_is_named() -> None:
    """With several failed steps, it is the first one's; what the others' messages say changes nothing."""
    names = ("Database version check", "Hard disk space check")
    steps = tuple(StepDetail(name, -1, "Character set check") for name in names)
    said = sentence(CheckFailedError(MIGRATION, Progress(2, 2, steps, "r"), (1, 2)))
    assert "The target instance's version must not be older than the source's" in said
    assert "disk" not in said
    assert "collation" not in said


def test_more_failed_steps_are_counted_and_an_empty_message_is_left_out() -> None:
    """The first step is named, the others are a number."""
    said = sentence(CheckFailedError(MIGRATION, seen(4, 0, -1, 3, 7, message=""), (2, 3, 4)))
    assert '"Step 2" and 2 more (status -1). Fix' in said
    said = sentence(CheckFailedError(MIGRATION, seen(4, 0, -1, 3, 7, message=""), (2, 3)))
    assert '"Step 2" and 1 more (status -1). Fix' in said


def test_a_failed_check_with_a_flow_needs_the_next_one() -> None:
    """A flow is of one start alone, so the sentence asks for the new number."""
    said = sentence(CheckFailedError(MIGRATION, seen(3, 0, -1, 1), [2], Flow(1001, 0)))
    assert f"start the check again (`{AGAIN}`), then run `pulumi up` again with the new FlowId as flow_id." in said


def test_a_failed_flow_says_what_where_and_what_next() -> None:
    """The sentence names migration, flow and the steps as far as known, gives no reason, and ends with the request."""
    flow, progress = Flow(1001, 1, "4be5990d"), seen(3, 0, -1, 1)
    error = FlowFailedError(MIGRATION, flow, progress, [-1])
    assert (error.migration, error.flow, error.progress) == (MIGRATION, flow, progress)
    assert sentence(error) == (
        "migration check 1066 (ap-guangzhou) failed: the API says that flow 1001 has failed, and not why (its steps "
        "were last seen at 2/3 Step 2: failed (status -1)). Look at its steps in the console, fix the cause, start the "
        f"check again (`{AGAIN}`), then run `pulumi up` again with the new FlowId as flow_id. Request 4be5990d."
    )
    assert "has failed, and not why. Look" in sentence(FlowFailedError(MIGRATION, flow))


def test_a_check_that_the_api_calls_failed_says_who_says_so_and_where_it_stands() -> None:
    """The step is not said to be what failed; its code, words and remedy are there, and the flag's own request."""
    step = StepDetail("Character set check", 7, "Check whether the character sets are consistent.")
    progress = Progress(2, 2, (StepDetail("one", 0, ""), step), "r-1")
    error = FlagFailedError(MIGRATION, progress, CheckFlag(2, "4be5990d"))
    assert (error.migration, error.progress, error.flag) == (MIGRATION, progress, CheckFlag(2, "4be5990d"))
    assert sentence(error) == (
        "migration check 1066 (ap-guangzhou) failed: the API says so of the check as a whole (CheckFlag 2), which "
        'stands at step 2 of 2, "Character set check" (status 7; the API says "Check whether the character sets are '
        'consistent."). The source and the target database need the same character set (collation): compare the two '
        "at the level of the database, and make them the same. Fix the cause, start the check again "
        f"(`{AGAIN}`), then run `pulumi up` again. Request 4be5990d."
    )
    said = sentence(FlagFailedError(MIGRATION, seen(2, 0, 7, message=""), CheckFlag(2), Flow(1001, 0)))
    assert '"Step 2" (status 7). Fix the cause' in said
    assert "then run `pulumi up` again with the new FlowId as flow_id." in said


@pytest.mark.parametrize(
    ("flag", "words"),
    [
        (None, ""),
        (CheckFlag(), ""),
        (CheckFlag(0), '; the API\'s last word on the check as a whole was "not checked" (CheckFlag 0)'),
        (
            CheckFlag(1),
            '; the API\'s last word on the check as a whole was "passed" (CheckFlag 1), which alone opens nothing',
        ),
        (CheckFlag(2), '; the API\'s last word on the check as a whole was "failed" (CheckFlag 2)'),
        (CheckFlag(3), '; the API\'s last word on the check as a whole was "checking" (CheckFlag 3)'),
        (CheckFlag(9), "; the API's last word on the check as a whole was CheckFlag 9"),
    ],
)
def test_a_timeout_quotes_the_last_word_on_the_check_as_a_whole(flag: CheckFlag | None, words: str) -> None:
    """If there was one; a pass is not left to be wondered at."""
    error = CheckTimeoutError(MIGRATION, 5, seen(2, 0, -2), flag=flag)
    assert error.flag == flag
    assert f"last seen: 2/2 Step 2: not started{words}. Run `pulumi up` again to go on waiting" in sentence(error)


def test_text_from_the_api_is_made_printable() -> None:
    """Names, messages and request ids can't move the cursor."""
    progress = Progress(1, 1, (StepDetail("a\x1b", 3, "b\n\u202e"),), "c\r" * 99)
    for error in (
        CheckFailedError(MIGRATION, progress, [1]),
        CheckTimeoutError(MIGRATION, 1, progress),
        PermanentError("No.", request_id="\x07"),
        FlowFailedError(MIGRATION, Flow(1, 1, "c\r" * 99)),
        FlagFailedError(MIGRATION, progress, CheckFlag(2, "c\r" * 99)),
    ):
        assert sentence(error).isprintable()
        assert len(sentence(error)) < 450


def test_a_timeout_says_what_was_seen_last() -> None:
    """How long, what and since when, and that another up goes on waiting where the step seems to run."""
    progress = seen(2, 0, 1)
    error = CheckTimeoutError(MIGRATION, 1800.0, progress, unchanged_seconds=900)
    assert (error.migration, error.timeout_seconds, error.progress) == (MIGRATION, 1800.0, progress)
    assert error.unchanged_seconds == 900
    assert sentence(error) == (
        "migration check 1066 (ap-guangzhou) had not passed after 1800 s (timeout_seconds); last seen: "
        "2/2 Step 2: running, with status 1, for 900 s. It looks as if the step still runs. "
        "Run `pulumi up` again to go on waiting, or raise timeout_seconds. Request 4be5990d."
    )


def test_a_timeout_at_a_code_that_never_changed_says_how_to_teach_it() -> None:
    """Who has stood at a step for most of the wait may have failed there, and nobody has published how that looks."""
    said = sentence(CheckTimeoutError(MIGRATION, 1800, seen(2, 0, 7), unchanged_seconds=901))
    assert said.endswith(
        "last seen: 2/2 Step 2: running, with status 7, for 901 s. It looks like a code that nobody has explained: "
        "look at the step in the console. If it has failed, teach the gate that with failed_statuses=[7]; "
        "if it runs, raise timeout_seconds. Request 4be5990d."
    )


def test_a_check_that_the_api_calls_running_is_not_taken_for_stuck() -> None:
    """Its word is more than a guess by the time that has passed."""
    error = CheckTimeoutError(MIGRATION, 9, seen(2, 0, 7), flag=CheckFlag(3), unchanged_seconds=9)
    assert "It looks as if the step still runs. Run `pulumi up` again to go on waiting" in sentence(error)


def test_the_steps_are_listed_below_the_sentence_where_they_say_something() -> None:
    """A failure and a timeout show where each step stands; one that never started has nothing to show."""
    progress = seen(3, 0, -1, 1)
    listed = "\n  ✓ 1 Step 1\n  ✗ 2 Step 2: failed (status -1)\n  ▸ 3 Step 3: running (status 1)"
    for error in (
        CheckFailedError(MIGRATION, progress, [2]),
        FlagFailedError(MIGRATION, progress, CheckFlag(2, "r")),
        CheckTimeoutError(MIGRATION, 1, progress),
    ):
        assert below(error) == listed
        assert "\n" not in sentence(error)
    assert below(CheckTimeoutError(MIGRATION, 1, seen(1, -2, -2))) == ""
    assert below(CheckTimeoutError(MIGRATION, 1)) == below(PermanentError("No.")) == ""
    assert below(FlowFailedError(MIGRATION, Flow(1001, 1), progress)) == ""


def test_a_timeout_of_a_check_that_never_started_says_how_to_start_it() -> None:
    """Waiting longer would not help."""
    said = sentence(CheckTimeoutError(MIGRATION, 0.5, seen(1, -2, -2)))
    assert "after 0.5 s" in said
    assert f"No step has started: start the check (`{AGAIN}`), then run `pulumi up` again. Request" in said


def test_a_timeout_of_a_flow_says_that_it_had_not_succeeded() -> None:
    """Nobody is told to start a check whose flow runs; once it has succeeded, the sentence is as any other."""
    error = CheckTimeoutError(MIGRATION, 5, seen(1, -2, -2), flow=Flow(1001, 2))
    assert error.flow == Flow(1001, 2)
    assert "1/2 Step 1: not started, and flow 1001 had not succeeded. Run `pulumi up` again to go on" in sentence(error)
    said = sentence(CheckTimeoutError(MIGRATION, 5, seen(1, -2, -2), flow=Flow(1001, 0)))
    assert "flow 1001" not in said
    assert f"start the check (`{AGAIN}`), then run `pulumi up` again with the new FlowId as flow_id." in said


def test_a_timeout_in_trouble_does_not_ask_for_more_time() -> None:
    """Where the last call brought no answer, waiting longer is no advice, and the sentence ends once."""
    trouble = TransientError("No answer.")
    error = CheckTimeoutError(MIGRATION, 2e6, trouble=trouble)
    assert error.trouble is trouble
    assert "after 2000000 s (timeout_seconds); last seen: No answer. Run `pulumi up` again once the API" in sentence(
        error
    )


def test_a_timeout_without_any_answer_names_no_request() -> None:
    """There is none to name."""
    error = CheckTimeoutError(MIGRATION, 5)
    assert error.progress is None
    assert "Request" not in sentence(error)


def test_a_cancelled_wait_says_that_nothing_changed() -> None:
    """And how to wait anew."""
    assert "nothing behind the gate was changed" in sentence(WaitCancelledError())


@pytest.mark.parametrize("kind", [ThrottledError, TransientError, PermanentError])
def test_an_error_of_the_api_has_code_and_request(kind: type[ApiError]) -> None:
    """Support finds the call by its number; without one, none is mentioned."""
    error = kind("It refused.", code="AuthFailure", request_id="4be5990d")
    assert (error.code, error.request_id) == ("AuthFailure", "4be5990d")
    assert sentence(error) == "It refused. Request 4be5990d."
    assert (kind("It refused.").code, kind("It refused.").request_id, str(kind("x."))) == ("", "", "x.")


def test_an_outage_quotes_the_last_error() -> None:
    """How long it lasted, why, and what to do."""
    last = TransientError("No connection.", code="InternalError", request_id="4be5990d")
    error = OutageError(MIGRATION, 120.0, last)
    assert (error.migration, error.last, error.code) == (MIGRATION, last, "InternalError")
    assert sentence(error) == (
        "migration check 1066 (ap-guangzhou) could not be looked up for 120 s: No connection. Request 4be5990d. "
        "Run `pulumi up` again once the API can be reached."
    )
