"""Repeats one call that failed in passing, for as long as its class of trouble allows.

This is not polling: a call that brought an answer, whatever the answer, is done here.
"""

from collections.abc import Callable
from typing import Protocol, TypeVar, cast

import tenacity

from pulumi_tcsql_check.errors import ApiError, ThrottledError, TransientError

OUTAGE_SECONDS = 120.0
"""The longest uninterrupted outage, in seconds, before the last error ends the wait."""

FIRST_BACKOFF_SECONDS = 0.5
LAST_BACKOFF_SECONDS = 5.0

T = TypeVar("T")


class Clock(Protocol):
    """The time that a wait lives in: monotonic seconds, and a sleep that a cancelled update ends."""

    def monotonic(self) -> float:
        """Return seconds from an arbitrary start that never go back."""

    def sleep(self, seconds: float) -> None:
        """Let time pass.

        Raises:
            WaitCancelledError: The update was cancelled.
        """


class _Outage:
    """Since when no call has reached the API; a throttled call has reached it."""

    def __init__(self, clock: Clock, deadline: float) -> None:
        self._clock = clock
        self._deadline = deadline
        self._since: float | None = None

    def is_over_budget(self, state: tenacity.RetryCallState) -> bool:
        """Whether to give up: the deadline has passed, or the outage has lasted too long."""
        now = self._clock.monotonic()
        if isinstance(_error_of(state), ThrottledError):
            self._since = None
        elif self._since is None:
            self._since = now
        return now >= self._deadline or (self._since is not None and now - self._since > OUTAGE_SECONDS)


def _error_of(state: tenacity.RetryCallState) -> BaseException | None:
    return state.outcome.exception() if state.outcome is not None else None


def until_answered(
    call: Callable[[], T],
    *,
    deadline: float,
    clock: Clock,
    on_trouble: Callable[[ApiError], None],
) -> T:
    """Call until there is an answer, backing off exponentially with full jitter.

    The last try is made at the deadline, and no pause goes beyond it.

    Args:
        call: One attempt.
        deadline: The instant, on the clock, after which no further attempt begins.
        clock: The time to live in.
        on_trouble: Told of each error that is followed by another attempt.

    Raises:
        ThrottledError: The last attempt, at the deadline, was throttled.
        TransientError: The same, or the outage has lasted longer than `OUTAGE_SECONDS`.
        PermanentError: At once, on the attempt that raised it.
    """
    outage = _Outage(clock, deadline)

    def pause(seconds: float) -> None:
        clock.sleep(max(0.0, min(seconds, deadline - clock.monotonic())))

    def tell(state: tenacity.RetryCallState) -> None:
        on_trouble(cast("ApiError", _error_of(state)))

    retrying = tenacity.Retrying(
        retry=tenacity.retry_if_exception_type((ThrottledError, TransientError)),
        wait=tenacity.wait_random_exponential(multiplier=FIRST_BACKOFF_SECONDS, max=LAST_BACKOFF_SECONDS),
        stop=outage.is_over_budget,
        sleep=pause,
        before_sleep=tell,
        reraise=True,
    )
    return retrying(call)
