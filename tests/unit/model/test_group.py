"""The status of several checks together, as numbers and as text."""

import itertools
from typing import get_args

import pytest
from harness.responses import make_progress

from pulumi_tcsql_check.model.group import Member, Tally, name_of, status_of
from pulumi_tcsql_check.model.progress import Migration
from pulumi_tcsql_check.model.statuses import Status


def of(*ids: int) -> list[Migration]:
    """Make migrations of one region."""
    return [Migration(number, "ap-guangzhou") for number in ids]


def member(number: int, *codes: int, current: int = 1, trouble: str | None = None) -> Member:
    """Make a member at a step, with these codes; without codes it has no response yet."""
    progress = make_progress(current, *codes) if codes else None
    status: Status = progress.status() if progress else "unknown"
    return Member(Migration(number, "ap-guangzhou"), progress, status, trouble)


PASSED, RUNNING, IDLE = member(1, 0, 0, current=2), member(2, 0, 7, current=2), member(3, -2, -2)


@pytest.mark.parametrize("statuses", list(itertools.product(get_args(Status), repeat=3)))
def test_a_group_has_passed_only_if_all_have(statuses: tuple[Status, ...]) -> None:
    """One failed check makes it failed; it has not started only if no check has."""
    status = status_of(statuses)
    assert (status == "passed") == (set(statuses) == {"passed"})
    assert (status == "failed") == ("failed" in statuses)
    assert (status == "not-started") == (set(statuses) == {"not-started"})


def test_an_empty_group_has_not_passed() -> None:
    """A group always has a member; an empty one would prove nothing."""
    assert status_of([]) == "unknown"


def test_a_group_shows_its_numbers_and_its_slowest_check() -> None:
    """The slowest is the running check with the fewest passed steps; the passed ones come first."""
    slower = member(9, 0, 0, 0, 7, -2, current=4)
    slowest = member(10, 0, 7, -2, -2, -2, current=2)
    tally = Tally(
        [PASSED, slower, slowest, IDLE, PASSED, member(11, 0, -1, 7, current=3), member(12, 0, 0, 5, 0, current=2)]
    )
    assert (
        str(tally.words())
        == "2/7 passed, 1 failed, 2 running, 1 unclear, 1 not started; slowest 10: 2/5 Step 2: running"
    )


def test_checks_in_trouble_and_unqueried_checks_are_counted_separately() -> None:
    """A check without a response counts as nothing else, whatever it showed before, and each kind is named once."""
    troubled = [
        member(1, 0, 0, current=2, trouble="HTTP 502"),
        member(2, 0, 7, current=2, trouble="HTTP 502"),
        member(3, trouble="connection refused"),
        member(4, trouble=""),
    ]
    tally = Tally([PASSED, *troubled, member(5)])
    assert str(tally.words()) == "1/6 passed, 4 without a response (HTTP 502, connection refused), 1 not queried yet"
    assert str(Tally([member(4, trouble="")]).words()) == "0/1 passed, 1 without a response"


def test_a_step_with_an_undocumented_code_has_not_passed() -> None:
    """Otherwise a check with many of them would rank before one that has passed more steps."""
    farther, slower = member(1, 0, 0, 9, -2, current=3), member(2, 0, 7, 5, 3, current=2)
    assert "slowest 2: " in str(Tally([farther, slower]).words())


def test_only_a_running_check_can_be_the_slowest() -> None:
    """Checks that were never started or have failed are counted instead."""
    assert str(Tally([PASSED, IDLE]).words()) == "1/2 passed, 1 not started"
    assert str(Tally([RUNNING]).words()) == "0/1 passed, 1 running; slowest 2: 2/2 Step 2: running"


def test_codes_in_failed_statuses_are_named_as_failed() -> None:
    """The text of the slowest check uses them."""
    late = Member(Migration(1, "ap-guangzhou"), make_progress(1, 7, 5), "unknown")
    assert str(Tally([late], (7,)).words()).endswith("slowest 1: 1/2 Step 1: failed (status 7)")


@pytest.mark.parametrize(
    ("ids", "name"),
    [
        ((1066,), "migration check 1066 (ap-guangzhou)"),
        ((1066, 1070), "migration checks 1066 and 1070 (ap-guangzhou)"),
        ((4, 3, 2, 1), "migration checks 4, 3, 2 and 1 (ap-guangzhou)"),
        ((1, 2, 3, 4, 5), "5 migration checks (ap-guangzhou)"),
    ],
)
def test_a_small_group_is_named_by_its_ids(ids: tuple[int, ...], name: str) -> None:
    """The ids keep the given order."""
    assert str(name_of(of(*ids))) == name
