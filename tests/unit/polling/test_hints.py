"""Which checks are queried out of turn, and how much of the time they may take."""

import pytest
from harness.responses import make_page

from pulumi_tcsql_check.model.progress import Migration
from pulumi_tcsql_check.polling.flag_list import FlagList
from pulumi_tcsql_check.polling.hints import POLLS_PER_HINT, REMEMBERED, Hints
from pulumi_tcsql_check.polling.policy import PollPolicy
from pulumi_tcsql_check.polling.scheduler import Schedule
from pulumi_tcsql_check.polling.watch import Watch


class Wave:
    """Checks with hints; all of them wait in a schedule unless they were taken."""

    def __init__(self, count: int) -> None:
        """Start without a flag."""
        self.watches = [Watch(Migration(n, "ap-guangzhou"), PollPolicy(1800, 2), 0.0) for n in range(1, count + 1)]
        self.schedule = Schedule(self.watches)
        self.hints = Hints(self.watches)
        self.flags = FlagList()
        self.flags.join([watch.migration for watch in self.watches])

    def list(self, now: float, *codes: int | None) -> None:
        """Read the list, with the flags of the checks in order."""
        self.flags.request()
        assert self.flags.take(now) == 0
        self.flags.keep(make_page({number: code for number, code in enumerate(codes, start=1) if code is not None}))
        self.hints.compare(self.flags, now)

    def take(self, now: float) -> int | None:
        """Take the next check by a hint."""
        watch = self.hints.take(now, self.schedule)
        return watch.migration.migrate_id if watch is not None else None

    def settle(self, number: int, now: float, *, has_verdict: bool = False) -> None:
        """End the query of a check that was taken; without a verdict it waits again."""
        watch = self.watches[number - 1]
        self.hints.settle(watch, now, has_verdict=has_verdict)
        if has_verdict:
            self.hints.drop(watch)
        else:
            self.schedule.put(watch)


def test_a_final_flag_of_the_first_sweep_is_a_hint() -> None:
    """1 is passed and 2 is failed; no other code is final."""
    wave = Wave(6)
    wave.list(0, 3, 1, 0, 2, None, 7)
    assert [wave.take(0), wave.take(0), wave.take(0)] == [2, 4, None]


def test_a_flag_that_becomes_final_is_a_hint() -> None:
    """One that stays as it was is no news."""
    wave = Wave(2)
    wave.list(0, 3, 1)
    assert wave.take(0) == 2
    wave.settle(2, 0.1, has_verdict=True)
    wave.list(10, 1, 1)
    assert wave.take(10) == 1
    assert wave.take(10) is None
    other = Wave(3)
    other.list(0, 1, 3, None)
    other.list(10, 1, 3, 2)
    assert [other.take(10) for _ in range(3)] == [1, 3, None]


def test_a_check_whose_steps_do_not_agree_is_queried_again_after_growing_pauses() -> None:
    """The pauses are 2, 4 and 8 seconds, from the end of each query."""
    wave = Wave(1)
    wave.list(0, 1)
    assert wave.take(0) == 1
    for ended, due in ((0.5, 2.5), (3.0, 7.0), (7.5, 15.5)):
        wave.settle(1, ended)
        assert wave.hints.next_due() == due
        assert wave.take(due - 0.01) is None
        assert wave.take(due) == 1


@pytest.mark.parametrize("code", [0, 3])
def test_a_hint_is_forgotten_when_its_flag_is_no_longer_final(code: int) -> None:
    """If the flag becomes final again, that is a new hint."""
    wave = Wave(1)
    wave.list(0, 1)
    wave.list(10, code)
    assert (wave.take(10), wave.hints.next_due()) == (None, float("inf"))
    wave.list(20, 1)
    assert wave.take(20) == 1


def test_a_sweep_that_does_not_list_a_check_leaves_its_hint() -> None:
    """Neither a missing flag nor a failed sweep is a flag."""
    wave = Wave(2)
    wave.list(0, 1, 3)
    wave.list(10, None, 3)
    wave.flags.skip()
    wave.hints.compare(wave.flags, 10)
    assert wave.take(10) == 1


def test_a_check_that_is_being_queried_is_taken_afterwards() -> None:
    """Its query may have begun before its flag changed."""
    wave = Wave(2)
    busy = wave.schedule.take(0)
    wave.list(0, 1, 1)
    assert (wave.take(0), wave.take(0)) == (2, None)
    assert busy is not None
    wave.schedule.put(busy)
    assert wave.take(0) == 1


def test_a_check_that_has_ended_is_never_taken() -> None:
    """Whether its own turn brought the verdict or a hint."""
    wave = Wave(1)
    wave.list(0, 1)
    wave.hints.drop(wave.watches[0])
    assert (wave.take(0), wave.hints.next_due()) == (None, float("inf"))
    wave.list(10, 2)
    assert wave.take(10) is None


def test_a_flag_that_changes_during_a_query_is_a_hint_at_once() -> None:
    """The query's result doesn't postpone it."""
    wave = Wave(1)
    wave.list(0, 1)
    assert wave.take(0) == 1
    wave.list(10, 2)
    wave.settle(1, 10)
    assert wave.take(10) == 1


def test_good_hints_take_every_turn() -> None:
    """They are good as long as at least half of the last twenty brought a verdict."""
    wave = Wave(3 * REMEMBERED)
    wave.list(0, *[1] * 3 * REMEMBERED)
    for turn in range(3 * REMEMBERED):
        number = wave.take(turn)
        assert number is not None
        wave.settle(number, turn, has_verdict=turn % 2 == 0)


def test_hints_without_verdicts_take_every_tenth_poll() -> None:
    """After eleven of twenty without one, nine other polls come between two of them, until half bring one again."""
    wave = Wave(60)
    wave.list(0, *[1] * 60)
    for _ in range(REMEMBERED // 2 + 1):
        number = wave.take(0)
        assert number is not None
        wave.settle(number, 0)
    while True:
        for _ in range(POLLS_PER_HINT - 1):
            assert (wave.take(0), wave.hints.next_due()) == (None, float("inf"))
            wave.hints.count_poll()
        number = wave.take(0)
        assert number is not None
        wave.settle(number, 0, has_verdict=True)
        if wave.hints.next_due() == 0:
            break
    assert POLLS_PER_HINT == 10
    taken = [wave.take(0) for _ in range(5)]
    assert None not in taken


def test_a_hint_is_taken_after_more_than_nine_other_polls() -> None:
    """None was due after nine."""
    wave = Wave(12)
    wave.list(0, *[1] * 11, 3)
    for _ in range(11):
        number = wave.take(0)
        assert number is not None
        wave.settle(number, 1000)
    for _ in range(3 * POLLS_PER_HINT):
        wave.hints.count_poll()
    wave.list(10, *[1] * 12)
    assert wave.take(10) == 12
