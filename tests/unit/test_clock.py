"""The clock of the provider and the command."""

import threading

import pytest

from pulumi_tcsql_check.clock import SystemClock
from pulumi_tcsql_check.errors import WaitCancelledError


def test_a_cancelled_update_ends_every_search() -> None:
    """The check that a search of an account calls raises as soon as the update is cancelled."""
    cancelled = threading.Event()
    clock = SystemClock(cancelled)
    clock.check_cancelled()
    cancelled.set()
    with pytest.raises(WaitCancelledError):
        clock.check_cancelled()


def test_clocks_with_the_same_event_are_equal() -> None:
    """Gates of one process share an account although each read makes its own clock."""
    cancelled = threading.Event()
    assert SystemClock(cancelled) == SystemClock(cancelled) != SystemClock(threading.Event())
    assert len({SystemClock(cancelled), SystemClock(cancelled)}) == 1
