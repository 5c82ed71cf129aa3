"""Time as an object that is passed in: monotonic seconds, and a sleep that ends when the update is cancelled."""

import threading
import time
from datetime import UTC, datetime
from typing import Protocol

import msgspec

from pulumi_tcsql_check.errors import WaitCancelledError


class Clock(Protocol):
    """The time of one wait, and whether the update that it belongs to is cancelled."""

    def monotonic(self) -> float:
        """Return seconds from an arbitrary start; they never go back."""

    def utc(self) -> datetime:
        """Return the date and time in UTC, for people."""

    def sleep(self, seconds: float) -> None:
        """Sleep; raises `WaitCancelledError` as soon as the update is cancelled."""

    def check_cancelled(self) -> None:
        """Raise `WaitCancelledError` if the update is cancelled."""


class SystemClock(msgspec.Struct, frozen=True):
    """The machine's monotonic clock. Clocks with the same event are equal.

    Attributes:
        cancelled: Set when the update is cancelled.
    """

    cancelled: threading.Event

    def monotonic(self) -> float:
        """Return seconds from an arbitrary start; they never go back."""
        return time.monotonic()

    def utc(self) -> datetime:
        """Return the date and time in UTC, for people."""
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        """Sleep; raises `WaitCancelledError` as soon as the update is cancelled."""
        if self.cancelled.wait(seconds):
            raise WaitCancelledError

    def check_cancelled(self) -> None:
        """Raise `WaitCancelledError` if the update is cancelled."""
        if self.cancelled.is_set():
            raise WaitCancelledError
