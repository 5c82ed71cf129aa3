"""Several starts: what is known of them at any time."""

import pytest
from harness.fake_clock import FakeClock
from harness.responses import MIGRATION

from pulumi_tcsql_check.credentials.session import ApiSession
from pulumi_tcsql_check.errors import StartUnknownError, WaitCancelledError
from pulumi_tcsql_check.model.flow import Flow
from pulumi_tcsql_check.model.migration_list import MigrationPage
from pulumi_tcsql_check.model.progress import Migration
from pulumi_tcsql_check.starting.several import Starts

SECOND, THIRD = Migration(2, "ap-guangzhou"), Migration(3, "ap-guangzhou")


class CancelledSession(ApiSession):
    """A session in which the second start is cancelled."""

    def __init__(self) -> None:
        """Need no account."""

    def find(self, *_: object) -> MigrationPage | None:
        """Find no page that lists it."""
        return None

    def start(self, migration: Migration, _: float) -> Flow:
        """Return a flow, or raise."""
        if migration == SECOND:
            raise WaitCancelledError
        return Flow(1001)


def test_a_cancel_leaves_what_was_started_and_what_may_have_been() -> None:
    """The start in flight is unknown, and the others were not tried."""
    starts = Starts([MIGRATION, SECOND, THIRD])
    assert starts.result().untried == [MIGRATION, SECOND, THIRD]
    with pytest.raises(WaitCancelledError):
        starts.run(CancelledSession(), clock=FakeClock(), on_start=lambda *_: None, on_retry=lambda *_: None)
    known = starts.result()
    assert (dict(known.flows), known.untried) == ({MIGRATION: Flow(1001)}, [THIRD])
    (error,) = known.errors.values()
    assert isinstance(error, StartUnknownError)
