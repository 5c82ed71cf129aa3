"""The API's rate limit: 20 requests a second for each action."""

import threading
from collections import deque

from pulumi_tcsql_check.emulator.clock import Clock
from pulumi_tcsql_check.emulator.wire import Code, RefusalError

REQUESTS_PER_SECOND = 20

_WINDOW_SECONDS = 1.0


class RateLimit:
    """Refuses what exceeds the limit in any stretch of one second. Safe to use from many threads.

    What was refused doesn't count, so a client that keeps asking gets 20 answers a second, not none.
    """

    def __init__(self, clock: Clock) -> None:
        """Begin with no request seen."""
        self._clock = clock
        self._accepted: dict[str, deque[float]] = {}
        self._lock = threading.Lock()

    def admit(self, action: str) -> None:
        """Count one request.

        Raises:
            RefusalError: `RequestLimitExceeded`.
        """
        now = self._clock.monotonic()
        with self._lock:
            accepted = self._accepted.setdefault(action, deque(maxlen=REQUESTS_PER_SECOND))
            if len(accepted) == REQUESTS_PER_SECOND and now - accepted[0] < _WINDOW_SECONDS:
                message = (
                    f"Your current request times equals to `{REQUESTS_PER_SECOND + 1}` in a second, which exceeds the "
                    f"frequency limit `{REQUESTS_PER_SECOND}` for a second. Please reduce the frequency of calls."
                )
                raise RefusalError(Code.REQUEST_LIMIT_EXCEEDED, message)
            accepted.append(now)
