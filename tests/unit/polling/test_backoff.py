"""Retries of one call: which errors are retried, for how long, and with which pauses."""

import itertools
from collections.abc import Callable, Iterator

import pytest
from harness.fake_clock import FakeClock
from harness.responses import MIGRATION

from pulumi_tcsql_check.errors import (
    ApiError,
    OutageError,
    PermanentError,
    ThrottledError,
    TransientError,
    WaitCancelledError,
)
from pulumi_tcsql_check.polling.backoff import FIRST_BACKOFF_SECONDS, LAST_BACKOFF_SECONDS, OUTAGE_SECONDS, retry

DOWN, THROTTLED = TransientError("No connection."), ThrottledError("Too many.", code="RequestLimitExceeded")
HOUR = 3600.0


class Call:
    """A callable that raises or returns its results in order, and records when it was called."""

    def __init__(self, *outcomes: object, forever: object = "answer", takes: float = 0.0) -> None:
        """Take the first results, the result of every later call, and the duration of each call."""
        self.clock = FakeClock()
        self.instants: list[float] = []
        self.troubles: list[ApiError] = []
        self._outcomes: Iterator[object] = itertools.chain(outcomes, itertools.repeat(forever))
        self._takes = takes

    def __call__(self) -> object:
        """Return or raise the next result."""
        self.instants.append(self.clock.monotonic())
        self.clock.advance(self._takes)
        outcome = next(self._outcomes)
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome

    def call_with_retries(self, timeout: float = HOUR, on_trouble: Callable[[ApiError], None] | None = None) -> object:
        """Call it with the package's retries until it returns a result."""
        deadline = self.clock.monotonic() + timeout
        tell = on_trouble or self.troubles.append
        return retry(self, deadline, clock=self.clock, on_trouble=tell)


def test_a_successful_first_attempt_is_returned() -> None:
    """It needs no pause and reports no error, for any result."""
    call = Call(None)
    assert call.call_with_retries() is None
    assert (len(call.instants), call.clock.sleeps, call.troubles) == (1, [], [])


@pytest.mark.parametrize("error", [DOWN, THROTTLED, OutageError(MIGRATION, 1, DOWN)])
def test_a_transient_error_is_reported_and_retried(error: ApiError) -> None:
    """The callback gets each error that is followed by another attempt, and then the caller gets the result."""
    call = Call(error, error)
    assert call.call_with_retries() == "answer"
    assert call.troubles == [error, error]
    assert len(call.clock.sleeps) == 2


@pytest.mark.parametrize("error", [PermanentError("No."), ApiError("?"), WaitCancelledError(), ValueError("?")])
def test_everything_else_is_raised_at_once(error: Exception) -> None:
    """The first attempt raises the error itself, and the callback gets nothing."""
    call = Call(error)
    with pytest.raises(type(error)) as raised:
        call.call_with_retries()
    assert raised.value is error
    assert (len(call.instants), call.troubles) == (1, [])


def test_a_permanent_error_after_transient_errors_ends_the_retries() -> None:
    """A permanent error ends the retries after any number of transient ones."""
    call = Call(DOWN, THROTTLED, PermanentError("No."))
    with pytest.raises(PermanentError):
        call.call_with_retries()
    assert len(call.instants) == 3


def test_the_backoff_grows_with_full_jitter() -> None:
    """Each pause is random, between 0 and a bound that doubles from 0.5 s up to 5 s."""
    bounds = [min(FIRST_BACKOFF_SECONDS * 2**n, LAST_BACKOFF_SECONDS) for n in range(8)]
    longest = [0.0] * 8
    shortest = [LAST_BACKOFF_SECONDS] * 8
    for _ in range(300):
        call = Call(*[THROTTLED] * 8)
        call.call_with_retries()
        assert all(0 <= pause <= bound for pause, bound in zip(call.clock.sleeps, bounds, strict=True))
        longest = list(map(max, longest, call.clock.sleeps))
        shortest = list(map(min, shortest, call.clock.sleeps))
    assert all(pause > bound * 0.9 for pause, bound in zip(longest, bounds, strict=True))
    assert all(pause < bound * 0.1 for pause, bound in zip(shortest, bounds, strict=True))


def test_a_throttled_call_is_retried_until_the_deadline() -> None:
    """Hours of throttling end with the last error, the last attempt is at the deadline, and no pause goes beyond it."""
    call = Call(forever=THROTTLED)
    with pytest.raises(ThrottledError):
        call.call_with_retries(2 * HOUR)
    assert call.instants[-1] == call.clock.now == 1000 + 2 * HOUR
    assert len(call.troubles) == len(call.instants) - 1


def test_an_outage_is_retried_for_two_minutes() -> None:
    """The retries end with the last error once more than 120 s have passed since the first."""
    call = Call(forever=DOWN)
    with pytest.raises(TransientError) as raised:
        call.call_with_retries()
    assert raised.value is DOWN
    assert OUTAGE_SECONDS < call.clock.now - 1000 <= OUTAGE_SECONDS + LAST_BACKOFF_SECONDS
    assert call.instants[-2] - 1000 <= OUTAGE_SECONDS


def test_an_outage_begins_when_its_first_attempt_has_failed() -> None:
    """Long attempts count too: twelve attempts of ten seconds and their pauses use up the two minutes."""
    call = Call(forever=DOWN, takes=10)
    with pytest.raises(TransientError):
        call.call_with_retries()
    assert OUTAGE_SECONDS < call.clock.now - 1010 <= OUTAGE_SECONDS + LAST_BACKOFF_SECONDS + 10


def test_a_short_deadline_ends_an_outage() -> None:
    """A deadline within the two minutes ends the retries."""
    call = Call(forever=DOWN)
    with pytest.raises(TransientError):
        call.call_with_retries(30)
    assert call.instants[-1] == 1030


def test_a_throttled_call_ends_an_outage() -> None:
    """A throttled call has reached the API, so the two minutes start again with the next failure."""
    call = Call(*[DOWN, DOWN, DOWN, THROTTLED] * 200, takes=10)
    assert call.call_with_retries(10 * HOUR) == "answer"
    assert call.clock.now - 1000 > 2 * HOUR


def test_after_the_deadline_there_is_one_attempt() -> None:
    """A call that starts after the deadline is attempted once, without a pause."""
    call = Call(forever=DOWN)
    with pytest.raises(TransientError):
        call.call_with_retries(-5)
    assert (len(call.instants), call.clock.sleeps) == (1, [])


def test_a_pause_is_never_negative() -> None:
    """If the callback takes until after the deadline, the last attempt follows at once."""
    call = Call(DOWN)
    assert call.call_with_retries(3, lambda _: call.clock.advance(10)) == "answer"
    assert call.clock.sleeps == [0.0]
