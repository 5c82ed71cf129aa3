"""The spacing of one process's requests."""

import itertools
import threading

import pytest
from harness.fake_clock import FakeClock

from pulumi_tcsql_check.errors import ThrottledError, WaitCancelledError
from pulumi_tcsql_check.gate import SystemClock
from pulumi_tcsql_check.rate_limit import PROCESS, SPACING_SECONDS, RateLimit

NEVER = float("inf")


def test_the_first_request_goes_at_once() -> None:
    """Nobody waits where nobody asked before."""
    clock = FakeClock()
    RateLimit().wait_for_turn(clock, NEVER)
    assert clock.sleeps == []


def test_requests_on_each_others_heels_are_spaced_evenly() -> None:
    """No second sees more than ten of them."""
    clock, limit = FakeClock(), RateLimit()
    instants = []
    for _ in range(100):
        limit.wait_for_turn(clock, NEVER)
        instants.append(clock.monotonic())
    gaps = [later - earlier for earlier, later in itertools.pairwise(instants)]
    assert gaps == pytest.approx([SPACING_SECONDS] * 99)
    assert max(sum(start <= instant < start + 1 for instant in instants) for start in instants) <= 10


def test_a_pause_is_not_saved_up() -> None:
    """After a quiet minute one request is free to go, not a burst of them."""
    clock, limit = FakeClock(), RateLimit()
    limit.wait_for_turn(clock, NEVER)
    clock.advance(60)
    limit.wait_for_turn(clock, NEVER)
    assert clock.sleeps == []
    limit.wait_for_turn(clock, NEVER)
    assert clock.sleeps == pytest.approx([SPACING_SECONDS])


def test_gates_in_many_threads_get_one_instant_each() -> None:
    """Whoever asks at the same time is told to wait for another multiple of the spacing."""
    limit = RateLimit()
    clocks = [FakeClock() for _ in range(20)]
    threads = [threading.Thread(target=limit.wait_for_turn, args=(clock, NEVER)) for clock in clocks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(clock.now for clock in clocks) == pytest.approx([1000 + SPACING_SECONDS * n for n in range(20)])


def test_a_turn_that_comes_too_late_is_not_taken() -> None:
    """Whoever could not use it is told at once, and leaves it to the next."""
    clock, limit = FakeClock(), RateLimit()
    limit.wait_for_turn(clock, NEVER)
    with pytest.raises(ThrottledError, match="too many migrations"):
        limit.wait_for_turn(clock, clock.monotonic() + SPACING_SECONDS / 2)
    limit.wait_for_turn(clock, clock.monotonic() + SPACING_SECONDS)
    assert clock.sleeps == pytest.approx([SPACING_SECONDS])


def test_a_cancelled_update_does_not_wait_for_its_turn() -> None:
    """The sleep is the clock's, which a cancelled update ends."""
    cancelled, limit = threading.Event(), RateLimit()
    cancelled.set()
    limit.wait_for_turn(SystemClock(cancelled), NEVER)
    with pytest.raises(WaitCancelledError):
        limit.wait_for_turn(SystemClock(cancelled), NEVER)


def test_there_is_one_limit_for_the_process() -> None:
    """All gates share it."""
    assert isinstance(PROCESS, RateLimit)
