"""The text of the error of a refused group."""

import pytest
from harness.error_texts import detail_lines, full_text, headline
from harness.responses import make_progress

from pulumi_tcsql_check.errors import (
    CheckFailedError,
    CheckTimeoutError,
    FlagFailedError,
    FlowFailedError,
    GroupFailedError,
    GroupTimeoutError,
    NotFoundError,
    OutageError,
    TcsqlCheckError,
    TransientError,
)
from pulumi_tcsql_check.messages.commands import start_command
from pulumi_tcsql_check.messages.group_errors import MOST_LINES
from pulumi_tcsql_check.model.check_flag import CheckFlag
from pulumi_tcsql_check.model.flow import Flow
from pulumi_tcsql_check.model.group import Member
from pulumi_tcsql_check.model.progress import Migration

FAILED, RUNNING, IDLE = make_progress(3, 0, -1, 1), make_progress(2, 0, 7, -2), make_progress(1, -2, -2)


def of(number: int) -> Migration:
    """Make a migration."""
    return Migration(number, "ap-guangzhou")


def members(count: int) -> list[Member]:
    """Make a group of this many running checks, counted from 1."""
    return [Member(of(number), RUNNING, "running") for number in range(1, count + 1)]


def failed(*numbers: int) -> dict[Migration, TcsqlCheckError]:
    """Mark the second step of some as failed."""
    return {of(number): CheckFailedError(of(number), FAILED, [2]) for number in numbers}


def test_every_failed_check_is_listed_and_the_rest_is_counted() -> None:
    """The text has the command that starts the failed ones again."""
    error = GroupFailedError(members(60), failed(3, 7, 59))
    assert headline(error) == "3 of 60 migration checks (ap-guangzhou) failed"
    assert detail_lines(error) == [
        *(f"  ✗ {number} failed at step 2 of 3: Step 2 (status -1)" for number in (3, 7, 59)),
        "  Others:  0/57 passed, 57 running",
        "  Then:    fix the cause, then run:",
        f"           {start_command(of(3), of(7), of(59))}",
        "           pulumi up",
        "  Code:    check-failed",
    ]
    assert start_command(of(3), of(7), of(59)) == ("tcsql-check start 3 7 59 --region ap-guangzhou")
    assert set(error.errors) == {of(3), of(7), of(59)}


def test_a_single_failure_does_not_mention_other_checks() -> None:
    """The text has no line about the others."""
    assert full_text(GroupFailedError(members(1), failed(1))) == (
        "1 of 1 migration checks (ap-guangzhou) failed ✗ 1 failed at step 2 of 3: Step 2 (status -1) Then: fix the "
        "cause, then run: tcsql-check start 1 --region ap-guangzhou pulumi up Code: "
        "check-failed"
    )


def test_every_kind_of_failure_is_named() -> None:
    """A failed flag and a failed flow are failures, and with a flow the next start has another id."""
    error = GroupFailedError(
        members(2),
        {of(1): FlagFailedError(of(1), RUNNING, CheckFlag(2)), of(2): FlowFailedError(of(2), Flow(1001, 1))},
    )
    assert headline(error) == "2 of 2 migration checks (ap-guangzhou) failed"
    assert (
        "Then: fix the cause; run these with the new FlowId as flow_ids (`pulumi config set` if configured):"
        in full_text(error)
    )
    assert detail_lines(error)[:2] == ["  ✗ 1 failed as a whole (CheckFlag 2)", "  ✗ 2 failed: flow 1001 has failed"]


def test_checks_that_cannot_be_read_are_listed_separately() -> None:
    """Each has its own error with what to do; if there are no other failures, there is no command to start."""
    lost: dict[Migration, TcsqlCheckError] = {
        of(2): NotFoundError("There is no such migration. Check migrate_id."),
        of(3): OutageError(of(3), 120, TransientError("No connection.")),
    }
    both = GroupFailedError(members(4), failed(1) | lost)
    assert headline(both) == "1 of 4 migration checks (ap-guangzhou) failed; 2 could not be queried"
    assert "Others: 0/1 passed, 1 running Then: fix the cause, then run: tcsql-check start" in full_text(both)
    alone = GroupFailedError(members(4), lost)
    assert headline(alone) == "2 of 4 migration checks (ap-guangzhou) could not be queried"
    assert detail_lines(alone)[0] == "  ✗ 2: There is no such migration. Check migrate_id."
    assert detail_lines(alone)[-2:] == ["  Others:  0/2 passed, 2 running", "  Code:    not-queried"]


def test_checks_that_cannot_be_read_for_one_reason_share_a_line() -> None:
    """A wrong region makes all of them unknown to the API; each further cause has a line of its own."""
    unknown = {
        of(number): NotFoundError(f"There is no migration {number}.", code="ResourceNotFound", request_id=f"r-{number}")
        for number in range(1, 1001)
    }
    error = GroupFailedError(members(1000), unknown)
    assert detail_lines(error) == [
        "  ✗ 1, 2, 3, 4, 5 and 995 more: There is no migration 1. Request r-1.",
        "  Code:    not-queried",
    ]
    late = {of(number): OutageError(of(number), 120, TransientError("No connection.")) for number in (1, 2)}
    error = GroupFailedError(members(3), late | {of(3): TransientError("No response.")})
    assert detail_lines(error)[:4] == [
        "  ✗ 1, 2: migration check 1 (ap-guangzhou) could not be queried for 120 s:",
        "    No connection.",
        "  ✗ 3: No response.",
        "  Code:    not-queried",
    ]


@pytest.mark.parametrize("count", [MOST_LINES, MOST_LINES + 1, 1000])
def test_the_list_fits_on_one_screen(count: int) -> None:
    """It has the first ten checks, and counts the others; the command names all."""
    error = GroupFailedError(members(count), failed(*range(1, count + 1)))
    lines = [line for line in detail_lines(error) if line.startswith(("  ✗", "  ..."))]
    assert len(lines) == min(count, MOST_LINES + 1)
    assert (lines[-1] == f"  ... and {count - MOST_LINES} more") == (count > MOST_LINES)
    assert f" {count}" in full_text(error)


def test_a_timeout_names_the_checks_that_have_not_passed() -> None:
    """The text has each piece of advice once, and a command for the checks that were never started."""
    errors = {
        of(1): CheckTimeoutError(of(1), 1800, RUNNING, unchanged_seconds=1000),
        of(2): CheckTimeoutError(of(2), 1800, RUNNING, unchanged_seconds=900.5),
        of(3): CheckTimeoutError(of(3), 1800, IDLE),
        of(4): CheckTimeoutError(of(4), 1800, IDLE),
        of(5): CheckTimeoutError(of(5), 1800, trouble=TransientError("No connection.")),
    }
    error = GroupTimeoutError(members(60), errors)
    assert headline(error) == "5 of 60 migration checks (ap-guangzhou) had not passed after 1800 s"
    assert detail_lines(error) == [
        "  ▸ 1: 2/3 Step 2: running, with status 7, for 1000 s",
        "  ▸ 2: 2/3 Step 2: running, with status 7, for 900 s",
        "  ▸ 3: 1/2 Step 1: not started",
        "  ▸ 4: 1/2 Step 1: not started",
        "  ▸ 5: No connection.",
        "  Others:  55 have passed",
        "  Start:   no step of 3 and 4 has started:",
        f"           {start_command(of(3), of(4))}",
        "  Then:    look at the step in the console: status 7 is not documented. If",
        "           it has failed, set failed_statuses=[7], so that the wait ends at",
        "           once; if it runs, raise timeout_seconds",
        "  Then:    once the API works again, run again:",
        "           pulumi up",
        "  Code:    timed-out",
    ]
    assert error.timeout_seconds == 1800


def test_a_check_whose_flow_has_started_has_no_start_command() -> None:
    """A flow exists only after a start."""
    late = CheckTimeoutError(of(1), 5, IDLE, flow=Flow(1001, 2))
    assert full_text(GroupTimeoutError(members(2), {of(1): late})) == (
        "1 of 2 migration checks (ap-guangzhou) had not passed after 5 s ▸ 1: flow 1001 had not succeeded; "
        "1/2 Step 1: not started Others: 1 has passed Then: raise timeout_seconds, or run again to continue waiting: "
        "pulumi up Code: timed-out"
    )
