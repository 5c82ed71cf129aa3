"""The row of a migration during a wait, and the totals of several."""

import contextlib

import pytest
from harness.fake_clock import FakeClock
from harness.responses import MIGRATION, make_progress
from harness.stub_api import StubApi

from pulumi_tcsql_check.errors import (
    ApiError,
    CheckFailedError,
    FlagFailedError,
    FlowFailedError,
    NotFoundError,
    PermanentError,
    ThrottledError,
    TransientError,
)
from pulumi_tcsql_check.model.check_flag import CheckFlag
from pulumi_tcsql_check.model.flow import Flow
from pulumi_tcsql_check.model.progress import Migration, Progress
from pulumi_tcsql_check.polling.policy import PollPolicy
from pulumi_tcsql_check.polling.watch import Watch
from pulumi_tcsql_check.reading.rows import Board, Row

POLICY = PollPolicy(60.0, 2.0)


def waited(*answers: Progress | ApiError, migrate_id: int = 1066, clock: FakeClock | None = None) -> Watch:
    """Make a row after some polls."""
    clock = clock or FakeClock()
    watch = Watch(Migration(migrate_id, "ap-guangzhou"), POLICY, clock.now)
    for one in answers:

        def answer(_: float, one: Progress | ApiError = one) -> Progress:
            if isinstance(one, ApiError):
                raise one
            return one

        watch.poll(StubApi(answer), clock.monotonic)
    return watch


def test_a_row_starts_empty() -> None:
    """It has no step, no mark and no news."""
    row = Row(waited())
    assert not row.update(0.0)
    assert (row.state, row.mark, str(row.words(0.0)), row.passed_steps, row.steps) == (
        "not queried yet",
        " ",
        "not queried yet",
        (0, 0),
        [],
    )


def test_a_row_has_news_only_if_its_text_changes() -> None:
    """The same response again is no news."""
    watch = waited(make_progress(2, 0, 7))
    row = Row(watch)
    assert row.update(0.0)
    assert (row.state, row.mark, str(row.words(0.0)), row.passed_steps) == (
        "running",
        "▸",
        "2/2 Step 2: running",
        (1, 2),
    )
    assert list(map(str, row.steps)) == ["✓ 1 Step 1", "▸ 2 Step 2: running (status 7)"]
    assert not row.update(0.0)
    watch.poll(StubApi(lambda _: make_progress(2, 0, 7)), FakeClock().monotonic)
    assert not row.update(0.0)
    watch.poll(StubApi(lambda _: make_progress(2, 0, 0)), FakeClock().monotonic)
    assert row.update(0.0)
    assert (row.state, row.mark, row.passed_steps) == ("passed", "✓", (2, 2))


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        (ThrottledError("Slower."), "throttled by the API"),
        (TransientError("No.", kind="connection refused"), "no response from the API (connection refused)"),
        (TransientError("No."), "no response from the API"),
        (TransientError("No.", code="InternalError"), "the API says InternalError"),
    ],
)
def test_a_row_shows_the_kind_and_the_duration_of_an_error(trouble: ApiError, words: str) -> None:
    """The duration counts from the first such error, until there is a response."""
    watch = waited(trouble)
    row = Row(watch)
    assert row.update(100.0)
    assert (row.state, row.mark) == ("in trouble", "!")
    assert str(row.words(112.0)) == f"{words} for 12 s, retrying"
    watch.poll(StubApi(lambda _: make_progress(1, 7)), FakeClock().monotonic)
    assert row.update(113.0)
    assert str(row.words(113.0)) == "1/1 Step 1: running"


def test_an_error_is_the_last_text_of_a_row() -> None:
    """An API error is shown in a few words; after an unexpected error the row keeps its text."""
    row = Row(waited())
    row.error = NotFoundError("Not there.", code="ResourceNotFound.\x1b[2J")
    assert row.update(0.0)
    assert str(row.words(9.0)) == r"no such migration (ResourceNotFound.\x1b[2J)"
    row = Row(waited())
    row.error = PermanentError("No.", code="AuthFailure")
    assert row.update(0.0)
    assert str(row.words(9.0)) == "the API says AuthFailure"
    assert str(row.member.trouble) == "the API says AuthFailure"
    row = Row(waited(make_progress(1, 7)))
    row.error = FlagFailedError(MIGRATION, make_progress(1, 7), CheckFlag(2))
    assert row.update(0.0)
    assert (row.state, row.member.status, str(row.words(9.0))) == ("failed", "failed", "1/1 Step 1: running")
    row = Row(waited())
    row.error = FlowFailedError(MIGRATION, Flow(1001, 1))
    assert row.update(0.0)
    assert (row.state, str(row.words(9.0))) == ("failed", "not queried yet")


def test_a_row_shows_a_missing_start_and_a_missing_flow_as_the_gate_does() -> None:
    """The row has the command that starts the check; a code in `failed_statuses` counts as failed."""
    row = Row(waited(make_progress(1, -2, -2)))
    row.update(0.0)
    assert str(row.words(0.0)).startswith("no step has started; `tcsql-check start 1066 ")
    row = Row(waited(make_progress(1, 7)), (7,))
    row.update(0.0)
    assert (row.state, row.mark, str(row.words(0.0))) == ("failed", "✗", "1/1 Step 1: failed (status 7)")
    clock = FakeClock()
    watch = Watch(MIGRATION, POLICY, clock.now, Flow(1001))
    api = StubApi(lambda _: make_progress(1, 0), follow=lambda flow, _: Flow(flow.flow_id, 2))
    watch.poll(api, clock.monotonic)
    row = Row(watch)
    row.update(0.0)
    assert (row.state, str(row.words(0.0))) == ("running", "waiting for flow 1001")


@pytest.mark.parametrize(("flag", "more"), [(CheckFlag(2), "; the API reports that it failed"), (CheckFlag(3), "")])
def test_a_row_shows_only_a_failed_flag(flag: CheckFlag, more: str) -> None:
    """The gate's row does the same."""
    watch = waited(make_progress(1, 7))
    watch.flag = flag
    row = Row(watch)
    row.update(0.0)
    assert str(row.words(0.0)) == f"1/1 Step 1: running{more}"


def test_a_repeated_error_counts_from_its_first_time() -> None:
    """Another kind of error starts a new count."""
    watch = waited(TransientError("No."))
    row = Row(watch)
    row.update(100.0)
    for again, now, seconds in ((TransientError("No."), 105.0, 12), (ThrottledError("Slower."), 110.0, 2)):
        watch.trouble = again
        row.update(now)
        assert str(row.words(112.0)).endswith(f" for {seconds} s, retrying")


def board(clock: FakeClock) -> Board:
    """Make a board of six rows."""
    refused = TransientError("No.", kind="connection refused")
    failed = Watch(Migration(5, "ap-guangzhou"), PollPolicy(60.0, 2.0, (9,)), clock.now)
    with contextlib.suppress(CheckFailedError):
        failed.poll(StubApi(lambda _: make_progress(1, 9)), clock.monotonic)
    watches = [
        waited(make_progress(1, 0), migrate_id=1, clock=clock),
        waited(make_progress(1, 7, -2), migrate_id=2, clock=clock),
        waited(make_progress(2, 0, 7), migrate_id=3, clock=clock),
        waited(refused, migrate_id=4, clock=clock),
        failed,
        waited(migrate_id=6, clock=clock),
    ]
    return Board(watches, (9,), 60.0)


def test_a_board_shows_totals_and_the_remaining_time() -> None:
    """Failures come first; the remaining time is never negative."""
    clock = FakeClock()
    many = board(clock)
    assert len(many.update(clock.now)) == 5
    others = "1 failed, 2 running, 1 without a response (connection refused), 1 not queried yet"
    assert str(many.sum_up()) == f"1/6 passed, {others}"
    assert str(many.sum_line(clock.now + 45)) == f"1/6 passed · 15 s left · {others}"
    assert str(many.line(clock.now + 45)) == f"1/6 passed · 15 s left · {others}; slowest 2: 1/2 Step 1: running"
    assert str(many.end(clock.now + 45)) == f"1/6 passed, {others}, after 45 s"
    assert str(many.left(clock.now + 90)) == "0 s"


def test_a_single_passed_check_has_the_gates_text() -> None:
    """The line has the migration's name."""
    clock = FakeClock()
    one = Board([waited(make_progress(1, 0), clock=clock)], (), 60.0)
    one.update(clock.now)
    assert str(one.end(clock.now)) == "migration check 1066 (ap-guangzhou) has passed, after 0 s"


def test_several_passed_checks_are_one_line() -> None:
    """The line has their number and the time."""
    clock = FakeClock()
    two = Board([waited(make_progress(1, 0), migrate_id=number, clock=clock) for number in (1, 2)], (), 60.0)
    two.update(clock.now)
    assert str(two.line(clock.now)) == "2/2 passed · 60 s left"


def test_without_room_for_all_the_most_relevant_rows_stay() -> None:
    """These are failed ones, ones in trouble, and the running one farthest from its end, in the given order."""
    clock = FakeClock()
    many = board(clock)
    many.update(clock.now)
    first, others = many.first(3)
    assert [row.migration.migrate_id for row in first] == [2, 4, 5]
    assert str(many.sum_up(others)) == "1/3 passed, 1 running, 1 not queried yet"
