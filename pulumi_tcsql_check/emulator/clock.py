"""The clock that the emulator reads, and one that a test sets."""

from typing import Protocol


class Clock(Protocol):
    """Returns the time; never sleeps. The module `time` is one."""

    def monotonic(self) -> float:
        """Seconds since some fixed instant, never going back: for scenarios and the rate limit."""

    def time(self) -> float:
        """Seconds since 1970-01-01 UTC: for signatures and the request log."""


class ManualClock:
    """A clock for tests: it stands still until `advance` is called."""

    def __init__(self, time: float = 0.0) -> None:
        """Start at an instant, in seconds since 1970-01-01 UTC."""
        self._time = time

    def time(self) -> float:
        """Seconds since 1970-01-01 UTC."""
        return self._time

    monotonic = time

    def advance(self, seconds: float) -> None:
        """Move on by some seconds, 0 or more."""
        self._time += seconds
