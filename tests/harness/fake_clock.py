"""A clock that advances itself: a wait of hours takes microseconds."""

import threading

from pulumi_tcsql_check.errors import WaitCancelledError


class FakeClock:
    """Starts at an arbitrary instant; whoever sleeps moves it.

    Attributes:
        now: The present instant, in seconds.
        sleeps: Every pause that was slept, in seconds, in order.
    """

    def __init__(self, now: float = 1000.0, cancelled: threading.Event | None = None) -> None:
        """Start at an instant; the event is set when the update is cancelled."""
        self.now = now
        self._cancelled = cancelled or threading.Event()
        self.sleeps: list[float] = []

    def monotonic(self) -> float:
        """Return the present instant."""
        return self.now

    def sleep(self, seconds: float) -> None:
        """Let the time pass at once, and note how long it was."""
        assert seconds >= 0, "time.sleep would refuse this"
        self.sleeps.append(seconds)
        self.advance(seconds)

    def check_cancelled(self) -> None:
        """Raise if the update is cancelled."""
        if self._cancelled.is_set():
            raise WaitCancelledError

    def advance(self, seconds: float) -> None:
        """Let time pass that nobody slept, such as that of an exchange."""
        self.now += seconds
