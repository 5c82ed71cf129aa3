"""Who is asked next: those that were never asked, then whoever waits for too long, then who is nearest to its end."""

import random

import pytest
from harness.responses import make_progress

from pulumi_tcsql_check.errors import ThrottledError, TransientError
from pulumi_tcsql_check.model.progress import Migration
from pulumi_tcsql_check.polling.policy import PollPolicy
from pulumi_tcsql_check.polling.scheduler import LONGEST_SECONDS, Schedule
from pulumi_tcsql_check.polling.watch import Watch

STEPS = 8


def watch(number: int, *, due: float = 0.0, polled_at: float | None = None, step: int | None = None) -> Watch:
    """Make one that is due, was asked, and has come to a step, counted from 1."""
    one = Watch(Migration(number, "ap-guangzhou"), PollPolicy(1800, 2), 0.0)
    one.due, one.polled_at = due, polled_at
    one.progress = make_progress(step, *[0] * (step - 1), *[1] * (STEPS - step + 1)) if step is not None else None
    return one


def order(schedule: Schedule, now: float) -> list[int]:
    """Take all that are due, in turn."""
    return [one.migration.migrate_id for one in iter(lambda: schedule.take(now), None)]


def test_those_that_were_never_asked_go_first_and_in_the_order_given() -> None:
    """Even where another is on its last step."""
    assert order(Schedule([watch(3), watch(1, polled_at=0, step=8), watch(2)]), 20) == [3, 2, 1]


def test_the_nearer_to_its_end_the_sooner() -> None:
    """Of those asked at the same time, the one on its last step goes first, one without a response counts as far."""
    near = [watch(n, polled_at=0, step=n) for n in (1, 5, 8)]
    assert order(Schedule([*near, watch(9, polled_at=0)]), 10) == [8, 5, 1, 9]
    assert order(Schedule([watch(9, polled_at=0), *near]), 10) == [8, 5, 9, 1]


def test_the_far_are_asked_as_well_only_less_often() -> None:
    """With eight steps left, every time that one on its last step was asked six and a half times."""
    far, near = watch(1, polled_at=0, step=1), watch(2, polled_at=8.6, step=8)
    assert order(Schedule([near, far]), 10) == [1, 2]
    near.polled_at = 8.4
    assert order(Schedule([near, far]), 10) == [2, 1]


def test_one_that_can_not_be_reached_waits_behind_those_that_answer() -> None:
    """Even on its last step."""
    lost = watch(1, polled_at=0, step=8)
    lost.trouble = TransientError("No connection.")
    assert order(Schedule([lost, watch(2, polled_at=0, step=7)]), 10) == [2, 1]


def test_one_that_was_refused_as_one_too_many_goes_before_those_that_were_asked() -> None:
    """It lost its turn, and who has waited for the longest time that there is goes before it."""
    refused, forgotten = watch(1, polled_at=9), watch(3, polled_at=10 - LONGEST_SECONDS, step=1)
    refused.trouble = ThrottledError("Too many.", code="RequestLimitExceeded")
    assert order(Schedule([watch(2, polled_at=0, step=8), refused, forgotten]), 10) == [3, 1, 2]


def test_nobody_is_forgotten() -> None:
    """Who has waited for the longest time that there is goes before the nearest."""
    forgotten, near = watch(1, polled_at=0, step=1), watch(2, polled_at=LONGEST_SECONDS - 5, step=8)
    assert order(Schedule([near, forgotten]), LONGEST_SECONDS) == [1, 2]


def test_nobody_is_asked_before_it_is_due() -> None:
    """The schedule tells when the next one is, and there is none once all are taken."""
    schedule = Schedule([watch(1, due=5, polled_at=0), watch(2, due=3, polled_at=0)])
    assert (schedule.take(2.9), schedule.next_due()) == (None, 3)
    assert order(schedule, 3) == [2]
    assert (order(schedule, 6), schedule.next_due()) == ([1], None)


def test_one_that_is_due_and_not_taken_is_still_due() -> None:
    """Looking for the next one to come does not lose those that have come."""
    schedule = Schedule([watch(1), watch(2)])
    schedule.take(1)
    assert schedule.next_due() == 0
    assert order(schedule, 1) == [2]


@pytest.mark.parametrize("seed", range(5))
def test_of_all_that_are_due_whoever_waits_for_long_enough_for_how_far_it_is_goes_first(seed: int) -> None:
    """Whatever mixture there is, of all distances and some that were refused."""
    chance = random.Random(seed)
    watches = [
        watch(number, due=chance.uniform(0, 40), polled_at=chance.uniform(-20, 20), step=chance.choice([None, 1, 4, 8]))
        for number in range(200)
    ]
    for one in chance.sample(watches, 20):
        one.trouble = ThrottledError("Too many.", code="RequestLimitExceeded")
    schedule = Schedule(watches)
    for now in (20.0 + tick / 10 for tick in range(250)):

        def urgency(one: Watch, now: float = now) -> tuple[bool, float]:
            waited, step = now - (one.polled_at or 0), one.progress.current if one.progress else 1
            overdue = one.trouble is not None or waited >= LONGEST_SECONDS
            return overdue, waited if overdue else waited / (STEPS + 1 - step) ** 0.9

        due = [one for one in watches if one.due <= now]
        first = max(due, key=urgency, default=None)
        assert schedule.take(now) is first
        if first is not None:
            watches.remove(first)
    assert watches == []


def lags(ends: list[float]) -> tuple[list[float], float]:
    """Play a wave at 10 requests a second: how late each end is seen, and the longest time without being asked."""
    watches = [watch(number) for number in range(len(ends))]
    schedule, now, late, longest = Schedule(watches), 0.0, [], 0.0
    while (due := schedule.next_due()) is not None:
        now = max(now, due)
        one = schedule.take(now)
        assert one is not None
        end = ends[one.migration.migrate_id]
        longest = max(longest, now - (one.polled_at or now))
        one.polled_at, one.due = now, now + 2
        if now >= end:
            late.append(now - end)
        else:
            step = 1 + int(STEPS * now / end)
            one.progress = make_progress(step, *[0] * (step - 1), *[1] * (STEPS - step + 1))
            schedule.put(one)
        now += 0.1
    return late, longest


@pytest.mark.parametrize("seed", range(5))
def test_two_hundred_ends_that_are_spread_over_a_minute_are_seen_soon(seed: int) -> None:
    """In 3 s on average and 8 s at most, where a plain round takes 20, and each is asked every 30 s."""
    ends = [25 + 60 * number / 200 for number in range(200)]
    random.Random(seed).shuffle(ends)
    late, longest = lags(ends)
    assert sum(late) / len(late) <= 3
    assert max(late) <= 8
    assert longest <= 30
