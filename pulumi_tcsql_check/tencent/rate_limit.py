"""Limits the request rate of one process, however many gates it runs, and backs off when the API throttles.

The API allows 20 requests a second for each action, to all clients together; one process sends at most half of that,
evenly spaced. It starts each action slowly, as if ten shared the limit, and doubles its rate every `SPEED_UP_SECONDS`.
When the API throttles a request, the process halves the rate of that action, keeps it for about `HOLD_SECONDS`, and
then doubles it every `RECOVERY_SECONDS`.
In a simulation of ten processes with twenty migrations each, the API throttles 1 to 2 % of the requests, and 2 to 3 %
without the slow start.
"""

import random
import threading
from collections import deque

from pulumi_tcsql_check.clock import Clock
from pulumi_tcsql_check.errors import NoTurnError
from pulumi_tcsql_check.languages.sentence import Sentence

SPACING_SECONDS = 0.1035
"""Between two requests, so that no second has more than `MAX_REQUESTS`."""

MAX_REQUESTS, BURST_SECONDS = 10, 1.03
"""At most this many requests in so many seconds, even if delayed threads send in a burst."""

FIRST_SPACING_SECONDS = 0.5
"""Between the first two requests of an action."""

SPEED_UP_SECONDS = 3.0
"""How long the rate takes to double before the first throttling."""

WINDOW_SECONDS = 1.0
"""The API's counting window: an earlier retry would be throttled again."""

SLOWEST_SECONDS = 5.0
"""The largest spacing after throttling; equals the largest backoff of a retry."""

QUEUED_SECONDS = 1.0
"""The largest spacing between queued requests, so that no gate waits for minutes."""

HOLD_SECONDS, HOLD_JITTER = 60.0, 0.3
"""How long a throttled process keeps its rate, and the relative jitter of that, either way."""

RECOVERY_SECONDS = 20.0
"""How long the rate then takes to double without another throttling."""


class RateLimit:
    """The limit of one action: a queue of instants, one for each request; throttling reschedules them."""

    def __init__(self) -> None:
        """Start with the next request allowed at once."""
        self._lock = threading.Lock()
        self._next = float("-inf")
        self._sent: deque[float] = deque(maxlen=MAX_REQUESTS)
        self._slowed = 0.0
        self._slowed_at = float("-inf")
        self._hold = 0.0
        self._doubling = SPEED_UP_SECONDS
        self._throttlings = 0

    def wait_for_turn(self, clock: Clock, latest: float) -> None:
        """Sleep until the next free instant, anew if throttled meanwhile; raises `NoTurnError` if that is too late."""
        while True:
            pause, throttlings = self._reserve(clock, latest)
            if pause > 0:
                clock.sleep(pause)
            while (too_early := self._try_to_send(clock, throttlings)) > 0:
                clock.sleep(too_early)
            if too_early == 0:
                return

    def next_turn(self) -> float:
        """Return the instant from which a request waits for nothing."""
        with self._lock:
            return self._next

    def _reserve(self, clock: Clock, latest: float) -> tuple[float, int]:
        """Reserve the next free instant; return the seconds until then, and the count of throttlings so far."""
        with self._lock:
            now = clock.monotonic()
            turn = max(now, self._next)
            if turn > latest:
                raise NoTurnError(Sentence("no turn"))
            if self._slowed_at == float("-inf"):
                self._slowed, self._slowed_at = FIRST_SPACING_SECONDS, turn
            spacing = self._spacing(turn)
            self._next = turn + (min(spacing, QUEUED_SECONDS) if turn > now else spacing)
            return turn - now, self._throttlings

    def _try_to_send(self, clock: Clock, throttlings: int) -> float:
        """Record a request; return the seconds it is too early, or -1 if the API throttled since its reservation."""
        with self._lock:
            if throttlings != self._throttlings:
                return -1.0
            now = clock.monotonic()
            if len(self._sent) == MAX_REQUESTS and now < self._sent[0] + BURST_SECONDS:
                return self._sent[0] + BURST_SECONDS - now
            self._sent.append(now)
            return 0.0

    def slow_down(self, clock: Clock) -> None:
        """Halve the rate, measured by the last two requests, after the API throttled one.

        Requests sent before the last halving don't count, so several throttlings in a row halve the rate once. Waiting
        threads reserve a new, later instant.
        """
        with self._lock:
            now = clock.monotonic()
            if not self._sent or (self._throttlings and now < self._slowed_at + self._slowed / 2):
                return
            gap = self._sent[-1] - self._sent[-2] if len(self._sent) > 1 else 0.0
            self._slowed = min(SLOWEST_SECONDS, 2 * max(gap, self._spacing(now)))
            self._slowed_at = now
            self._hold = HOLD_SECONDS * random.uniform(1 - HOLD_JITTER, 1 + HOLD_JITTER)  # noqa: S311  # spreads load
            self._doubling = RECOVERY_SECONDS
            self._throttlings += 1
            self._next = self._sent[-1] + max(WINDOW_SECONDS, self._slowed)

    def _spacing(self, instant: float) -> float:
        recovered: float = 0.5 ** (max(0.0, instant - self._slowed_at - self._hold) / self._doubling)
        return max(SPACING_SECONDS, self._slowed * recovered)


_limits: dict[str, RateLimit] = {}


def of(action: str) -> RateLimit:
    """Return this process's limit of one action."""
    return _limits.get(action) or _limits.setdefault(action, RateLimit())
