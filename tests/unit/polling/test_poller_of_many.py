"""A wait for several checks: when it ends, who is still asked, and what it gives back."""

import itertools
import random
import threading
from collections import Counter
from collections.abc import Callable, Sequence

import pytest
from harness.fake_clock import FakeClock
from harness.responses import make_progress
from harness.stub_api import StubApi

from pulumi_tcsql_check.clock import SystemClock
from pulumi_tcsql_check.errors import (
    AccountError,
    CheckFailedError,
    CheckTimeoutError,
    CredentialsError,
    FlagFailedError,
    NotFoundError,
    PermanentError,
    TcsqlCheckError,
    ThrottledError,
    TransientError,
    UnanswerableError,
    WaitCancelledError,
)
from pulumi_tcsql_check.model.check_flag import CheckFlag
from pulumi_tcsql_check.model.progress import Migration, Progress
from pulumi_tcsql_check.polling import poller
from pulumi_tcsql_check.polling.check_flag_monitor import CheckFlagMonitor
from pulumi_tcsql_check.polling.policy import PollPolicy
from pulumi_tcsql_check.polling.watch import Watch

PASSED, RUNNING = make_progress(3, 0, 0, 0), make_progress(2, 0, 7, -2)
FAILED, TAUGHT = make_progress(3, 0, -1, 7), make_progress(2, 0, 9, -2)
DOWN, THROTTLED, MISSING = (
    TransientError("No connection."),
    ThrottledError("Too many.", code="RequestLimitExceeded"),
    NotFoundError("None."),
)

Outcome = Progress | Exception


class Wave:
    """Checks that are answered one after the other in one thread, each with answers of its own, the last for ever."""

    def __init__(self, *checks: Sequence[Outcome], takes: float = 0.1) -> None:
        """Take the answers of each check, and how long each takes, in seconds."""
        self.clock = FakeClock()
        self.asked: list[tuple[int, float]] = []
        self.told: list[float] = []
        self._answers = [iter(answers) for answers in checks]
        self._last: list[Outcome] = [answers[-1] for answers in checks]
        self._takes = takes
        self.watches: list[Watch] = []

    def query(self, migration: Migration, _deadline: float) -> Progress:
        """Be asked for one."""
        number = migration.migrate_id
        self.asked.append((number, self.clock.now - 1000))
        self.clock.advance(self._takes)
        outcome = next(self._answers[number - 1], self._last[number - 1])
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def wait(
        self, timeout: float = 60, interval: float = 2, *failed_statuses: int, stop_at_failure: bool = True
    ) -> dict[int, TcsqlCheckError]:
        """Have a gate wait for all; returns the errors by number."""
        policy = PollPolicy(timeout, interval, failed_statuses)
        began = self.clock.monotonic()
        self.watches = [Watch(Migration(n, "ap-guangzhou"), policy, began) for n in range(1, len(self._answers) + 1)]
        api = _Each(self.query)
        errors = poller.wait(
            self.watches,
            lambda: api,
            clock=self.clock,
            on_progress=self.told.append,
            stop_at_failure=stop_at_failure,
        )
        return {watch.migration.migrate_id: error for watch, error in errors.items()}

    @property
    def times(self) -> Counter[int]:
        """How often each was asked."""
        return Counter(number for number, _ in self.asked)


class _Each(StubApi):
    """Answers for each check."""

    def __init__(self, ask: Callable[[Migration, float], Progress]) -> None:
        super().__init__(lambda _: RUNNING)
        self._ask = ask

    def query(self, migration: Migration, deadline: float) -> Progress:
        return self._ask(migration, deadline)


@pytest.fixture(autouse=True)
def _one_lane(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask in one thread, since the clock is not real; other tests ask in eight."""
    if "lanes" not in request.fixturenames:
        monkeypatch.setattr(poller, "CONNECTIONS", 1)


def test_it_ends_once_all_have_passed_and_asks_none_that_has() -> None:
    """Each is asked until its own pass, and the answers are kept."""
    wave = Wave([PASSED], [RUNNING, RUNNING, PASSED], [RUNNING, PASSED])
    assert wave.wait() == {}
    assert wave.times == {1: 1, 2: 3, 3: 2}
    assert all(watch.end is not None and watch.end.passed for watch in wave.watches)


def test_the_first_round_asks_all_before_anybody_is_asked_again() -> None:
    """However long it takes, and in the order given."""
    wave = Wave(*[[RUNNING, PASSED]] * 50, takes=0.2)
    assert wave.wait() == {}
    assert [number for number, _ in wave.asked[:50]] == list(range(1, 51))


def test_a_failure_ends_it_for_all_but_those_that_were_never_asked() -> None:
    """They are asked once, so that all that have failed are known; who runs is not asked again."""
    wave = Wave([RUNNING], [TAUGHT], [RUNNING], [TAUGHT], [PASSED])
    errors = wave.wait(60, 2, 9)
    assert {number: type(error) for number, error in errors.items()} == {2: CheckFailedError, 4: CheckFailedError}
    assert wave.times == {1: 1, 2: 1, 3: 1, 4: 1, 5: 1}


def test_those_whose_first_request_was_one_too_many_are_asked_again_before_it_ends() -> None:
    """They were never asked, and may have failed as well."""
    wave = Wave([TAUGHT], [THROTTLED, THROTTLED, TAUGHT], [RUNNING])
    assert wave.wait(60, 2, 9).keys() == {1, 2}
    assert wave.times == {1: 1, 2: 3, 3: 1}


def test_one_that_ran_when_it_was_asked_is_not_asked_again_before_it_ends_however_often_it_was_refused() -> None:
    """Its answer is known; nor does the end wait for it."""
    wave = Wave([RUNNING, THROTTLED], [RUNNING, RUNNING, TAUGHT], takes=1)
    assert wave.wait(60, 2, 9).keys() == {2}
    assert wave.asked[-1][0] == 2


def test_a_pause_after_a_refusal_is_kept_to_also_before_it_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """However soon those that look failed are asked again."""
    monkeypatch.setattr(random, "uniform", lambda _, longest: longest)
    wave = Wave([THROTTLED, THROTTLED, THROTTLED, TAUGHT], [TAUGHT])
    wave.wait(60, 2, 9)
    asked = [at for number, at in wave.asked if number == 1]
    assert [later - sooner for sooner, later in itertools.pairwise(asked)] == pytest.approx([0.6, 1.1, 2.1])


def test_those_that_are_refused_for_ever_hold_up_nobody() -> None:
    """With every request half a second long, thirty of them would take every turn."""
    wave = Wave(*[[THROTTLED]] * 30, [RUNNING, RUNNING, TAUGHT], takes=0.5)
    assert wave.wait(600, 2, 9).keys() == {31}
    assert wave.clock.now - 1000 < 100


def test_one_whose_first_request_was_one_too_many_goes_before_those_that_were_asked() -> None:
    """It is asked as soon as each of the others has been."""
    wave = Wave([THROTTLED, RUNNING], *[[RUNNING]] * 30, takes=0.5)
    wave.wait(40)
    assert [number for number, _ in wave.asked[:32]] == [*range(1, 32), 1]


def test_one_that_looks_failed_is_asked_again_before_it_ends() -> None:
    """A step that was left behind counts once it was seen twice, also after another check has failed."""
    wave = Wave([FAILED], [TAUGHT], [FAILED, RUNNING])
    errors = wave.wait(60, 2, 9)
    assert set(errors) == {1, 2}
    assert wave.times == {1: 2, 2: 1, 3: 2}
    assert wave.clock.now - 1000 < 3


@pytest.mark.parametrize("interval", [2, 300])
def test_what_comes_after_a_failure_is_bounded(interval: float) -> None:
    """With very many, or a long pause, not all are asked any more."""
    wave = Wave([TAUGHT], *[[FAILED]] * 5, *[[RUNNING]] * 200, takes=0.1)
    assert 1 in wave.wait(1800, interval, 9)
    assert poller.LAST_ROUND_SECONDS == 10
    assert wave.clock.now - 1000 <= 10.3
    assert len(wave.times) <= 102


@pytest.mark.parametrize("trouble", [DOWN, THROTTLED])
def test_trouble_with_one_does_not_hold_up_the_others(trouble: Exception) -> None:
    """It is asked again after a while of its own, and passes as well."""
    wave = Wave([trouble] * 5 + [PASSED], *[[RUNNING] * 3 + [PASSED]] * 4)
    assert wave.wait() == {}
    undisturbed = Wave([PASSED], *[[RUNNING] * 3 + [PASSED]] * 4)
    undisturbed.wait()
    last = max(at for number, at in wave.asked if number > 1)
    assert last <= max(at for _, at in undisturbed.asked) + 1


def test_an_outage_of_one_ends_it_after_two_minutes() -> None:
    """While the others were answered all along."""
    wave = Wave([DOWN], [RUNNING])
    errors = wave.wait(1800)
    assert set(errors) == {1}
    assert 120 < wave.clock.now - 1000 < 130


@pytest.mark.parametrize("refusal", [MISSING, UnanswerableError("No.", code="InvalidParameter.InputIllegal")])
def test_one_that_cannot_be_looked_up_ends_it_like_a_failure(refusal: Exception) -> None:
    """With all that can't."""
    wave = Wave([RUNNING], [refusal], [refusal], [RUNNING])
    assert set(wave.wait()) == {2, 3}
    assert wave.times == {1: 1, 2: 1, 3: 1, 4: 1}


@pytest.mark.parametrize(
    "trouble",
    [
        PermanentError("No.", code="AuthFailure.SignatureFailure"),
        CredentialsError("None."),
        AccountError("1", "x", "y", forbidden=True),
        WaitCancelledError(),
        ZeroDivisionError(),
    ],
)
def test_what_is_everybodys_trouble_is_raised_at_once(trouble: Exception) -> None:
    """Nobody else is asked with what was refused, and nothing is asked after a cancel."""
    wave = Wave([RUNNING], [trouble], [RUNNING])
    with pytest.raises(type(trouble)):
        wave.wait()
    assert wave.times == {1: 1, 2: 1}


def test_what_is_everybodys_trouble_takes_no_failures_place() -> None:
    """Once one is known to have failed, that is told, whatever the last round meets."""
    refused = PermanentError("No.", code="AuthFailure.SignatureFailure")
    errors = Wave([TAUGHT], [refused]).wait(60, 2, 9)
    assert {number: type(error) for number, error in errors.items()} == {1: CheckFailedError, 2: PermanentError}


def test_those_that_look_failed_are_asked_again_soon_however_long_the_interval() -> None:
    """Whether they were asked before the first failure or after it, and nobody sleeps for nothing."""
    wave = Wave([FAILED], [TAUGHT], [FAILED], [RUNNING])
    assert set(wave.wait(1800, 60, 9)) == {1, 2, 3}
    again = wave.asked[4:]
    assert [number for number, _ in again] == [1, 3]
    assert all(1 <= at < 1.5 for _, at in again)


def test_time_is_up_for_all_at_once() -> None:
    """All that have not passed by then have an error, and the last answer of each came at the deadline or after it."""
    wave = Wave([RUNNING], [PASSED], [RUNNING])
    errors = wave.wait(10)
    assert {number: type(error) for number, error in errors.items()} == {1: CheckTimeoutError, 3: CheckTimeoutError}
    takes = 0.1
    assert {number: at + takes >= 10 for number, at in wave.asked} == {1: True, 2: False, 3: True}


def test_where_whatever_comes_will_do_none_ends_it_for_the_others() -> None:
    """All come to an end of their own."""
    wave = Wave([MISSING], [TAUGHT], [RUNNING, RUNNING, PASSED])
    assert set(wave.wait(60, 2, 9, stop_at_failure=False)) == {1, 2}
    assert wave.times == {1: 1, 2: 1, 3: 3}


def test_one_second_opinion_serves_all() -> None:
    """One question every ten seconds, and each check that it twice calls failed has failed."""
    clock, asked = FakeClock(), list[float]()

    def flag(_until: float) -> CheckFlag:
        asked.append(clock.now - 1000)
        return CheckFlag(2, "f-1")

    migrations = [Migration(n, "ap-guangzhou") for n in range(1, 41)]
    monitor = CheckFlagMonitor(migrations, clock=clock, warn=lambda _: None)
    policy = PollPolicy(60, 2)

    def query(_deadline: float) -> Progress:
        clock.advance(0.1)
        return RUNNING

    watches = [Watch(one, policy, clock.monotonic(), monitor=monitor) for one in migrations]
    errors = poller.wait(watches, lambda: StubApi(query, flag=flag), clock=clock, on_progress=lambda _: None)
    assert {type(error) for error in errors.values()} == {FlagFailedError}
    assert len(asked) == 2
    assert 10 <= asked[1] - asked[0] < 10.2


@pytest.fixture
def lanes() -> int:
    """How many requests may be in flight."""
    return poller.CONNECTIONS


def test_so_many_are_asked_at_the_same_time_and_no_more(lanes: int) -> None:
    """Each on a connection of its own, which one thread at a time uses."""
    gate_of_lanes = threading.Barrier(lanes)
    flying, most, lock = 0, 0, threading.Lock()
    connections = []

    class Connection(StubApi):
        """One connection."""

        def __init__(self) -> None:
            """Begin with nobody using it."""
            super().__init__(self.ask)
            self.in_use = threading.Lock()
            connections.append(self)

        def ask(self, _deadline: float) -> Progress:
            """Be asked together with as many others as there are connections."""
            nonlocal flying, most
            assert self.in_use.acquire(blocking=False)
            with lock:
                flying += 1
                most = max(most, flying)
            gate_of_lanes.wait(10)
            with lock:
                flying -= 1
            self.in_use.release()
            return PASSED

    clock = SystemClock(threading.Event())
    policy = PollPolicy(60, 2)
    watches = [Watch(Migration(n, "ap-guangzhou"), policy, clock.monotonic()) for n in range(1, 5 * lanes + 1)]
    assert poller.wait(watches, Connection, clock=clock, on_progress=lambda _: None) == {}
    assert (most, len(connections)) == (8, 8)


@pytest.mark.usefixtures("lanes")
def test_what_is_still_asked_is_left_behind() -> None:
    """Neither whoever ends the wait nor the process's end stands by until a silent server has spoken."""
    spoken, asked = threading.Event(), threading.Event()
    lanes = list[threading.Thread]()

    def ask(migration: Migration, _deadline: float) -> Progress:
        if migration.migrate_id == 1:
            asked.set()
            lanes.append(threading.current_thread())
            spoken.wait(30)
            return PASSED
        asked.wait(30)
        raise CredentialsError("None.")

    clock = SystemClock(threading.Event())
    watches = [Watch(Migration(n, "ap-guangzhou"), PollPolicy(60, 2), clock.monotonic()) for n in (1, 2)]
    try:
        with pytest.raises(CredentialsError):
            poller.wait(watches, lambda: _Each(ask), clock=clock, on_progress=lambda _: None)
        assert watches[0].end is None
        assert [lane.daemon for lane in lanes] == [True]
    finally:
        spoken.set()
