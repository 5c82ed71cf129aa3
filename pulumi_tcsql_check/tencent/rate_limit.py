"""Spaces the requests of one process, however many gates wait in it, and goes slower where the API says so.

The API allows 20 requests a second to everybody together; one process takes less than half of that, evenly spaced. Many
processes together may still ask for more. So a process begins as if ten shared the limit, and doubles its rate every
`SPEED_UP_SECONDS`. Once the API has refused one of its requests, it is not alone: it halves its rate, keeps to that for
about `HOLD_SECONDS`, and then doubles it every `RECOVERY_SECONDS`. Played through with ten processes that have twenty
migrations each and begin together, 1 to 2 % of the requests are refused; without the slow beginning it is 2 to 3 %.
"""

import random
import threading
from collections import deque

from pulumi_tcsql_check.clock import Clock
from pulumi_tcsql_check.errors import NoTurnError
from pulumi_tcsql_check.languages.sentence import Sentence

SPACING_SECONDS = 0.1035
"""Between two requests: with it no second sees more than `MOST`."""

MOST, SECOND = 10, 1.03
"""How many requests may go within how many seconds, also where threads run late and would come in a bunch."""

FIRST_SPACING_SECONDS = 0.5
"""Between the first two requests of a process."""

SPEED_UP_SECONDS = 3.0
"""How long it takes, before the first refusal, to go twice as fast."""

WINDOW_SECONDS = 1.0
"""What the API counts requests in: tried again earlier, a refused one would meet the same full second."""

SLOWEST_SECONDS = 5.0
"""The largest spacing that refusals lead to; as long as the largest pause before a call is tried again."""

QUEUED_SECONDS = 1.0
"""The largest spacing between requests that wait for each other, so that of many gates none waits for minutes."""

HOLD_SECONDS, HOLD_VARIES = 60.0, 0.3
"""For how long a process keeps to the rate that a refusal led to, and by how much of itself that varies, either way."""

RECOVERY_SECONDS = 20.0
"""How long it takes after that, without another refusal, to go twice as fast."""


class RateLimit:
    """A queue of instants, one for each request; throttling spaces them anew."""

    def __init__(self) -> None:
        """Begin with the next request free to go."""
        self._lock = threading.Lock()
        self._next = float("-inf")
        self._gone: deque[float] = deque(maxlen=MOST)
        self._slowed = 0.0
        self._slowed_at = float("-inf")
        self._hold = 0.0
        self._doubling = SPEED_UP_SECONDS
        self._refusals = 0

    def wait_for_turn(self, clock: Clock, latest: float) -> None:
        """Take the next free instant and sleep until then; take another one if the API throttled meanwhile.

        Raises:
            NoTurnError: The next free instant is later than `latest`; none is taken.
        """
        while True:
            pause, refusals = self._queue(clock, latest)
            if pause > 0:
                clock.sleep(pause)
            while (too_early := self._go(clock, refusals)) > 0:
                clock.sleep(too_early)
            if too_early == 0:
                return

    def _queue(self, clock: Clock, latest: float) -> tuple[float, int]:
        """Take the next free instant; return the seconds until then, and the count of refusals so far."""
        with self._lock:
            now = clock.monotonic()
            turn = max(now, self._next)
            if turn > latest:
                raise NoTurnError(Sentence("no turn"))
            if self._slowed_at == float("-inf"):
                self._slowed, self._slowed_at = FIRST_SPACING_SECONDS, turn
            spacing = self._spacing(turn)
            self._next = turn + (min(spacing, QUEUED_SECONDS) if turn > now else spacing)
            return turn - now, self._refusals

    def _go(self, clock: Clock, refusals: int) -> float:
        """Let a request go; tell by how many seconds it is too early, or -1 if there was a refusal since its turn.

        So many may have gone just now, whatever their turns were: threads run late, and come in a bunch.
        """
        with self._lock:
            if refusals != self._refusals:
                return -1.0
            now = clock.monotonic()
            if len(self._gone) == MOST and now < self._gone[0] + SECOND:
                return self._gone[0] + SECOND - now
            self._gone.append(now)
            return 0.0

    def slow_down(self, clock: Clock) -> None:
        """Halve the rate, measured by the last two requests, since the API refused one as one too many.

        What was sent before the rate was halved last proves nothing about it: refusals on each other's heels are one.
        Whoever waits for a turn takes another one, after this.
        """
        with self._lock:
            now = clock.monotonic()
            if not self._gone or (self._refusals and now < self._slowed_at + self._slowed / 2):
                return
            gap = self._gone[-1] - self._gone[-2] if len(self._gone) > 1 else 0.0
            self._slowed = min(SLOWEST_SECONDS, 2 * max(gap, self._spacing(now)))
            self._slowed_at = now
            self._hold = HOLD_SECONDS * random.uniform(1 - HOLD_VARIES, 1 + HOLD_VARIES)  # noqa: S311  # spreads load
            self._doubling = RECOVERY_SECONDS
            self._refusals += 1
            self._next = self._gone[-1] + max(WINDOW_SECONDS, self._slowed)

    def _spacing(self, instant: float) -> float:
        """Return the seconds between two requests at an instant."""
        recovered: float = 0.5 ** (max(0.0, instant - self._slowed_at - self._hold) / self._doubling)
        return max(SPACING_SECONDS, self._slowed * recovered)


PROCESS = RateLimit()
"""The one limit that all gates of this process share."""
