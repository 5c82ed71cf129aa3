"""Decides whether and when to retry a call that failed with a transient error; polling is not retrying."""

import random
from collections.abc import Callable
from typing import TypeVar

from pulumi_tcsql_check.clock import Clock
from pulumi_tcsql_check.errors import ApiError, ThrottledError, TransientError

OUTAGE_SECONDS = 120.0
"""The longest uninterrupted outage, in seconds, before the last error ends the wait."""

FIRST_BACKOFF_SECONDS = 0.5
LAST_BACKOFF_SECONDS = 5.0

T = TypeVar("T")


class Backoff:
    """The retries of one call; the last attempt starts at the deadline."""

    def __init__(self, deadline: float) -> None:
        """Start without a failure; `deadline` is an instant on the clock."""
        self._deadline = deadline
        self._failures = 0
        self._out_since: float | None = None

    def pause(self, error: ApiError, now: float) -> float | None:
        """Return the seconds until the next attempt: exponential backoff with full jitter, at most to the deadline.

        None means that there is no next attempt. A throttled call ends an outage, since it reached the API.
        """
        if isinstance(error, ThrottledError):
            self._out_since = None
        elif self._out_since is None:
            self._out_since = now
        if now >= self._deadline or (self._out_since is not None and now - self._out_since > OUTAGE_SECONDS):
            return None
        longest = min(LAST_BACKOFF_SECONDS, FIRST_BACKOFF_SECONDS * 2.0 ** min(self._failures, 10))
        self._failures += 1
        return min(random.uniform(0, longest), self._deadline - now)  # noqa: S311  # jitter needs no cryptography


def retry(call: Callable[[], T], deadline: float, *, clock: Clock, on_trouble: Callable[[ApiError], object]) -> T:
    """Call until one attempt succeeds; `on_trouble` gets each error that is followed by another attempt.

    No attempt starts after the deadline, an instant on the clock. Raises the error of the last attempt: one that no
    retry can help with, or the last before the deadline.
    """
    backoff = Backoff(deadline)
    while True:
        try:
            return call()
        except (ThrottledError, TransientError) as error:
            pause = backoff.pause(error, clock.monotonic())
            if pause is None:
                raise
            on_trouble(error)
        clock.sleep(max(0.0, min(pause, deadline - clock.monotonic())))
