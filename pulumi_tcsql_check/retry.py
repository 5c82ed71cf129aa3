"""Repeats one call that failed in passing, for as long as its class of trouble allows.

This is not polling: a call that brought an answer, whatever the answer, is done here.
"""

import random
from collections.abc import Callable
from typing import Protocol, TypeVar

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


class Patience:
    """With one call that goes on failing: whether it is tried again, and when."""

    def __init__(self, deadline: float) -> None:
        """Begin with nothing gone wrong.

        Args:
            deadline: The instant after which no further try begins; the last one is made at it.
        """
        self._deadline = deadline
        self._failures = 0
        self._out_since: float | None = None

    def pause(self, error: ApiError, now: float) -> float | None:
        """Say how long to wait before the next try: exponentially longer, with full jitter.

        Args:
            error: What the last try raised; a throttled call has reached the API, and so ends an outage.
            now: The instant at which it did.

        Returns:
            Seconds, never beyond the deadline; None where there is no next try.
        """
        if isinstance(error, ThrottledError):
            self._out_since = None
        elif self._out_since is None:
            self._out_since = now
        if now >= self._deadline or (self._out_since is not None and now - self._out_since > OUTAGE_SECONDS):
            return None
        longest = min(LAST_BACKOFF_SECONDS, FIRST_BACKOFF_SECONDS * 2.0 ** min(self._failures, 10))
        self._failures += 1
        return min(random.uniform(0, longest), self._deadline - now)  # noqa: S311  # spreads load, guards nothing


def until_answered(
    call: Callable[[], T],
    *,
    deadline: float,
    clock: Clock,
    on_trouble: Callable[[ApiError], None],
) -> T:
    """Call until there is an answer.

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
    patience = Patience(deadline)
    while True:
        try:
            return call()
        except (ThrottledError, TransientError) as error:
            pause = patience.pause(error, clock.monotonic())
            if pause is None:
                raise
            on_trouble(error)
        clock.sleep(max(0.0, min(pause, deadline - clock.monotonic())))
