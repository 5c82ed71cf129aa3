"""Whether a call that failed in passing is tried again, and when: for as long as its class of trouble allows.

This is not polling: a call that brought an answer, whatever the answer, is no business of this.
"""

import random

from pulumi_tcsql_check.errors import ApiError, ThrottledError

OUTAGE_SECONDS = 120.0
"""The longest uninterrupted outage, in seconds, before the last error ends the wait."""

FIRST_BACKOFF_SECONDS = 0.5
LAST_BACKOFF_SECONDS = 5.0


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
