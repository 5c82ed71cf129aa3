"""The rate limit of one process's requests."""

import itertools
import threading

import pytest
from harness.fake_clock import FakeClock

from pulumi_tcsql_check.clock import SystemClock
from pulumi_tcsql_check.errors import ThrottledError, WaitCancelledError
from pulumi_tcsql_check.tencent import rate_limit
from pulumi_tcsql_check.tencent.rate_limit import (
    BURST_SECONDS,
    FIRST_SPACING_SECONDS,
    HOLD_JITTER,
    HOLD_SECONDS,
    QUEUED_SECONDS,
    RECOVERY_SECONDS,
    SLOWEST_SECONDS,
    SPACING_SECONDS,
    SPEED_UP_SECONDS,
    WINDOW_SECONDS,
    RateLimit,
)

NEVER = float("inf")


def test_the_first_request_starts_at_once() -> None:
    """The first request waits for nothing."""
    clock = FakeClock()
    RateLimit().wait_for_turn(clock, NEVER)
    assert clock.sleeps == []


def warmed_up(clock: FakeClock) -> RateLimit:
    """Make a limit after its slow start."""
    limit = RateLimit()
    limit.wait_for_turn(clock, NEVER)
    clock.advance(60)
    return limit


def test_a_process_starts_as_if_ten_shared_the_limit() -> None:
    """There are two requests in the first 0.9 s, and the rate doubles every three seconds, up to ten a second."""
    clock, limit = FakeClock(), RateLimit()
    instants = []
    for _ in range(100):
        limit.wait_for_turn(clock, NEVER)
        instants.append(clock.monotonic() - 1000)
    gaps = [later - earlier for earlier, later in itertools.pairwise(instants)]
    assert gaps[0] == FIRST_SPACING_SECONDS == 0.5
    assert sum(instant < 0.9 for instant in instants) == 2
    expected = [max(SPACING_SECONDS, 0.5 * 0.5 ** (instant / SPEED_UP_SECONDS)) for instant in instants[:-1]]
    assert gaps == pytest.approx(expected)
    assert next(instant for instant, gap in zip(instants, gaps, strict=False) if gap < SPACING_SECONDS + 1e-6) < 7
    assert max(sum(start <= instant < start + 1 for instant in instants) for start in instants) <= 10


def test_requests_without_pause_are_spaced_evenly() -> None:
    """No second has more than ten of them."""
    clock = FakeClock()
    limit = warmed_up(clock)
    instants = []
    for _ in range(100):
        limit.wait_for_turn(clock, NEVER)
        instants.append(clock.monotonic())
    gaps = [later - earlier for earlier, later in itertools.pairwise(instants)]
    assert gaps == pytest.approx([SPACING_SECONDS] * 99)
    assert max(sum(start <= instant < start + 1 for instant in instants) for start in instants) <= 10


class LateClock(FakeClock):
    """A clock with one late wake-up, as of a thread on a busy machine."""

    def sleep(self, seconds: float) -> None:
        """Sleep for half a second more, the first time."""
        super().sleep(seconds + (0.5 if len(self.sleeps) == 1 else 0.0))


def test_late_requests_do_not_exceed_ten_a_second() -> None:
    """The limit counts requests at their start, whatever their pauses were."""
    shared = FakeClock(900.0)
    limit = warmed_up(shared)
    clock, instants = LateClock(), list[float]()
    for _ in range(40):
        limit.wait_for_turn(clock, NEVER)
        instants.append(clock.monotonic())
    assert max(sum(start <= instant < start + 1 for instant in instants) for start in instants) <= 10
    assert instants[-1] - instants[0] < 40 * SPACING_SECONDS + 0.6


def test_only_ten_of_many_overdue_requests_start_in_a_second() -> None:
    """Requests whose turns have passed are still limited."""
    limit = RateLimit()
    clock = FakeClock()
    assert [limit._try_to_send(clock, 0) for _ in range(11)] == pytest.approx([0.0] * 10 + [BURST_SECONDS])
    clock.advance(BURST_SECONDS)
    assert limit._try_to_send(clock, 0) == 0


class RefusedMeanwhile(FakeClock):
    """A clock during whose first sleep the API throttles another request."""

    def __init__(self, limit: RateLimit) -> None:
        """Use this limit."""
        super().__init__()
        self._limit = limit

    def sleep(self, seconds: float) -> None:
        """Sleep, with the refusal in the middle."""
        if not self.sleeps:
            self._limit.slow_down(FakeClock(self.now + seconds / 2))
        super().sleep(seconds)


def test_a_queued_request_takes_a_later_turn_after_a_refusal() -> None:
    """Otherwise queued requests would keep the old rate, and be throttled one after another."""
    limit = RateLimit()
    clock = RefusedMeanwhile(limit)
    limit.wait_for_turn(clock, NEVER)
    limit.wait_for_turn(clock, NEVER)
    assert clock.now - 1000 == pytest.approx(WINDOW_SECONDS)
    with pytest.raises(ThrottledError):
        limit.wait_for_turn(RefusedMeanwhile(limit), 1002.2)


def test_a_quiet_time_does_not_allow_a_burst() -> None:
    """After a quiet minute one request starts at once, and the next one after the spacing."""
    clock = FakeClock()
    limit = warmed_up(clock)
    limit.wait_for_turn(clock, NEVER)
    assert clock.sleeps == []
    limit.wait_for_turn(clock, NEVER)
    assert clock.sleeps == pytest.approx([SPACING_SECONDS])


def test_requests_in_many_threads_start_one_after_another() -> None:
    """Simultaneous requests wait for different multiples of the spacing."""
    limit = warmed_up(FakeClock(900.0))
    clocks = [FakeClock() for _ in range(9)]
    threads = [threading.Thread(target=limit.wait_for_turn, args=(clock, NEVER)) for clock in clocks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(clock.now for clock in clocks) == pytest.approx([1000 + SPACING_SECONDS * n for n in range(9)])


def test_a_turn_that_comes_too_late_is_not_taken() -> None:
    """The caller gets an error at once, and the next caller gets the turn."""
    clock = FakeClock()
    limit = warmed_up(clock)
    limit.wait_for_turn(clock, NEVER)
    with pytest.raises(ThrottledError, match="too many migrations"):
        limit.wait_for_turn(clock, clock.monotonic() + SPACING_SECONDS / 2)
    limit.wait_for_turn(clock, clock.monotonic() + SPACING_SECONDS)
    assert clock.sleeps == pytest.approx([SPACING_SECONDS])


def test_a_cancelled_update_ends_the_wait_for_a_turn() -> None:
    """The sleep is the clock's, which a cancelled update ends."""
    cancelled, limit = threading.Event(), RateLimit()
    cancelled.set()
    limit.wait_for_turn(SystemClock(cancelled), NEVER)
    with pytest.raises(WaitCancelledError):
        limit.wait_for_turn(SystemClock(cancelled), NEVER)


def _ask(limit: RateLimit, clock: FakeClock, *, every: float = 0.0) -> float:
    """Take a turn some time after the previous one, and return how long it waited."""
    clock.advance(every)
    began = clock.monotonic()
    limit.wait_for_turn(clock, NEVER)
    return clock.monotonic() - began


def test_a_refusal_halves_the_actual_rate() -> None:
    """After requests every 2 s the next one waits 4 s, although the limit itself allows more."""
    clock, limit = FakeClock(), RateLimit()
    _ask(limit, clock)
    _ask(limit, clock, every=2)
    limit.slow_down(clock)
    assert _ask(limit, clock) == pytest.approx(4)


def test_the_rate_recovers_without_further_refusals() -> None:
    """After about a minute it doubles every twenty seconds, up to the initial limit."""
    clock, limit = FakeClock(), RateLimit()
    _ask(limit, clock)
    _ask(limit, clock, every=2)
    limit.slow_down(clock)
    clock.advance(HOLD_SECONDS * (1 - HOLD_JITTER) - 2)
    assert _ask(limit, clock) == 0
    assert _ask(limit, clock) == pytest.approx(4)
    clock.advance(HOLD_SECONDS * 2 * HOLD_JITTER + RECOVERY_SECONDS)
    assert _ask(limit, clock) == 0
    assert _ask(limit, clock) <= 2
    clock.advance(RECOVERY_SECONDS * 10)
    assert _ask(limit, clock) == 0
    assert _ask(limit, clock) == pytest.approx(SPACING_SECONDS)


def test_simultaneous_refusals_halve_the_rate_once() -> None:
    """A request that was running when the rate was halved doesn't halve it again; a later one does."""
    clock, limit = FakeClock(), RateLimit()
    _ask(limit, clock)
    _ask(limit, clock, every=1)
    for _ in range(5):
        limit.slow_down(clock)
    assert _ask(limit, clock) == pytest.approx(2)
    limit.slow_down(clock)
    assert _ask(limit, clock) == pytest.approx(4, rel=0.2)


def test_refusals_never_stop_a_process() -> None:
    """After any number of refusals the next request starts within 5 s; after the first one it waits a second."""
    clock, limit = FakeClock(), RateLimit()
    limit.slow_down(clock)
    assert _ask(limit, clock) == 0
    limit.slow_down(clock)
    assert _ask(limit, clock) == pytest.approx(WINDOW_SECONDS)
    for _ in range(20):
        _ask(limit, clock)
        limit.slow_down(clock)
    assert _ask(limit, clock) == pytest.approx(SLOWEST_SECONDS)


def test_many_gates_of_a_slowed_process_do_not_wait_for_minutes() -> None:
    """Queued requests are at most a second apart, so that the twelfth starts within sixteen seconds."""
    clock, limit = FakeClock(), RateLimit()
    _ask(limit, clock)
    _ask(limit, clock, every=4)
    limit.slow_down(clock)
    gates = [FakeClock(clock.now) for _ in range(12)]
    for gate in gates:
        limit.wait_for_turn(gate, NEVER)
    waited = [gate.now - clock.now for gate in gates]
    assert waited[0] == pytest.approx(SLOWEST_SECONDS)
    assert waited[-1] == pytest.approx(SLOWEST_SECONDS + 11 * QUEUED_SECONDS)


def test_a_process_has_one_limit_for_each_action() -> None:
    """All gates of the process share it, and a throttled action slows no other."""
    steps, pages = rate_limit.of("a test's steps"), rate_limit.of("a test's pages")
    assert rate_limit.of("a test's steps") is steps is not pages


def test_the_next_turn_is_the_instant_from_which_a_request_waits_for_nothing() -> None:
    """It is known before the request, so that a waiting group can choose late what to query."""
    clock, limit = FakeClock(), RateLimit()
    assert limit.next_turn() == float("-inf")
    limit.wait_for_turn(clock, NEVER)
    assert limit.next_turn() == clock.now + FIRST_SPACING_SECONDS
    clock.advance(FIRST_SPACING_SECONDS)
    limit.wait_for_turn(clock, NEVER)
    assert clock.sleeps == []
