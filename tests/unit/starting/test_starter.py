"""One start: what is sent again, and what ends it."""

import threading
from collections.abc import Callable

import pytest
from harness.fake_clock import FakeClock
from harness.responses import MIGRATION, make_page

from pulumi_tcsql_check.credentials.session import ApiSession
from pulumi_tcsql_check.errors import (
    ApiError,
    MigrationOverError,
    NoTurnError,
    PermanentError,
    StartUnknownError,
    TcsqlCheckError,
    ThrottledError,
    TransientError,
    WaitCancelledError,
)
from pulumi_tcsql_check.languages.sentence import Sentence
from pulumi_tcsql_check.model.flow import Flow
from pulumi_tcsql_check.model.migration_list import PAST_CHECK, MigrationPage
from pulumi_tcsql_check.starting import starter
from pulumi_tcsql_check.tencent.exchange import MAX_EXCHANGE_SECONDS

FLOW = Flow(1001)
DOWN = TransientError("No.", kind="connection refused")
REFUSED = PermanentError("No.", code="UnauthorizedOperation")

Result = Flow | int | None | TcsqlCheckError


class StubSession(ApiSession):
    """A session whose responses are in two lists; it records how many requests to start have been sent."""

    def __init__(self, *starts: Result, statuses: tuple[Result, ...] = (1,)) -> None:
        """Take the responses to the starts and to the queries of the status; the last of each repeats."""
        self._starts, self._statuses = list(starts), list(statuses)
        self.sent = 0

    def find(self, *_: object) -> MigrationPage | None:
        """Return a page with the next status; none if that is None."""
        status = _next(self._statuses)
        assert status is None or isinstance(status, int)
        return make_page({MIGRATION.migrate_id: 3}, status=status) if status is not None else None

    def start(self, *_: object) -> Flow:
        """Return the next flow."""
        self.sent += 1
        flow = _next(self._starts)
        assert isinstance(flow, Flow)
        return flow


def _next(results: list[Result]) -> Result:
    result = results.pop(0) if len(results) > 1 else results[0]
    if isinstance(result, TcsqlCheckError):
        raise result
    return result


def start(
    session: StubSession, clock: FakeClock | None = None, show: Callable[[Sentence], None] = lambda _: None
) -> Flow:
    """Start the check."""
    return starter.start(session, MIGRATION, clock=clock or FakeClock(), on_retry=show)


def test_an_accepted_start_is_sent_once() -> None:
    """It returns the new flow."""
    session = StubSession(FLOW)
    assert start(session) == FLOW
    assert session.sent == 1


@pytest.mark.parametrize("error", [ThrottledError("Too many."), NoTurnError("Too late."), DOWN])
def test_what_started_nothing_is_sent_again(error: ApiError) -> None:
    """A throttled request and one that did not arrive are sent again, and the user sees why."""
    lines: list[str] = []
    session = StubSession(error, error, FLOW)
    assert start(session, show=lambda line: lines.append(str(line))) == FLOW
    assert session.sent == 3
    cause = "connection refused" if error is DOWN else "throttled by the API"
    assert lines == [f"starting the check; {cause}, retrying"] * 2


def test_an_error_without_a_cause_is_shown_as_no_response() -> None:
    """The line says what is known."""
    lines: list[str] = []
    start(StubSession(TransientError("No."), FLOW), show=lambda line: lines.append(str(line)))
    assert lines == ["starting the check; no response from the API, retrying"]


@pytest.mark.parametrize("error", [ThrottledError("Too many."), DOWN])
def test_a_start_ends_at_its_deadline(error: ApiError) -> None:
    """The last error is raised after 60 s, as the README says."""
    clock = FakeClock()
    began = clock.monotonic()
    with pytest.raises(type(error)):
        start(StubSession(error), clock)
    assert clock.monotonic() - began == pytest.approx(60)


@pytest.mark.parametrize("error", [StartUnknownError(MIGRATION, DOWN), REFUSED, WaitCancelledError()])
def test_nothing_else_is_sent_again(error: TcsqlCheckError) -> None:
    """Neither a start of unknown outcome nor a refused or cancelled one."""
    session = StubSession(error, FLOW)
    with pytest.raises(type(error)):
        start(session)
    assert session.sent == 1


@pytest.mark.parametrize("status", sorted(PAST_CHECK))
def test_a_migration_that_is_past_its_check_is_not_started(status: int) -> None:
    """The error has the status with its meaning, and no request is sent."""
    session = StubSession(FLOW, statuses=(DOWN, status))
    with pytest.raises(MigrationOverError) as caught:
        start(session)
    assert f"with status {status} (" in str(caught.value)
    assert session.sent == 0


@pytest.mark.parametrize("status", [None, 1, 5, 7, 99, REFUSED])
def test_any_other_status_starts_the_check(status: Result) -> None:
    """So does a list that doesn't have the migration, or may not be queried."""
    assert start(StubSession(FLOW, statuses=(status,))) == FLOW


@pytest.mark.parametrize("error", [DOWN, PermanentError("No.", code="InvalidParameter"), PermanentError("No.")])
def test_a_list_that_does_not_respond_starts_nothing(error: ApiError) -> None:
    """Whether the migration is past its check is unknown then; only a missing permission is accepted."""
    session = StubSession(FLOW, statuses=(error,))
    with pytest.raises(type(error)):
        start(session)
    assert session.sent == 0


def test_a_start_at_the_deadline_has_the_time_of_a_whole_exchange() -> None:
    """It may not be cut off because the query of the status took so long."""
    clock = FakeClock()

    class LateSession(StubSession):
        def find(self, *_: object) -> MigrationPage | None:
            clock.advance(59.5)
            return super().find()

        def start(self, *given: object) -> Flow:
            (until,) = [one for one in given if isinstance(one, float)]
            assert until - clock.monotonic() == pytest.approx(MAX_EXCHANGE_SECONDS)
            return super().start()

    assert start(LateSession(FLOW), clock) == FLOW


class CancellableClock(FakeClock):
    """A clock whose sleep ends at a cancel."""

    def sleep(self, seconds: float) -> None:
        """Advance, unless the update is cancelled."""
        self.check_cancelled()
        super().sleep(seconds)


def test_a_cancel_ends_a_pause_between_two_requests() -> None:
    """No second request is sent."""
    cancelled = threading.Event()
    clock = CancellableClock(cancelled=cancelled)
    session = StubSession(DOWN, FLOW)

    def show(_: Sentence) -> None:
        cancelled.set()

    with pytest.raises(WaitCancelledError):
        start(session, clock, show)
    assert session.sent == 1
