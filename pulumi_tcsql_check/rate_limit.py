"""Spaces the requests of one process, however many gates wait in it.

The API allows 20 requests a second to everybody together; one process takes less than half of that, evenly spaced.
"""

import threading

from pulumi_tcsql_check.errors import ThrottledError
from pulumi_tcsql_check.retry import Clock

SPACING_SECONDS = 0.11
"""Between two requests: with it no second sees more than 10, even where threads run a little late."""


class RateLimit:
    """A queue of instants, one for each request."""

    def __init__(self) -> None:
        """Begin with the next request free to go."""
        self._lock = threading.Lock()
        self._next = float("-inf")

    def wait_for_turn(self, clock: Clock, latest: float) -> None:
        """Take the next free instant, and sleep until then.

        Args:
            clock: The time to live in.
            latest: The last instant, on the clock, that is of use.

        Raises:
            ThrottledError: The next free instant is later than that; none is taken.
        """
        with self._lock:
            now = clock.monotonic()
            turn = max(now, self._next)
            if turn > latest:
                raise ThrottledError("This process asks about too many migrations to get a turn in time.")
            self._next = turn + SPACING_SECONDS
        if turn > now:
            clock.sleep(turn - now)


PROCESS = RateLimit()
"""The one limit that all gates of this process share."""
