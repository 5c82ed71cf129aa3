"""The two clocks the emulator reads, as one object, and one whose time a test sets."""

import time
from typing import Protocol


class Clock(Protocol):
    """Tells the time; never sleeps."""

    def monotonic(self) -> float:
        """Seconds since some fixed instant, never going back: for scenarios and the rate limit."""

    def time(self) -> float:
        """Seconds since 1970-01-01 UTC: for signatures and the request log."""


class SystemClock:
    """The clocks of this machine."""

    def monotonic(self) -> float:
        """Seconds since some fixed instant, never going back."""
        return time.monotonic()

    def time(self) -> float:
        """Seconds since 1970-01-01 UTC."""
        return time.time()


class ManualClock:
    """Clocks that stand still until they are told to go on: for tests."""

    def __init__(self, time: float = 0.0) -> None:
        """Begin at an instant, in seconds since 1970-01-01 UTC."""
        self._time = time

    def monotonic(self) -> float:
        """The same as `time`, since a test never sets it back."""
        return self._time

    def time(self) -> float:
        """Seconds since 1970-01-01 UTC."""
        return self._time

    def advance(self, seconds: float) -> None:
        """Go on by some seconds, 0 or more."""
        self._time += seconds
