"""A clock that advances itself, so that a wait of hours takes microseconds."""

import threading
from datetime import UTC, datetime, timedelta

from pulumi_tcsql_check.errors import WaitCancelledError


class FakeClock:
    """A `Clock` that starts at an arbitrary instant and advances by each sleep.

    Attributes:
        now: The current instant, in seconds.
        sleeps: Every sleep, in seconds, in order.
    """

    def __init__(self, now: float = 1000.0, cancelled: threading.Event | None = None) -> None:
        """Start at this instant; the event is set when the update is cancelled."""
        self.now = now
        self._cancelled = cancelled or threading.Event()
        self.sleeps: list[float] = []

    def monotonic(self) -> float:
        """Return the current instant."""
        return self.now

    def utc(self) -> datetime:
        """Return the current instant as if it counted from 2026-01-01."""
        return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=self.now)

    def sleep(self, seconds: float) -> None:
        """Advance at once, and record the duration."""
        assert seconds >= 0, "time.sleep raises here"
        self.sleeps.append(seconds)
        self.advance(seconds)

    def check_cancelled(self) -> None:
        """Raise if the update is cancelled."""
        if self._cancelled.is_set():
            raise WaitCancelledError

    def advance(self, seconds: float) -> None:
        """Advance without a sleep, as a request does."""
        self.now += seconds
