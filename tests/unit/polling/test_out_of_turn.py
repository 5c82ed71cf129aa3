"""A poll out of turn: what it may change, and what it leaves as it is."""

import pytest
from harness.fake_clock import FakeClock
from harness.responses import MIGRATION, make_progress
from harness.stub_api import StubApi

from pulumi_tcsql_check.errors import (
    CheckFailedError,
    CheckTimeoutError,
    PermanentError,
    ThrottledError,
    TransientError,
)
from pulumi_tcsql_check.model.flow import Flow
from pulumi_tcsql_check.model.progress import Progress
from pulumi_tcsql_check.polling.policy import PollPolicy
from pulumi_tcsql_check.polling.watch import Watch

PASSED, RUNNING, LEFT_BEHIND = make_progress(3, 0, 0, 0), make_progress(2, 0, 7, -2), make_progress(3, 0, -1, 7)
DOWN, THROTTLED = TransientError("No connection."), ThrottledError("Too many.", code="RequestLimitExceeded")


class Polled:
    """A check that is polled in turn and out of turn, with the next result for each query."""

    def __init__(
        self, *results: Progress | Exception, interval: float = 2.0, timeout: float = 60, flow: int | None = None
    ) -> None:
        """Start a wait; a flow always has this status."""
        self.clock = FakeClock()
        self.flows = 0
        self._results = list(results)
        self._flow = flow
        start = Flow(1001) if flow is not None else None
        self.watch = Watch(MIGRATION, PollPolicy(timeout, interval), self.clock.now, start)
        self._api = StubApi(self._next, self._follow)

    def _next(self, _: float) -> Progress:
        result = self._results.pop(0)
        if isinstance(result, Exception):
            raise result
        return result

    def _follow(self, flow: Flow, _: float) -> Flow:
        self.flows += 1
        return Flow(flow.flow_id, self._flow)

    def poll(self, after: float = 0.0) -> None:
        """Poll in turn, after a pause."""
        self.clock.advance(after)
        self.watch.poll(self._api, self.clock.monotonic)

    def poll_out_of_turn(self, after: float = 0.0) -> None:
        """Poll out of turn, after a pause."""
        self.clock.advance(after)
        self.watch.poll_out_of_turn(self._api, self.clock.monotonic)


@pytest.mark.parametrize("result", [RUNNING, DOWN, THROTTLED])
def test_the_next_turn_stays_as_it_is(result: Progress | Exception) -> None:
    """Before and after the first poll, with and without a response."""
    polled = Polled(result, RUNNING, result)
    polled.poll_out_of_turn()
    assert (polled.watch.polled_at, polled.watch.due) == (None, 1000)
    polled.poll()
    turn = polled.watch.polled_at, polled.watch.due
    polled.poll_out_of_turn(1)
    assert (polled.watch.polled_at, polled.watch.due) == turn


def test_a_pass_ends_the_wait() -> None:
    """It is the same full answer as in turn."""
    polled = Polled(PASSED)
    polled.poll_out_of_turn()
    assert polled.watch.end is not None
    assert polled.watch.end.passed


@pytest.mark.parametrize("trouble", [DOWN, THROTTLED])
def test_a_transient_error_is_lost(trouble: Exception) -> None:
    """It begins no outage and no backoff, and the row doesn't show it."""
    polled = Polled(RUNNING, trouble, DOWN)
    polled.poll()
    polled.poll_out_of_turn()
    assert (polled.watch.trouble, polled.watch.progress) == (None, RUNNING)
    polled.poll(59)
    assert polled.watch.due <= polled.clock.now + 0.5, "it is the first failure of a backoff"


def test_an_error_that_ends_a_wait_ends_it_out_of_turn_too() -> None:
    """Neither the deadline nor a refusal waits for the next turn."""
    with pytest.raises(PermanentError):
        Polled(PermanentError("No.", code="AuthFailure")).poll_out_of_turn()
    with pytest.raises(CheckTimeoutError):
        Polled(RUNNING).poll_out_of_turn(60)


def test_a_step_left_behind_counts_after_two_responses_that_are_a_second_apart() -> None:
    """Otherwise one torn response, read twice, would fail the check."""
    polled = Polled(*[LEFT_BEHIND] * 4)
    polled.poll()
    polled.poll_out_of_turn(0.1)
    polled.poll_out_of_turn(0.5)
    with pytest.raises(CheckFailedError):
        polled.poll_out_of_turn(0.4)


def test_a_response_in_between_that_differs_counts() -> None:
    """The two with the step left behind are not in a row then."""
    polled = Polled(LEFT_BEHIND, RUNNING, LEFT_BEHIND, LEFT_BEHIND)
    polled.poll()
    polled.poll_out_of_turn(0.1)
    polled.poll_out_of_turn(2)
    with pytest.raises(CheckFailedError):
        polled.poll_out_of_turn(2)


def test_with_a_short_interval_two_polls_count() -> None:
    """The user has chosen it."""
    polled = Polled(*[LEFT_BEHIND] * 2, interval=0.2)
    polled.poll()
    with pytest.raises(CheckFailedError):
        polled.poll(0.2)


def test_the_flow_is_queried_again_after_an_error() -> None:
    """Its status of a poll that was lost is old by the next turn."""
    polled = Polled(DOWN, RUNNING, flow=2)
    polled.poll_out_of_turn()
    polled.poll(20)
    assert polled.flows == 2


def test_a_response_ends_an_outage() -> None:
    """The two minutes without a response begin anew, also in a wave in which a turn comes after 100 seconds."""
    polled = Polled(RUNNING, DOWN, RUNNING, DOWN, timeout=1800)
    polled.poll()
    polled.poll()
    polled.poll_out_of_turn(90)
    polled.poll(31)
