"""The flow of a start: it can hold or fail a gate, but never opens one."""

import itertools
from collections.abc import Iterator, Sequence

import pytest
from harness.error_texts import full_text, raises_error
from harness.fake_clock import FakeClock
from harness.responses import MIGRATION, make_progress
from harness.stub_api import Observation, StubApi, wait_for
from hypothesis import given, settings
from hypothesis import strategies as st

from pulumi_tcsql_check.errors import (
    CheckFailedError,
    CheckTimeoutError,
    FlowFailedError,
    NoTurnError,
    OutageError,
    PermanentError,
    TcsqlCheckError,
    ThrottledError,
    TransientError,
    WaitCancelledError,
)
from pulumi_tcsql_check.model.flow import Evidence, Flow
from pulumi_tcsql_check.model.progress import Progress
from pulumi_tcsql_check.model.statuses import Status
from pulumi_tcsql_check.polling.policy import PollPolicy
from pulumi_tcsql_check.polling.watch import Watch

PASSED, RUNNING, LEFT_BEHIND = make_progress(3, 0, 0, 0), make_progress(2, 0, 1, -2), make_progress(3, 0, -1, 1)
NOT_STARTED = make_progress(1, -2, -2, -2)
DOWN, THROTTLED, REFUSED = (
    TransientError("No connection."),
    ThrottledError("Too many.", code="RequestLimitExceeded"),
    PermanentError("No."),
)
NO_ANSWERS = (DOWN, THROTTLED, REFUSED)

CODES = st.one_of(st.none(), st.sampled_from([0, 1, 2]), st.integers())
PROGRESS = st.builds(
    lambda current, codes, off: make_progress(current, *codes, total=len(codes) + off),
    st.integers(0, 4),
    st.lists(st.sampled_from([0, 0, 0, 0, -2, 1, -1]), max_size=4),
    st.sampled_from([0, 0, 0, 1]),
)


class Check:
    """A check and its flow, with results in order; the last one repeats."""

    def __init__(self, flow: Sequence[int | Exception], steps: Sequence[Progress | Exception]) -> None:
        """Take the results of each query."""
        self.clock = FakeClock()
        self.asked: list[str] = []
        self.seen: list[Observation] = []
        self._flow: Iterator[int | Exception] = itertools.chain(flow, itertools.repeat(flow[-1]))
        self._steps: Iterator[Progress | Exception] = itertools.chain(steps, itertools.repeat(steps[-1]))

    def follow(self, flow: Flow, _deadline: float) -> Flow:
        """Return the next status of the flow, or raise its error."""
        assert flow.flow_id == 1001
        self.asked.append("flow")
        outcome = next(self._flow)
        if isinstance(outcome, Exception):
            raise outcome
        return Flow(1001, outcome, "f-1")

    def query(self, _deadline: float) -> Progress:
        """Return the next response about the steps, or raise its error."""
        self.asked.append("steps")
        outcome = next(self._steps)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def wait(self, timeout: float = 60, *failed_statuses: int) -> Evidence:
        """Let a gate wait for both."""
        policy = PollPolicy(timeout, 2, failed_statuses)
        watch = Watch(MIGRATION, policy, self.clock.monotonic(), Flow(1001))
        return wait_for(watch, StubApi(self.query, self.follow), clock=self.clock, on_progress=self.seen.append)


@settings(max_examples=1000, deadline=None, database=None)
@given(PROGRESS, CODES)
def test_steps_and_flow_pass_only_if_both_do(progress: Progress, code: int | None) -> None:
    """Only the flow's code 0 together with passed steps is a pass, and the status agrees."""
    evidence = Evidence(progress, Flow(1001, code))
    assert evidence.passed == (progress.passed and code == 0)
    assert (evidence.status() == "passed") == evidence.passed
    assert Evidence(progress).passed == progress.passed


@settings(max_examples=400, deadline=None, database=None)
@given(
    st.lists(st.one_of(st.sampled_from([0, 1, 2, 2, 2, 7]), st.sampled_from(NO_ANSWERS)), min_size=1, max_size=6),
    st.lists(
        st.one_of(st.sampled_from([PASSED] * 3 + [RUNNING, LEFT_BEHIND]), st.sampled_from(NO_ANSWERS)), min_size=1
    ),
)
def test_a_wait_passes_only_on_steps_queried_after_the_flow_had_succeeded(
    flow: list[int | Exception], steps: list[Progress | Exception]
) -> None:
    """In any order of responses, an open gate means that the flow returned 0 and that the steps passed afterwards."""
    check = Check(flow, steps)
    try:
        evidence = check.wait(30)
    except TcsqlCheckError:
        return
    said = [*flow, *itertools.repeat(flow[-1], check.asked.count("flow"))][: check.asked.count("flow")]
    assert (said[-1], evidence.progress) == (0, PASSED)
    assert evidence.flow == Flow(1001, 0, "f-1")
    assert check.asked[-1] == "steps"
    assert 0 not in said[:-1]


def test_steps_that_passed_before_the_flow_succeeded_do_not_count() -> None:
    """If the steps show an earlier start's pass and the flow's 0 comes with running steps, the gate stays shut."""
    check = Check([2, 0], [PASSED, RUNNING])
    with pytest.raises(CheckTimeoutError):
        check.wait()
    check = Check([2, 0], [PASSED, RUNNING, RUNNING, PASSED])
    assert check.wait().progress is PASSED
    assert check.asked == ["flow", "steps", "flow", "steps", "steps", "steps"]


def test_each_poll_queries_the_flow_first_until_it_returns_0() -> None:
    """A passed check needs two requests, and after the flow's end each poll needs one."""
    check = Check([0], [PASSED])
    check.wait()
    assert check.asked == ["flow", "steps"]
    check = Check([2, 2, 0], [RUNNING, RUNNING, RUNNING, RUNNING, PASSED])
    check.wait()
    assert check.asked == ["flow", "steps", "flow", "steps", "flow", "steps", "steps", "steps"]


@pytest.mark.parametrize("code", [2, 3, -1, -2, 2**63])
def test_any_other_code_of_the_flow_keeps_waiting(code: int) -> None:
    """An undocumented code neither opens nor fails the gate."""
    with pytest.raises(CheckTimeoutError) as raised:
        Check([code], [PASSED]).wait()
    assert raised.value.flow == Flow(1001, code, "f-1")
    assert raised.value.progress is PASSED
    shown = "" if code == 2 else f" (status {code})"
    assert f"Seen: flow 1001{shown} had not succeeded; 3/3 Step 3: passed Then:" in full_text(raised.value)


@pytest.mark.parametrize("steps", [PASSED, RUNNING, LEFT_BEHIND])
def test_a_failed_flow_ends_the_wait_whatever_the_steps_are(steps: Progress) -> None:
    """The gate queries the steps once more, for the error's text alone."""
    check = Check([2, 1], [RUNNING, steps])
    with pytest.raises(FlowFailedError) as raised:
        check.wait()
    assert check.asked == ["flow", "steps", "flow", "steps"]
    assert (raised.value.migration, raised.value.flow) == (MIGRATION, Flow(1001, 1, "f-1"))
    assert raised.value.progress is steps


@pytest.mark.parametrize("trouble", NO_ANSWERS)
def test_a_failed_flow_ends_the_wait_without_the_steps(trouble: Exception) -> None:
    """If the last query for the steps fails, the text shows the last known steps, or none."""
    with pytest.raises(FlowFailedError) as raised:
        Check([1], [trouble]).wait()
    assert raised.value.progress is None
    with raises_error(FlowFailedError, "▸ 2 Step 2: running"):
        Check([2, 1], [RUNNING, trouble]).wait()


def test_a_cancelled_last_query_is_a_cancelled_wait() -> None:
    """Cancelling precedes every other result."""
    with pytest.raises(WaitCancelledError):
        Check([1], [WaitCancelledError()]).wait()


def test_a_failure_from_before_the_flow_succeeded_does_not_count() -> None:
    """An earlier start's failed steps end nothing, whether by `failed_statuses` or left behind in two polls."""
    assert Check([2, 2, 2, 0], [LEFT_BEHIND] * 3 + [PASSED]).wait().passed
    assert Check([2, 0], [LEFT_BEHIND, LEFT_BEHIND, RUNNING, PASSED]).wait().passed
    assert Check([2, 2, 0], [RUNNING, RUNNING, PASSED]).wait(60, 1).passed


def test_a_step_that_fails_after_the_flow_succeeded_ends_the_wait() -> None:
    """The steps may fail although the flow has succeeded, and the text asks for the new flow's number."""
    check = Check([2, 0], [RUNNING, LEFT_BEHIND])
    with pytest.raises(CheckFailedError) as raised:
        check.wait()
    assert check.asked == ["flow", "steps", "flow", "steps", "steps"]
    assert (
        "run these with the new FlowId as flow_id (`pulumi config set` if configured): tcsql-check start"
        in full_text(raised.value)
    )


def test_a_timeout_before_any_response_about_the_flow_names_the_flow() -> None:
    """The text has the last error, and says that the flow had not succeeded."""
    with pytest.raises(CheckTimeoutError) as raised:
        Check([DOWN], [PASSED]).wait(30)
    assert (raised.value.progress, raised.value.trouble) == (None, DOWN)
    assert "Seen: flow 1001 had not succeeded; No connection. Then:" in full_text(raised.value)


def test_steps_from_before_the_flow_succeeded_do_not_count_as_unchanged() -> None:
    """If the flow's 0 comes at the deadline and the query for the steps then fails, the text names no duration."""
    with pytest.raises(CheckTimeoutError) as raised:
        Check([2, 2, 0], [RUNNING, RUNNING, NoTurnError("No turn in time.")]).wait(3)
    assert (raised.value.trouble, raised.value.unchanged_seconds) == (None, 0)


def test_an_outage_of_either_query_ends_the_wait() -> None:
    """Two minutes without a response about the flow end it, as two minutes without one about the steps do."""
    for check in (Check([DOWN], [PASSED]), Check([2], [DOWN])):
        with pytest.raises(OutageError):
            check.wait(1800)


def test_a_refused_query_for_the_flow_ends_the_wait_at_once() -> None:
    """The user has set the flow, so going on without it would be wrong."""
    check = Check([REFUSED], [PASSED])
    with pytest.raises(PermanentError) as raised:
        check.wait()
    assert raised.value is REFUSED
    assert check.asked == ["flow"]


def test_the_observer_gets_the_flow() -> None:
    """Each observation has the flow's last response; after a failed first query it has none."""
    check = Check([DOWN, 2, 0], [PASSED])
    check.wait()
    assert check.seen[0] == Observation(None, DOWN, 0, Flow(1001))
    assert [one.flow.code for one in check.seen[1:] if one.flow] == [2, 0]


@pytest.mark.parametrize(
    ("progress", "flow", "status", "words"),
    [
        (PASSED, None, "passed", "3/3 Step 3: passed"),
        (PASSED, Flow(1001, 0), "passed", "3/3 Step 3: passed"),
        (PASSED, Flow(1001, 2), "running", "waiting for flow 1001"),
        (PASSED, Flow(1001, 7), "unknown", "waiting for flow 1001 (status 7)"),
        (PASSED, Flow(1001), "unknown", "waiting for flow 1001"),
        (PASSED, Flow(None), "unknown", "waiting for a flow that is not known yet"),
        (PASSED, Flow(1001, 1), "failed", "flow 1001 has failed; 3/3 Step 3: passed"),
        (RUNNING, Flow(1001, 0), "running", "2/3 Step 2: running"),
        (RUNNING, Flow(1001, 2), "running", "2/3 Step 2: running"),
        (RUNNING, Flow(1001, 1), "failed", "flow 1001 has failed; 2/3 Step 2: running"),
        (LEFT_BEHIND, Flow(1001, 0), "failed", "2/3 Step 2: failed (status -1)"),
        (LEFT_BEHIND, Flow(1001, 2), "running", "2/3 Step 2: failed (status -1); waiting for flow 1001"),
        (NOT_STARTED, Flow(1001, 2), "not-started", "1/3 Step 1: not started"),
    ],
)
def test_the_status_in_words_mentions_the_flow_where_it_matters(
    progress: Progress, flow: Flow | None, status: Status, words: str
) -> None:
    """The text mentions the flow if the gate waits for it alone, or if it has failed."""
    evidence = Evidence(progress, flow)
    assert (evidence.status(), str(evidence.place().sentence)) == (status, words)
