"""Which check is polled next: one without a response, then one that waits too long, then the one nearest to its end."""

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
    """Make a check that is due, was polled, and has reached a step, counted from 1."""
    one = Watch(Migration(number, "ap-guangzhou"), PollPolicy(1800, 2), 0.0)
    one.due, one.polled_at = due, polled_at
    one.progress = make_progress(step, *[0] * (step - 1), *[1] * (STEPS - step + 1)) if step is not None else None
    return one


def order(schedule: Schedule, now: float) -> list[int]:
    """Take all checks that are due, in order."""
    return [one.migration.migrate_id for one in iter(lambda: schedule.take(now), None)]


def test_checks_without_a_response_come_first_in_the_given_order() -> None:
    """They precede a check that is on its last step."""
    assert order(Schedule([watch(3), watch(1, polled_at=0, step=8), watch(2)]), 20) == [3, 2, 1]


def test_a_check_nearer_to_its_end_comes_sooner() -> None:
    """Of checks polled at the same time, the one on its last step comes first; one without a response counts as far."""
    near = [watch(n, polled_at=0, step=n) for n in (1, 5, 8)]
    assert order(Schedule([*near, watch(9, polled_at=0)]), 10) == [8, 5, 1, 9]
    assert order(Schedule([watch(9, polled_at=0), *near]), 10) == [8, 5, 9, 1]


def test_a_check_far_from_its_end_is_polled_less_often() -> None:
    """With eight steps left, it is polled once for every 6.5 polls of a check on its last step."""
    far, near = watch(1, polled_at=0, step=1), watch(2, polled_at=8.6, step=8)
    assert order(Schedule([near, far]), 10) == [1, 2]
    near.polled_at = 8.4
    assert order(Schedule([near, far]), 10) == [2, 1]


def test_a_check_in_an_outage_comes_after_those_with_responses() -> None:
    """This holds even if it is on its last step."""
    lost = watch(1, polled_at=0, step=8)
    lost.trouble = TransientError("No connection.")
    assert order(Schedule([lost, watch(2, polled_at=0, step=7)]), 10) == [2, 1]


def test_a_throttled_check_comes_before_polled_checks() -> None:
    """It lost its turn; only a check that has waited for the longest allowed time precedes it."""
    refused, forgotten = watch(1, polled_at=9), watch(3, polled_at=10 - LONGEST_SECONDS, step=1)
    refused.trouble = ThrottledError("Too many.", code="RequestLimitExceeded")
    assert order(Schedule([watch(2, polled_at=0, step=8), refused, forgotten]), 10) == [3, 1, 2]


def test_a_check_that_has_waited_for_the_limit_comes_first() -> None:
    """It precedes the check that is nearest to its end."""
    forgotten, near = watch(1, polled_at=0, step=1), watch(2, polled_at=LONGEST_SECONDS - 5, step=8)
    assert order(Schedule([near, forgotten]), LONGEST_SECONDS) == [1, 2]


def test_no_check_is_polled_before_it_is_due() -> None:
    """The schedule returns when the next check is due, and infinity once all are taken."""
    schedule = Schedule([watch(1, due=5, polled_at=0), watch(2, due=3, polled_at=0)])
    assert (schedule.take(2.9), schedule.next_due()) == (None, 3)
    assert order(schedule, 3) == [2]
    assert (order(schedule, 6), schedule.next_due()) == ([1], float("inf"))


def test_a_due_check_that_is_not_taken_remains_due() -> None:
    """Finding the next due time doesn't lose the checks that are due already."""
    schedule = Schedule([watch(1), watch(2)])
    schedule.take(1)
    assert schedule.next_due() == 0
    assert order(schedule, 1) == [2]


def test_a_check_taken_out_of_turn_keeps_its_place() -> None:
    """A hint neither costs a check its turn nor gives it another one."""
    fresh, polled, due_later = watch(1), watch(2, polled_at=0, step=1), watch(3, due=8, polled_at=7, step=8)
    others = [watch(4), watch(5, polled_at=1, step=1), watch(6, due=8, polled_at=7.5, step=8)]
    schedule = Schedule([fresh, polled, due_later, *others])
    for one in (fresh, polled, due_later):
        assert schedule.remove(one)
        assert not schedule.remove(one)
        assert one not in schedule.all()
        schedule.put(one)
    assert order(schedule, 7.9) == [1, 4, 2, 5]
    assert order(schedule, 20) == [3, 6]


def test_a_removed_check_is_not_due() -> None:
    """Whether it was never polled, is due, or will be."""
    waiting = [watch(1), watch(2, polled_at=0), watch(3, due=9, polled_at=0)]
    schedule = Schedule(waiting)
    schedule.remove(waiting[0])
    assert schedule.take(5) is waiting[1]
    schedule.remove(waiting[2])
    assert (schedule.all(), schedule.next_due(), schedule.take(20)) == ([], float("inf"), None)


@pytest.mark.parametrize("seed", range(5))
def test_the_most_urgent_due_check_comes_first(seed: int) -> None:
    """The urgency is the waiting time weighted by the distance to the end, with overdue and throttled checks first."""
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
    """Simulate a group at 10 requests a second: how late each pass is seen, and the longest time between two polls."""
    watches = [watch(number) for number in range(len(ends))]
    schedule, now, late, longest = Schedule(watches), 0.0, [], 0.0
    while (due := schedule.next_due()) < float("inf"):
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
def test_two_hundred_passes_spread_over_a_minute_are_seen_soon(seed: int) -> None:
    """They are seen after 3 s on average and 8 s at most, where a plain round takes 20 s; each is polled every 30 s."""
    ends = [25 + 60 * number / 200 for number in range(200)]
    random.Random(seed).shuffle(ends)
    late, longest = lags(ends)
    assert sum(late) / len(late) <= 3
    assert max(late) <= 8
    assert longest <= 30
