"""The clock of the provider and the command."""

import threading

import pytest

from pulumi_tcsql_check.clock import raising_if
from pulumi_tcsql_check.errors import WaitCancelledError


def test_a_cancelled_update_is_heeded_in_every_search() -> None:
    """What an account of the process calls in between raises as soon as the update is cancelled."""
    cancelled = threading.Event()
    check_cancelled = raising_if(cancelled)
    check_cancelled()
    cancelled.set()
    with pytest.raises(WaitCancelledError):
        check_cancelled()
