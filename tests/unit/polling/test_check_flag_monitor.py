"""What the API calls a check as a whole, asked while a gate waits: how often, and what comes of it."""

import itertools
from collections.abc import Iterator, Sequence

import pytest
from harness.error_texts import full_text
from harness.fake_clock import FakeClock
from harness.responses import MIGRATION, make_progress
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
from pulumi_tcsql_check.model.progress import Progress
from pulumi_tcsql_check.polling import check_flag_monitor
from pulumi_tcsql_check.polling.check_flag_monitor import CheckFlagMonitor
from pulumi_tcsql_check.polling.policy import PollPolicy
from pulumi_tcsql_check.polling.watch import Watch

PASSED, RUNNING, NOT_STARTED = make_progress(3, 0, 0, 0), make_progress(2, 0, 7, -2), make_progress(1, -2, -2, -2)
NEXT_STEP, OTHER_CODE, LEFT_BEHIND = make_progress(3, 0, 0, 7), make_progress(2, 0, 8, -2), make_progress(3, 0, 7, 7)
DOWN, THROTTLED = TransientError("No connection."), ThrottledError("Too many.", code="RequestLimitExceeded")
REFUSED = PermanentError("It answered UnauthorizedOperation: No.", code="UnauthorizedOperation", request_id="r-9")

Said = int | None | BaseException


class Check:
    """A check whose steps and whose flag are answered one after the other, the last of each for ever."""

    def __init__(self, steps: Sequence[Progress | Exception], flags: Sequence[Said], takes: float = 0.0) -> None:
        """Take what each question brings, and how long one for the flag takes."""
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
        """Be asked for the steps."""
        self.steps_asked.append(self.clock.now - 1000)
        outcome = next(self._steps)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def ask(self, until: float) -> CheckFlag:
        """Be asked for the flag."""
        self.flag_asked.append(self.clock.now - 1000)
        self.seconds_given.append(until - self.clock.now)
        self.clock.advance(self._takes)
        said = next(self._flags)
        if isinstance(said, BaseException):
            raise said
        return CheckFlag(said, "f-1")

    def wait(
        self,
        timeout: float = 60,
        interval: float = 2,
        *failed_statuses: int,
        flow: Sequence[int] = (),
    ) -> Evidence:
        """Have a gate wait for it, with a flow that says these codes, if any."""
        codes = itertools.chain(flow, itertools.repeat(flow[-1])) if flow else iter(())
        monitor = CheckFlagMonitor([MIGRATION], clock=self.clock, warn=self.warnings.append)
        policy = PollPolicy(timeout, interval, failed_statuses)
        watch = Watch(MIGRATION, policy, self.clock.monotonic(), Flow(1001) if flow else None, monitor)
        api = StubApi(self.query, lambda flow, _: Flow(flow.flow_id, next(codes)), self.ask)
        return wait_for(watch, api, clock=self.clock, on_progress=self.seen.append)


def test_a_check_that_the_api_twice_calls_failed_ends_the_wait() -> None:
    """Ten seconds after the first time, and not at the deadline of half an hour; the error has both answers."""
    check = Check([RUNNING], [2])
    with pytest.raises(FlagFailedError) as raised:
        check.wait(1800)
    assert len(check.flag_asked) == 2
    assert check.flag_asked[0] == 0
    assert 10 <= check.flag_asked[1] < 12.3
    assert check.steps_asked[-1] == check.flag_asked[-1]
    assert (raised.value.migration, raised.value.progress) == (MIGRATION, RUNNING)
    assert raised.value.flag == CheckFlag(2, "f-1")
    assert check.warnings == []


@pytest.mark.parametrize("said", [0, 1, 3, 4, -1, -2, 2**70, None])
def test_nothing_else_that_it_says_changes_a_wait(said: int | None) -> None:
    """Neither opened nor failed, for as long as the steps don't say so."""
    check = Check([RUNNING], [said])
    with pytest.raises(CheckTimeoutError):
        check.wait()
    check = Check([RUNNING] * 10 + [PASSED], [said])
    assert check.wait().progress is PASSED


@pytest.mark.parametrize("said", [2, 1, DOWN, REFUSED])
def test_a_pass_opens_the_gate_whatever_it_says(said: Said) -> None:
    """The steps decide; once they have passed, nobody else is asked."""
    check = Check([PASSED], [said])
    assert check.wait().progress is PASSED
    assert check.flag_asked == []
    check = Check([RUNNING, PASSED], [said])
    assert check.wait().progress is PASSED
    assert len(check.flag_asked) == 1


def test_a_flag_of_the_start_before_fails_nothing() -> None:
    """Right after a new start it may still be 2; if it is not ten seconds later, the wait goes on to its pass."""
    check = Check([RUNNING] * 20 + [PASSED], [2, 3, 3, 2, 3])
    assert check.wait().progress is PASSED
    assert len(check.flag_asked) == 4


@pytest.mark.parametrize("between", [0, 1, 3, None, 4])
def test_two_that_are_not_in_a_row_do_not_count(between: int | None) -> None:
    """Whatever was said between them."""
    check = Check([RUNNING], [2, between, 2, between])
    with pytest.raises(CheckTimeoutError):
        check.wait(39)
    assert len(check.flag_asked) == 4


@pytest.mark.parametrize("between", [DOWN, THROTTLED])
def test_a_question_without_an_answer_breaks_no_row(between: TransientError | ThrottledError) -> None:
    """The two answers are in a row all the same, as those about the steps are."""
    check = Check([RUNNING], [2, between, between, 2])
    with pytest.raises(FlagFailedError):
        check.wait()
    assert len(check.flag_asked) == 4


@pytest.mark.parametrize("moved", [NEXT_STEP, OTHER_CODE, make_progress(2, 0, 7, 0), make_progress(1, 7, 0, -2)])
def test_a_check_that_moves_is_not_called_failed(moved: Progress) -> None:
    """Where the steps aren't those of the first time, the second time is the first."""
    check = Check([RUNNING] * 5 + [moved] * 5 + [RUNNING] * 5 + [PASSED], [2])
    assert check.wait(60, 2.2).progress is PASSED
    assert len(check.flag_asked) == 3
    check = Check([RUNNING] * 4 + [moved], [2])
    with pytest.raises(FlagFailedError) as raised:
        check.wait()
    assert raised.value.progress is moved
    assert len(check.flag_asked) == 3


def test_only_the_steps_codes_and_numbers_must_stand_still() -> None:
    """Another request id, or another wording of the same step, is no movement."""
    check = Check([RUNNING, make_progress(2, 0, 7, -2, message="Other words.")], [2])
    with pytest.raises(FlagFailedError):
        check.wait()
    assert len(check.flag_asked) == 2


def test_a_step_that_is_explained_in_between_starts_anew() -> None:
    """Passed or not started for a moment, as after another start: what was said before is forgotten."""
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
def test_it_is_not_asked_while_the_current_step_is_explained(steps: Progress) -> None:
    """Passed, not started, or not there."""
    check = Check([steps], [2])
    with pytest.raises(CheckTimeoutError) as raised:
        check.wait()
    assert check.flag_asked == []
    assert raised.value.flag is None
    assert {observation.flag for observation in check.seen} == {None}


def test_it_is_not_asked_where_the_steps_have_failed() -> None:
    """A taught code, and a step left behind twice, end the wait by themselves."""
    check = Check([RUNNING], [2])
    with pytest.raises(CheckFailedError):
        check.wait(60, 2, 7)
    assert check.flag_asked == []
    check = Check([LEFT_BEHIND], [2])
    with pytest.raises(CheckFailedError):
        check.wait()
    assert len(check.flag_asked) == 1


@pytest.mark.parametrize("interval", [0.1, 2, 9.99, 10, 25, 200])
def test_it_is_asked_at_most_every_ten_seconds(interval: float) -> None:
    """However often the steps are polled; and at the first poll after that, which is up to a tenth late."""
    check = Check([RUNNING], [3])
    with pytest.raises(CheckTimeoutError):
        check.wait(600, interval)
    gaps = [later - earlier for earlier, later in itertools.pairwise(check.flag_asked)]
    assert min(gaps) >= 10
    assert max(gaps) <= 10 + 1.1 * interval + 1e-6


def test_the_ten_seconds_count_on_while_the_steps_are_explained() -> None:
    """A step that comes and goes is no way to ask more often."""
    check = Check([RUNNING, NOT_STARTED] * 100, [3])
    with pytest.raises(CheckTimeoutError):
        check.wait(100)
    assert len(check.flag_asked) <= 10
    assert min(later - earlier for earlier, later in itertools.pairwise(check.flag_asked)) >= 10


def test_a_question_may_take_three_seconds_and_no_longer_than_the_wait() -> None:
    """Near the deadline it gets what is left, and at the deadline it isn't asked."""
    check = Check([RUNNING], [3], takes=1)
    with pytest.raises(CheckTimeoutError):
        check.wait(12)
    assert check.seconds_given[0] == check_flag_monitor.QUERY_SECONDS == 3
    assert 0 < check.seconds_given[1] < 3
    assert len(check.seconds_given) == 2
    check = Check([RUNNING], [3])
    with pytest.raises(CheckTimeoutError):
        check.wait(10, 300)
    assert (check.steps_asked, check.flag_asked) == ([0, 10], [0])


@pytest.mark.parametrize(("deadline", "count"), [(999, 0), (1000, 0), (1000.1, 1)])
def test_nothing_is_asked_when_the_time_is_up(deadline: float, count: int) -> None:
    """Neither at the deadline nor after it, whoever calls; the clock stands at 1000."""
    asked: list[float] = []

    def ask(until: float) -> CheckFlag:
        asked.append(until)
        return CheckFlag(2)

    monitor = CheckFlagMonitor([MIGRATION], clock=FakeClock(), warn=lambda _: None)
    monitor.poll(StubApi(lambda _: RUNNING, flag=ask).check_flags, deadline)
    assert asked == [deadline] * count


@pytest.mark.parametrize(
    "trouble", [DOWN, THROTTLED, CredentialsError("None."), AccountError("1", "x", "y", forbidden=True)]
)
def test_trouble_with_it_never_disturbs_the_steps(trouble: Exception) -> None:
    """The polls are what they would be without it: it is asked again ten seconds later, and nothing is said of it."""
    check = Check([RUNNING] * 20 + [PASSED], [trouble])
    assert check.wait(60, 2).progress is PASSED
    assert len(check.steps_asked) == 21
    assert len(check.flag_asked) == 4
    assert check.warnings == []
    assert {observation.trouble for observation in check.seen} == {None}


def test_a_refusal_is_said_once_and_nothing_else_changes() -> None:
    """It isn't asked again in this wait, which goes on to its pass."""
    check = Check([RUNNING] * 20 + [PASSED], [REFUSED, 2])
    assert check.wait().progress is PASSED
    assert check.flag_asked == [0]
    (warning,) = check.warnings
    assert str(warning) == (
        "migration check 1066 (ap-guangzhou): the wait uses the steps alone, since the API didn't report CheckFlag: "
        "It answered UnauthorizedOperation: No. Request r-9."
    )


def test_what_was_said_before_a_refusal_counts_no_more() -> None:
    """Neither for the verdict nor on the screen."""
    check = Check([RUNNING], [3, 2, REFUSED])
    with pytest.raises(CheckTimeoutError) as raised:
        check.wait()
    assert len(check.flag_asked) == 3
    assert raised.value.flag is None
    assert len(check.warnings) == 1


def test_a_cancelled_question_ends_the_wait() -> None:
    """Cancelling is no trouble of the list's."""
    check = Check([RUNNING], [WaitCancelledError()])
    with pytest.raises(WaitCancelledError):
        check.wait()
    assert len(check.steps_asked) == 1


def test_it_is_not_asked_before_the_flow_of_this_start_has_succeeded() -> None:
    """The steps may be of another start until then; from then on it counts as without a flow."""
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


def test_the_observer_hears_of_it_while_it_is_about_the_step() -> None:
    """Never together with a step that explains itself, such as one that passed."""
    check = Check([RUNNING, NEXT_STEP, NOT_STARTED, RUNNING, PASSED], [3])
    check.wait()
    said = [(one.progress, one.flag.code if one.flag else None) for one in check.seen]
    assert said == [
        *[(RUNNING, None), (RUNNING, 3), (NEXT_STEP, 3)],
        *[(NOT_STARTED, None), (RUNNING, 3), (PASSED, None)],
    ]


def test_what_was_said_is_the_last_word_until_another_question_is_asked() -> None:
    """Ten seconds later there is another word, or none where the question was not answered."""
    check = Check([RUNNING], [3, 0, DOWN, 3, REFUSED])
    with pytest.raises(CheckTimeoutError):
        check.wait(60)
    said = [one.flag.code if one.flag else None for one in check.seen]
    assert [code for code, _ in itertools.groupby(said)] == [None, 3, 0, None, 3, None]


def test_a_wait_that_times_out_says_what_was_said_last() -> None:
    """The error has it, and the sentence."""
    check = Check([RUNNING], [0, 3])
    with pytest.raises(CheckTimeoutError) as raised:
        check.wait(15)
    assert raised.value.flag == CheckFlag(3, "f-1")
    assert 'for 15 s; for the check as a whole the API last reported "checking" (CheckFlag 3) Looks: as' in full_text(
        raised.value
    )


def test_a_gate_without_a_second_opinion_is_what_it_was() -> None:
    """Nobody is asked, and no observation has a flag."""
    check = Check([RUNNING, PASSED], [2])
    watch = Watch(MIGRATION, PollPolicy(60, 2), check.clock.monotonic())
    evidence = wait_for(watch, StubApi(check.query), clock=check.clock, on_progress=check.seen.append)
    assert evidence.progress is PASSED
    assert {observation.flag for observation in check.seen} == {None}


def test_without_a_second_opinion_there_is_nothing_more_to_ask() -> None:
    """Whoever asks for more all the same gets nothing, and nobody is asked."""
    check = Check([RUNNING], [2])
    watch = Watch(MIGRATION, PollPolicy(60, 2), check.clock.monotonic())
    api = StubApi(check.query, flag=check.ask)
    watch.poll_flag(api, check.clock.monotonic)
    assert check.steps_asked == []
    watch.poll(api, check.clock.monotonic)
    watch.poll_flag(api, check.clock.monotonic)
    assert (check.steps_asked, check.flag_asked, watch.flag_is_due) == ([0], [], False)
