"""A wait for several checks: when it ends, which checks it still polls, and what it returns."""

import itertools
import random
import threading
from collections import Counter
from collections.abc import Callable, Sequence

import pytest
from harness.fake_clock import FakeClock
from harness.responses import make_page, make_progress
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
from pulumi_tcsql_check.model.migration_list import MigrationPage
from pulumi_tcsql_check.model.progress import Migration, Progress
from pulumi_tcsql_check.polling import poller
from pulumi_tcsql_check.polling.flag_list import FlagList
from pulumi_tcsql_check.polling.flag_reader import FlagReader
from pulumi_tcsql_check.polling.policy import PollPolicy
from pulumi_tcsql_check.polling.watch import Watch

PASSED, RUNNING = make_progress(3, 0, 0, 0), make_progress(2, 0, 7, -2)
FAILED, TAUGHT = make_progress(3, 0, -1, 7), make_progress(2, 0, 9, -2)
NOT_STARTED = make_progress(1, -2, -2, -2)
DOWN, THROTTLED, MISSING = (
    TransientError("No connection."),
    ThrottledError("Too many.", code="RequestLimitExceeded"),
    NotFoundError("None."),
)

Outcome = Progress | Exception


class Wave:
    """Checks in one thread, each with its own results in order; the last one repeats."""

    def __init__(self, *checks: Sequence[Outcome], takes: float = 0.1) -> None:
        """Take the results of each check, and the duration of each query in seconds."""
        self.clock = FakeClock()
        self.asked: list[tuple[int, float]] = []
        self.told: list[float] = []
        self._answers = [iter(answers) for answers in checks]
        self._last: list[Outcome] = [answers[-1] for answers in checks]
        self._takes = takes
        self.watches: list[Watch] = []

    def query(self, migration: Migration, _deadline: float) -> Progress:
        """Return or raise the next result of one check."""
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
        """Let a gate wait for all; return the errors by number."""
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
        """How often each check was polled."""
        return Counter(number for number, _ in self.asked)


class _Each(StubApi):
    """Results for each check."""

    def __init__(
        self,
        ask: Callable[[Migration, float], Progress],
        page: Callable[[int, float], MigrationPage] | None = None,
    ) -> None:
        super().__init__(lambda _: RUNNING, page=page)
        self._ask = ask

    def query(self, migration: Migration, deadline: float) -> Progress:
        return self._ask(migration, deadline)


@pytest.fixture(autouse=True)
def _one_lane(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Poll in one thread, since the clock is a fake one; other tests poll in eight."""
    if "lanes" not in request.fixturenames:
        monkeypatch.setattr(poller, "CONNECTIONS", 1)


def test_a_wait_ends_once_all_have_passed() -> None:
    """Each check is polled until its own pass and not after it, and the responses are kept."""
    wave = Wave([PASSED], [RUNNING, RUNNING, PASSED], [RUNNING, PASSED])
    assert wave.wait() == {}
    assert wave.times == {1: 1, 2: 3, 3: 2}
    assert all(watch.end is not None and watch.end.passed for watch in wave.watches)


def test_the_first_round_polls_every_check_once() -> None:
    """The checks are polled in the given order, however long the round takes."""
    wave = Wave(*[[RUNNING, PASSED]] * 50, takes=0.2)
    assert wave.wait() == {}
    assert [number for number, _ in wave.asked[:50]] == list(range(1, 51))


def test_after_a_failure_only_checks_without_a_response_are_polled() -> None:
    """Each of them is polled once, so that the errors are complete; a running check is not polled again."""
    wave = Wave([RUNNING], [TAUGHT], [RUNNING], [TAUGHT], [PASSED])
    errors = wave.wait(60, 2, 9)
    assert {number: type(error) for number, error in errors.items()} == {2: CheckFailedError, 4: CheckFailedError}
    assert wave.times == {1: 1, 2: 1, 3: 1, 4: 1, 5: 1}


def test_checks_whose_first_query_was_throttled_are_polled_again_before_the_end() -> None:
    """Such a check has no response yet, and may have failed as well."""
    wave = Wave([TAUGHT], [THROTTLED, THROTTLED, TAUGHT], [RUNNING])
    assert wave.wait(60, 2, 9).keys() == {1, 2}
    assert wave.times == {1: 1, 2: 3, 3: 1}


def test_a_running_check_is_not_polled_again_after_a_failure() -> None:
    """The wait has its response and doesn't wait for another one, however often the check was throttled."""
    wave = Wave([RUNNING, THROTTLED], [RUNNING, RUNNING, TAUGHT], takes=1)
    assert wave.wait(60, 2, 9).keys() == {2}
    assert wave.asked[-1][0] == 2


def test_a_throttled_check_keeps_its_pause_after_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pause isn't shortened, however soon the checks that may have failed are polled again."""
    monkeypatch.setattr(random, "uniform", lambda _, longest: longest)
    wave = Wave([THROTTLED, THROTTLED, THROTTLED, TAUGHT], [TAUGHT])
    wave.wait(60, 2, 9)
    asked = [at for number, at in wave.asked if number == 1]
    assert [later - sooner for sooner, later in itertools.pairwise(asked)] == pytest.approx([0.6, 1.1, 2.1])


def test_checks_that_are_always_throttled_delay_no_other_check() -> None:
    """With queries of half a second, thirty such checks could otherwise take every turn."""
    wave = Wave(*[[THROTTLED]] * 30, [RUNNING, RUNNING, TAUGHT], takes=0.5)
    assert wave.wait(600, 2, 9).keys() == {31}
    assert wave.clock.now - 1000 < 100


def test_a_check_whose_first_query_was_throttled_precedes_polled_checks() -> None:
    """It is polled again as soon as every other check has been polled once."""
    wave = Wave([THROTTLED, RUNNING], *[[RUNNING]] * 30, takes=0.5)
    wave.wait(40)
    assert [number for number, _ in wave.asked[:32]] == [*range(1, 32), 1]


def test_a_check_that_may_have_failed_is_polled_again_before_the_end() -> None:
    """A step left behind counts after two polls, also if another check has failed meanwhile."""
    wave = Wave([FAILED], [TAUGHT], [FAILED, RUNNING])
    errors = wave.wait(60, 2, 9)
    assert set(errors) == {1, 2}
    assert wave.times == {1: 2, 2: 1, 3: 2}
    assert wave.clock.now - 1000 < 3


@pytest.mark.parametrize("interval", [2, 300])
def test_the_polls_after_a_failure_are_bounded(interval: float) -> None:
    """With very many checks, or a long interval, the wait doesn't poll all of them again."""
    wave = Wave([TAUGHT], *[[FAILED]] * 5, *[[RUNNING]] * 200, takes=0.1)
    assert 1 in wave.wait(1800, interval, 9)
    assert poller.LAST_ROUND_SECONDS == 10
    assert wave.clock.now - 1000 <= 10.3
    assert len(wave.times) <= 102


@pytest.mark.parametrize("trouble", [DOWN, THROTTLED])
def test_an_error_of_one_check_does_not_delay_the_others(trouble: Exception) -> None:
    """The wait retries the check after its own backoff, and the check passes too."""
    wave = Wave([trouble] * 5 + [PASSED], *[[RUNNING] * 3 + [PASSED]] * 4)
    assert wave.wait() == {}
    undisturbed = Wave([PASSED], *[[RUNNING] * 3 + [PASSED]] * 4)
    undisturbed.wait()
    last = max(at for number, at in wave.asked if number > 1)
    assert last <= max(at for _, at in undisturbed.asked) + 1


def test_an_outage_of_one_check_ends_the_wait_after_two_minutes() -> None:
    """This holds although the other checks get responses all the time."""
    wave = Wave([DOWN], [RUNNING])
    errors = wave.wait(1800)
    assert set(errors) == {1}
    assert 120 < wave.clock.now - 1000 < 130


@pytest.mark.parametrize("refusal", [MISSING, UnanswerableError("No.", code="InvalidParameter.InputIllegal")])
def test_a_check_that_cannot_be_read_ends_the_wait_as_a_failure_does(refusal: Exception) -> None:
    """The wait returns an error for each such check."""
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
def test_an_error_that_affects_all_checks_is_raised_at_once(trouble: Exception) -> None:
    """No other check is polled with refused credentials, nor after the update was cancelled."""
    wave = Wave([RUNNING], [trouble], [RUNNING])
    with pytest.raises(type(trouble)):
        wave.wait()
    assert wave.times == {1: 1, 2: 1}


def test_an_error_that_affects_all_checks_does_not_replace_a_failure() -> None:
    """Once a check has failed, the wait returns that failure, whatever error the last round meets."""
    refused = PermanentError("No.", code="AuthFailure.SignatureFailure")
    errors = Wave([TAUGHT], [refused]).wait(60, 2, 9)
    assert {number: type(error) for number, error in errors.items()} == {1: CheckFailedError, 2: PermanentError}


def test_checks_that_may_have_failed_are_polled_again_soon() -> None:
    """This holds for any interval, whether they were polled before the first failure or after it."""
    wave = Wave([FAILED], [TAUGHT], [FAILED], [RUNNING])
    assert set(wave.wait(1800, 60, 9)) == {1, 2, 3}
    again = wave.asked[4:]
    assert [number for number, _ in again] == [1, 3]
    assert all(1 <= at < 1.5 for _, at in again)


def test_the_deadline_is_the_same_for_all_checks() -> None:
    """Each check that has not passed has an error, and its last response came at the deadline or after it."""
    wave = Wave([RUNNING], [PASSED], [RUNNING])
    errors = wave.wait(10)
    assert {number: type(error) for number, error in errors.items()} == {1: CheckTimeoutError, 3: CheckTimeoutError}
    takes = 0.1
    assert {number: at + takes >= 10 for number, at in wave.asked} == {1: True, 2: False, 3: True}


def test_without_enforcement_no_check_ends_the_wait_for_the_others() -> None:
    """Each check gets its own result."""
    wave = Wave([MISSING], [TAUGHT], [RUNNING, RUNNING, PASSED])
    assert set(wave.wait(60, 2, 9, stop_at_failure=False)) == {1, 2}
    assert wave.times == {1: 1, 2: 1, 3: 3}


def test_one_query_for_the_flags_serves_all_checks() -> None:
    """Each check with failed flags for ten seconds has failed, and the list is queried about every three seconds."""
    clock, asked = FakeClock(), list[float]()
    migrations = [Migration(n, "ap-guangzhou") for n in range(1, 41)]

    def page(_number: int, _deadline: float) -> MigrationPage:
        asked.append(clock.now - 1000)
        return make_page({one.migrate_id: 2 for one in migrations})

    def query(_deadline: float) -> Progress:
        clock.advance(0.1)
        return RUNNING

    watches = [Watch(one, PollPolicy(60, 2), clock.monotonic()) for one in migrations]
    reader = FlagReader(FlagList(), migrations, clock=clock, warn=lambda _: None)
    errors = poller.wait(
        watches, lambda: StubApi(query, page=page), clock=clock, on_progress=lambda _: None, reader=reader
    )
    assert {type(error) for error in errors.values()} == {FlagFailedError}
    assert 12 <= clock.now - 1000 < 23
    assert all(2.8 <= later - sooner < 2.91 for sooner, later in itertools.pairwise(asked))  # the interval


def test_a_check_that_the_list_calls_passed_is_polled_before_its_turn() -> None:
    """Its turn of the first round is the last of forty, and would come after four seconds."""
    clock, asked = FakeClock(), list[int]()
    migrations = [Migration(n, "ap-guangzhou") for n in range(1, 41)]

    def query(migration: Migration, _deadline: float) -> Progress:
        asked.append(migration.migrate_id)
        clock.advance(0.1)
        return PASSED

    api = _Each(query, lambda *_: make_page({number: 1 if number > 38 else 3 for number in range(1, 41)}))
    watches = [Watch(one, PollPolicy(60, 2), clock.monotonic()) for one in migrations]
    reader = FlagReader(FlagList(), migrations, clock=clock, warn=lambda _: None)
    assert poller.wait(watches, lambda: api, clock=clock, on_progress=lambda _: None, reader=reader) == {}
    assert asked == [1, 39, 40, *range(2, 39)]
    assert reader.flags.next_due() == float("inf"), "the wait has left the list"


def test_a_failure_that_the_list_reports_early_ends_the_wait() -> None:
    """The hint is followed by a second poll two seconds later, and the last round polls no hint."""
    wave = Wave(*[[RUNNING]] * 60, [FAILED], takes=0.2)
    api = _Each(wave.query, lambda *_: make_page({number: 2 if number > 59 else 3 for number in range(1, 62)}))
    migrations = [Migration(n, "ap-guangzhou") for n in range(1, 62)]
    watches = [Watch(one, PollPolicy(600, 2), wave.clock.monotonic()) for one in migrations]
    reader = FlagReader(FlagList(), migrations, clock=wave.clock, warn=lambda _: None)
    errors = poller.wait(watches, lambda: api, clock=wave.clock, on_progress=lambda _: None, reader=reader)
    assert [watch.migration.migrate_id for watch in errors] == [61]
    (second,) = [at for number, at in wave.asked if number == 61][1:]
    assert 2 <= second < 3


@pytest.fixture
def lanes() -> int:
    """How many queries may run at once."""
    return poller.CONNECTIONS


def test_no_more_queries_run_at_once_than_allowed(lanes: int) -> None:
    """Each query has its own connection, which one thread at a time uses."""
    gate_of_lanes = threading.Barrier(lanes)
    flying, most, lock = 0, 0, threading.Lock()
    connections = []

    class Connection(StubApi):
        """A connection."""

        def __init__(self) -> None:
            """Start without a user."""
            super().__init__(self.ask)
            self.in_use = threading.Lock()
            connections.append(self)

        def ask(self, _deadline: float) -> Progress:
            """Wait until as many queries run as there are connections."""
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
def test_a_running_query_does_not_delay_the_end() -> None:
    """Neither the end of the wait nor the end of the process waits for a silent server."""
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


def gates(count: int) -> tuple[SystemClock, list[Watch], FlagReader]:
    """Make checks that wait together, and their part in a list."""
    clock = SystemClock(threading.Event())
    migrations = [Migration(number, "ap-guangzhou") for number in range(1, count + 1)]
    watches = [Watch(one, PollPolicy(8, 2), clock.monotonic()) for one in migrations]
    return clock, watches, FlagReader(FlagList(), migrations, clock=clock, warn=lambda _: None)


@pytest.mark.usefixtures("lanes")
@pytest.mark.parametrize("count", [1, 8, 30])
def test_a_page_in_flight_does_not_delay_the_end(count: int) -> None:
    """The list is silent; the wait ends with the last verdict all the same."""
    clock, watches, reader = gates(count)
    reader.flags.join([Migration(number, "ap-guangzhou") for number in range(100, 140)])
    spoken = threading.Event()

    def page(*_: object) -> MigrationPage:
        spoken.wait(10)
        return make_page({})

    def query(migration: Migration, _deadline: float) -> Progress:
        assert migration.migrate_id <= count
        return PASSED

    try:
        began = clock.monotonic()
        errors = poller.wait(
            watches, lambda: _Each(query, page), clock=clock, on_progress=lambda _: None, reader=reader
        )
        assert errors == {}
        assert clock.monotonic() - began < 4
    finally:
        spoken.set()


@pytest.mark.usefixtures("lanes")
def test_a_group_queues_for_its_turns_where_others_queue_all_the_time() -> None:
    """The next free turn is always seconds away while many single gates wait, so the group doesn't wait for one."""
    clock, watches, _ = gates(30)

    class Busy(StubApi):
        """An API whose next turn is always two seconds away."""

        def next_turn(self) -> float:
            return clock.monotonic() + 2

    began = clock.monotonic()
    assert poller.wait(watches, lambda: Busy(lambda _: PASSED), clock=clock, on_progress=lambda _: None) == {}
    assert clock.monotonic() - began < 2


@pytest.mark.usefixtures("lanes")
def test_a_group_chooses_a_check_when_its_turn_is_near() -> None:
    """It begins no query before, so that the latest flags choose."""
    clock, watches, _ = gates(2)
    began = clock.monotonic()
    asked = list[float]()

    class Limited(StubApi):
        """An API whose next turn is a little later."""

        def next_turn(self) -> float:
            return began + 0.2

    def query(_deadline: float) -> Progress:
        asked.append(clock.monotonic() - began)
        return PASSED

    assert poller.wait(watches, lambda: Limited(query), clock=clock, on_progress=lambda _: None) == {}
    assert all(0.2 - poller.LEAD_SECONDS <= at < 0.5 for at in asked)


class OthersClock(FakeClock):
    """A clock during whose sixth sleep another wait reads a page, and finds that the check has ended."""

    def __init__(self, flags: FlagList) -> None:
        """Begin with the list."""
        super().__init__()
        self._flags = flags

    def sleep(self, seconds: float) -> None:
        """Sleep; no pause is empty."""
        assert 0 < seconds <= poller.COMPARE_SECONDS
        super().sleep(seconds)
        if len(self.sleeps) == 6:
            self._flags.take(self.now)
            self._flags.keep(make_page(dict.fromkeys(range(1, 31), 1)))


def test_a_single_gate_sees_within_half_a_second_what_another_wait_has_read() -> None:
    """Its own turn is a minute later."""
    flags = FlagList()
    flags.join([Migration(number, "ap-guangzhou") for number in range(2, 31)])
    clock, asked = OthersClock(flags), list[float]()
    migration = Migration(1, "ap-guangzhou")

    def query(_deadline: float) -> Progress:
        asked.append(clock.now - 1000)
        return PASSED if len(asked) > 1 else NOT_STARTED

    def page(*_: object) -> MigrationPage:
        raise DOWN

    watch = Watch(migration, PollPolicy(1800, 60), clock.monotonic())
    reader = FlagReader(flags, [migration], clock=clock, warn=lambda _: None)
    errors = poller.wait(
        [watch], lambda: StubApi(query, page=page), clock=clock, on_progress=lambda _: None, reader=reader
    )
    assert errors == {}
    assert asked == pytest.approx([0, 2.8])
