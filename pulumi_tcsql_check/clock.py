"""Time, passed in as an object: monotonic seconds, and a sleep that a cancelled update ends."""

import threading
import time
from collections.abc import Callable
from typing import Protocol

from pulumi_tcsql_check.errors import WaitCancelledError


class Clock(Protocol):
    """The time that a wait lives in: monotonic seconds, and a sleep that a cancelled update ends."""

    def monotonic(self) -> float:
        """Return seconds from an arbitrary start that never go back."""

    def sleep(self, seconds: float) -> None:
        """Let time pass.

        Raises:
            WaitCancelledError: The update was cancelled.
        """


class SystemClock:
    """The machine's monotonic clock; sleeping ends at once when the update is cancelled."""

    def __init__(self, cancelled: threading.Event) -> None:
        """Take the event that a cancelled update sets."""
        self._cancelled = cancelled

    def monotonic(self) -> float:
        """Return seconds that never go back."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Sleep; raises `WaitCancelledError` as soon as the update is cancelled."""
        if self._cancelled.wait(seconds):
            raise WaitCancelledError


def raising_if(cancelled: threading.Event) -> Callable[[], None]:
    """Return a function that raises `WaitCancelledError` once the event is set."""

    def check_cancelled() -> None:
        if cancelled.is_set():
            raise WaitCancelledError

    return check_cancelled
