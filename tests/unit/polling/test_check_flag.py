"""The check flag, queried while a gate waits: how often, and how it affects the wait."""

import itertools
from collections.abc import Iterator, Sequence

import pytest
from harness.error_texts import full_text
from harness.fake_clock import FakeClock
from harness.responses import MIGRATION, make_page, make_progress
from harness.stub_api import Observation, StubApi, wait_for

from pulumi_tcsql_check.errors import (
    AccountError,
    CheckFailedError,
    CheckTimeoutError,
    CredentialsError,
    FlagFailedError,
    FlowFailedError,
    PermanentError,
    ThrottledError,
    TransientError,
    WaitCancelledError,
)
from pulumi_tcsql_check.languages.sentence import Sentence
from pulumi_tcsql_check.model.check_flag import CheckFlag
from pulumi_tcsql_check.model.flow import Evidence, Flow
from pulumi_tcsql_check.model.migration_list import MigrationPage
from pulumi_tcsql_check.model.progress import Progress
from pulumi_tcsql_check.polling import flag_reader
from pulumi_tcsql_check.polling.policy import PollPolicy
from pulumi_tcsql_check.polling.watch import Watch

PASSED, RUNNING, NOT_STARTED = make_progress(3, 0, 0, 0), make_progress(2, 0, 7, -2), make_progress(1, -2, -2, -2)
NEXT_STEP, OTHER_CODE, LEFT_BEHIND = make_progress(3, 0, 0, 7), make_progress(2, 0, 8, -2), make_progress(3, 0, 7, 7)
DOWN, THROTTLED = TransientError("No connection."), ThrottledError("Too many.", code="RequestLimitExceeded")
REFUSED = PermanentError("It answered UnauthorizedOperation: No.", code="UnauthorizedOperation", request_id="r-9")

Said = int | None | BaseException


class Check:
    """A check with replies for the steps and for the flag, in order; the last of each repeats."""

    def __init__(self, steps: Sequence[Progress | Exception], flags: Sequence[Said], takes: float = 0.0) -> None:
        """Take the results of each query, and the duration of a query for the flag."""
        self.clock = FakeClock()
        self.steps_asked: list[float] = []
        self.flag_asked: list[float] = []
        self.seconds_given: list[float] = []
        self.warnings: list[Sentence] = []
        self.seen: list[Observation] = []
        self._steps: Iterator[Progress | Exception] = itertools.chain(steps, itertools.repeat(steps[-1]))
        self._flags: Iterator[Said] = itertools.chain(flags, itertools.repeat(flags[-1]))
        self._takes = takes

    def query(self, _deadline: float) -> Progress:
        """Return or raise the next result for the steps."""
        self.steps_asked.append(self.clock.now - 1000)
        outcome = next(self._steps)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def page(self, number: int, deadline: float) -> MigrationPage:
        """Return a page with the next flag, or raise the next error."""
        assert number == 0
        self.flag_asked.append(self.clock.now - 1000)
        self.seconds_given.append(deadline - self.clock.now)
        self.clock.advance(self._takes)
        said = next(self._flags)
        if isinstance(said, BaseException):
            raise said
        return make_page({MIGRATION.migrate_id: said})

    def wait(
        self,
        timeout: float = 60,
        interval: float = 2,
        *failed_statuses: int,
        flow: Sequence[int] = (),
    ) -> Evidence:
        """Let a gate wait for it, with a flow that has these codes, if any."""
        codes = itertools.chain(flow, itertools.repeat(flow[-1])) if flow else iter(())
        policy = PollPolicy(timeout, interval, failed_statuses)
        watch = Watch(MIGRATION, policy, self.clock.monotonic(), Flow(1001) if flow else None)
        api = StubApi(self.query, lambda flow, _: Flow(flow.flow_id, next(codes)), self.page)
        return wait_for(watch, api, clock=self.clock, on_progress=self.seen.append, warn=self.warnings.append)


def test_a_failed_flag_in_two_queries_ends_the_wait() -> None:
    """The wait ends at the first poll ten seconds later, not at its deadline; the error has both responses."""
    check = Check([RUNNING], [2])
    with pytest.raises(FlagFailedError) as raised:
        check.wait(1800)
    assert len(check.flag_asked) == 2
    assert check.flag_asked[0] == 0
    assert 10 <= check.flag_asked[1] < 12.3
    assert 0 <= check.steps_asked[-1] - check.flag_asked[-1] < 2.3
    assert (raised.value.migration, raised.value.progress) == (MIGRATION, RUNNING)
    assert raised.value.flag == CheckFlag(2, "f-1")
    assert check.warnings == []


@pytest.mark.parametrize("said", [0, 1, 3, 4, -1, -2, 2**70, None])
def test_any_other_flag_does_not_change_a_wait(said: int | None) -> None:
    """The flag alone neither opens nor fails the gate while the steps are undecided."""
    check = Check([RUNNING], [said])
    with pytest.raises(CheckTimeoutError):
        check.wait()
    check = Check([RUNNING] * 10 + [PASSED], [said])
    assert check.wait().progress is PASSED


@pytest.mark.parametrize("said", [2, 1, DOWN, REFUSED])
def test_a_pass_opens_the_gate_whatever_the_flag_is(said: Said) -> None:
    """The steps decide: once they have passed, the gate doesn't query the flag."""
    check = Check([PASSED], [said])
    assert check.wait().progress is PASSED
    assert check.flag_asked == []
    check = Check([RUNNING, PASSED], [said])
    assert check.wait().progress is PASSED
    assert len(check.flag_asked) == 1


def test_a_failed_flag_of_an_earlier_start_fails_nothing() -> None:
    """After a new start the flag may still be 2; if it changes within ten seconds, the gate waits for the pass."""
    check = Check([RUNNING] * 20 + [PASSED], [2, 3, 3, 2, 3])
    assert check.wait().progress is PASSED
    assert 4 <= len(check.flag_asked) <= 5  # the polls have a jitter


@pytest.mark.parametrize("between", [0, 1, 3, None, 4])
def test_two_failed_flags_with_another_flag_between_them_do_not_count(between: int | None) -> None:
    """This holds for every other flag."""
    check = Check([RUNNING], [2, between, 2, between])
    with pytest.raises(CheckTimeoutError):
        check.wait(39)
    assert len(check.flag_asked) == 4


@pytest.mark.parametrize("between", [DOWN, THROTTLED])
def test_a_failed_query_between_two_failed_flags_is_ignored(between: TransientError | ThrottledError) -> None:
    """The two responses are still consecutive, as two responses with steps are."""
    check = Check([RUNNING], [2, between, between, 2])
    with pytest.raises(FlagFailedError):
        check.wait()
    assert len(check.flag_asked) == 4


@pytest.mark.parametrize("moved", [NEXT_STEP, OTHER_CODE, make_progress(2, 0, 7, 0), make_progress(1, 7, 0, -2)])
def test_a_failed_flag_does_not_count_if_the_steps_have_changed(moved: Progress) -> None:
    """If the steps differ from those at the first failed flag, the second failed flag counts as the first."""
    check = Check([RUNNING] * 5 + [moved] * 5 + [RUNNING] * 5 + [PASSED], [2])
    assert check.wait(60, 2.2).progress is PASSED
    assert len(check.flag_asked) == 4
    check = Check([RUNNING] * 4 + [moved], [2])
    with pytest.raises(FlagFailedError) as raised:
        check.wait()
    assert raised.value.progress is moved
    assert len(check.flag_asked) == 3


def test_only_the_codes_and_numbers_of_the_steps_are_compared() -> None:
    """Another request id, or another message of the same step, is no change."""
    check = Check([RUNNING, make_progress(2, 0, 7, -2, message="Other words.")], [2])
    with pytest.raises(FlagFailedError):
        check.wait()
    assert len(check.flag_asked) == 2


def test_a_documented_code_in_between_resets_the_flag() -> None:
    """If the current step has passed or not started in one poll, as after a new start, earlier flags don't count."""
    check = Check([RUNNING, NOT_STARTED, RUNNING], [2])
    with pytest.raises(FlagFailedError):
        check.wait()
    assert len(check.flag_asked) == 3


@pytest.mark.parametrize(
    "steps",
    [
        NOT_STARTED,
        make_progress(2, 0, 0, -2),
        make_progress(2, 0, -2, -2),
        make_progress(0),
        make_progress(9, 0, 0, -2),
        make_progress(1, 0, 0, 7),
    ],
)
def test_the_flag_is_not_queried_while_the_current_step_has_a_documented_code(steps: Progress) -> None:
    """The current step has passed, has not started, or is missing."""
    check = Check([steps], [2])
    with pytest.raises(CheckTimeoutError) as raised:
        check.wait()
    assert check.flag_asked == []
    assert raised.value.flag is None
    assert {observation.flag for observation in check.seen} == {None}


def test_the_flag_is_not_queried_once_the_steps_have_failed() -> None:
    """A code in `failed_statuses`, and a step left behind in two polls, end the wait without the flag."""
    check = Check([RUNNING], [2])
    with pytest.raises(CheckFailedError):
        check.wait(60, 2, 7)
    assert check.flag_asked == []
    check = Check([LEFT_BEHIND], [2])
    with pytest.raises(CheckFailedError):
        check.wait()
    assert len(check.flag_asked) == 1


@pytest.mark.parametrize("interval", [0.1, 2, 9.99, 10, 25, 200])
def test_the_flag_is_queried_at_most_every_ten_seconds(interval: float) -> None:
    """The query is at the first poll after ten seconds, up to 0.1 s late, however often the steps are polled."""
    check = Check([RUNNING], [3])
    with pytest.raises(CheckTimeoutError):
        check.wait(600, interval)
    gaps = [later - earlier for earlier, later in itertools.pairwise(check.flag_asked)]
    assert min(gaps) >= 10 - 1e-6
    assert max(gaps) <= 10 + 1.1 * interval + 1e-6


def test_a_documented_code_does_not_reset_the_ten_seconds() -> None:
    """A step whose code comes and goes doesn't cause more queries."""
    check = Check([RUNNING, NOT_STARTED] * 100, [3])
    with pytest.raises(CheckTimeoutError):
        check.wait(100)
    assert len(check.flag_asked) <= 10
    assert min(later - earlier for earlier, later in itertools.pairwise(check.flag_asked)) >= 10


def test_a_query_for_the_flag_may_take_three_seconds_and_ends_with_the_wait() -> None:
    """Near the deadline the query gets the remaining time, and at the deadline there is no query."""
    check = Check([RUNNING], [3], takes=1)
    with pytest.raises(CheckTimeoutError):
        check.wait(12)
    assert check.seconds_given[0] == flag_reader.PAGE_SECONDS == 3
    assert 0 < check.seconds_given[1] < 3
    assert len(check.seconds_given) == 2
    check = Check([RUNNING], [3])
    with pytest.raises(CheckTimeoutError):
        check.wait(10, 300)
    assert (check.steps_asked, check.flag_asked) == ([0, 10], [0])


@pytest.mark.parametrize(
    "trouble", [DOWN, THROTTLED, CredentialsError("None."), AccountError("1", "x", "y", forbidden=True)]
)
def test_a_failed_query_for_the_flag_never_changes_the_polls(trouble: Exception) -> None:
    """The polls are the same without the flag; the next query is ten seconds later, and the user sees no error."""
    check = Check([RUNNING] * 20 + [PASSED], [trouble])
    assert check.wait(60, 2).progress is PASSED
    assert len(check.steps_asked) == 21
    assert 4 <= len(check.flag_asked) <= 5  # the polls have a jitter
    assert check.warnings == []
    assert {observation.trouble for observation in check.seen} == {None}


def test_a_refused_query_for_the_flag_is_reported_once() -> None:
    """The wait doesn't query the flag again, and goes on to its pass."""
    check = Check([RUNNING] * 20 + [PASSED], [REFUSED, 2])
    assert check.wait().progress is PASSED
    assert check.flag_asked == [0]
    (warning,) = check.warnings
    assert str(warning) == (
        "migration check 1066 (ap-guangzhou): the wait uses the steps alone, since the API didn't report CheckFlag: "
        "It answered UnauthorizedOperation: No. Request r-9."
    )


def test_a_flag_from_before_a_refusal_does_not_count() -> None:
    """It affects neither the verdict nor the screen."""
    check = Check([RUNNING], [3, 2, REFUSED])
    with pytest.raises(CheckTimeoutError) as raised:
        check.wait()
    assert len(check.flag_asked) == 3
    assert raised.value.flag is None
    assert len(check.warnings) == 1


def test_a_cancelled_query_for_the_flag_ends_the_wait() -> None:
    """A cancelled update is not treated as a failed query."""
    check = Check([RUNNING], [WaitCancelledError()])
    with pytest.raises(WaitCancelledError):
        check.wait()
    assert len(check.steps_asked) == 1


def test_the_flag_is_not_queried_before_the_flow_has_succeeded() -> None:
    """The steps may be of another start until then; afterwards the flag counts as without a flow."""
    check = Check([RUNNING], [2])
    with pytest.raises(CheckTimeoutError):
        check.wait(60, flow=[2])
    assert check.flag_asked == []
    check = Check([RUNNING], [2])
    with pytest.raises(FlagFailedError) as raised:
        check.wait(60, flow=[2, 2, 0])
    assert 3.6 <= check.flag_asked[0] <= 4.4
    assert "with the new FlowId as flow_id" in full_text(raised.value)
    check = Check([RUNNING], [2])
    with pytest.raises(FlowFailedError):
        check.wait(60, flow=[1])
    assert check.flag_asked == []


def test_the_observer_gets_the_flag_while_the_current_step_has_an_undocumented_code() -> None:
    """An observation never has a flag together with a current step whose code is documented, such as a passed one."""
    check = Check([RUNNING, NEXT_STEP, NOT_STARTED, RUNNING, PASSED], [3])
    check.wait()
    said = [(one.progress, one.flag.code if one.flag else None) for one in check.seen]
    assert said == [
        *[(RUNNING, None), (RUNNING, None), (NEXT_STEP, 3)],
        *[(NOT_STARTED, None), (RUNNING, 3), (PASSED, None)],
    ]


def test_a_flag_is_reported_until_the_next_query() -> None:
    """Ten seconds later the observation has the new flag, or none if the query failed."""
    check = Check([RUNNING], [3, 0, DOWN, 3, REFUSED])
    with pytest.raises(CheckTimeoutError):
        check.wait(60)
    said = [one.flag.code if one.flag else None for one in check.seen]
    assert [code for code, _ in itertools.groupby(said)] == [None, 3, 0, None, 3, None]


def test_a_wait_that_times_out_reports_the_last_flag() -> None:
    """The error has the flag, and its text names it."""
    check = Check([RUNNING], [0, 3])
    with pytest.raises(CheckTimeoutError) as raised:
        check.wait(15)
    assert raised.value.flag == CheckFlag(3, "f-1")
    assert 'for 15 s; for the check as a whole the API last reported "checking" (CheckFlag 3) Looks: as' in full_text(
        raised.value
    )


def test_a_gate_that_does_not_query_the_flag_waits_as_before() -> None:
    """There is no query for the flag, and no observation has one."""
    check = Check([RUNNING, PASSED], [2])
    watch = Watch(MIGRATION, PollPolicy(60, 2), check.clock.monotonic())
    evidence = wait_for(watch, StubApi(check.query), clock=check.clock, on_progress=check.seen.append)
    assert evidence.progress is PASSED
    assert {observation.flag for observation in check.seen} == {None}
