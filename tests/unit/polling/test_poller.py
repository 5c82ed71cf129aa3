"""The wait for one check: how often it polls, when it ends, and with which result."""

import itertools
import logging
import random
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from harness.error_texts import full_text, headline, raises_error
from harness.fake_clock import FakeClock
from harness.responses import MIGRATION, as_body, decode, load_responses, make_progress
from harness.stub_api import Observation, StubApi, wait_for

from pulumi_tcsql_check import errors
from pulumi_tcsql_check.clock import SystemClock
from pulumi_tcsql_check.errors import (
    CheckFailedError,
    CheckTimeoutError,
    NotFoundError,
    NoTurnError,
    NotYetFoundError,
    OutageError,
    PermanentError,
    ThrottledError,
    TransientError,
    WaitCancelledError,
)
from pulumi_tcsql_check.model.progress import Progress
from pulumi_tcsql_check.polling import poller
from pulumi_tcsql_check.polling.policy import PollPolicy
from pulumi_tcsql_check.polling.watch import NEW_SECONDS, Watch

WORKFLOWS = load_responses("workflows")

PASSED, RUNNING, LEFT_BEHIND = make_progress(3, 0, 0, 0), make_progress(2, 0, 1, -2), make_progress(3, 0, -1, 1)
DOWN, THROTTLED = TransientError("No connection."), ThrottledError("Too many.", code="RequestLimitExceeded")


class Check:
    """A check with results in order, of which the last one repeats; records what the waiting gate observes."""

    def __init__(self, *outcomes: Progress | Exception, takes: float = 0.0) -> None:
        """Take the results of the polls, and the duration of each."""
        self.clock = FakeClock()
        self.instants: list[float] = []
        self.seconds_left: list[float] = []
        self.seen: list[Observation] = []
        self._outcomes: Iterator[Progress | Exception] = itertools.chain(outcomes, itertools.repeat(outcomes[-1]))
        self._takes = takes

    def query(self, deadline: float) -> Progress:
        """Return or raise the next result."""
        self.instants.append(self.clock.now - 1000)
        self.seconds_left.append(deadline - self.clock.monotonic())
        self.clock.advance(self._takes)
        outcome = next(self._outcomes)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def wait(
        self, timeout: float = 60, interval: float = 2, *failed_statuses: int, migrate_id_is_new: bool = False
    ) -> Progress:
        """Let a gate wait for it."""
        policy = PollPolicy(timeout, interval, failed_statuses, migrate_id_is_new)
        return self.watched_by(self.seen.append, policy)

    def watched_by(self, observe: Callable[[Observation], None], policy: PollPolicy) -> Progress:
        """Let a gate wait for it, with an observer."""
        watch = Watch(MIGRATION, policy, self.clock.monotonic())
        return wait_for(watch, StubApi(self.query), clock=self.clock, on_progress=observe).progress


def outcome_of(answer: object) -> Progress | Exception:
    """Decode a recorded response as a query does."""
    try:
        return decode(as_body(answer))
    except errors.ApiError as error:
        return error


@pytest.mark.parametrize("workflow", WORKFLOWS.values(), ids=WORKFLOWS)
def test_a_recorded_workflow_ends_as_its_file_says(workflow: dict[str, Any]) -> None:
    """Each recorded workflow ends with its file's pass or error, after that many polls, at those steps."""
    check = Check(*map(outcome_of, workflow["answers"]))
    policy, ends = workflow["policy"], workflow["ends"]
    taught = policy.get("failed_statuses", [])
    if ends["with"] == "passed":
        assert check.wait(policy["timeout_seconds"], policy["interval_seconds"], *taught).passed
    else:
        with pytest.raises(errors.TcsqlCheckError) as raised:
            check.wait(policy["timeout_seconds"], policy["interval_seconds"], *taught)
        assert type(raised.value).__name__ == ends["with"]
        assert list(getattr(raised.value, "steps", [])) == ends.get("steps", [])
    assert len(check.instants) == ends.get("polls", len(check.instants))
    assert check.instants[-1] <= policy["timeout_seconds"]


def test_a_policy_is_immutable() -> None:
    """Setting a field raises an error."""
    with pytest.raises(AttributeError, match="immutable"):
        PollPolicy(1, 1).timeout_seconds = 2  # type: ignore[misc]  # the assignment that must fail


def test_a_passed_check_is_polled_once() -> None:
    """The wait doesn't sleep, the query gets the whole timeout, and the observer gets the response."""
    check = Check(PASSED)
    assert check.wait(60) is PASSED
    assert (check.instants, check.seconds_left, check.clock.sleeps) == ([0], [60], [])
    assert check.seen == [Observation(PASSED, None, 0)]


def test_the_interval_varies_by_a_tenth() -> None:
    """Polls are 1.8 to 2.2 s apart, distributed over that range."""
    check = Check(RUNNING)
    with pytest.raises(CheckTimeoutError):
        check.wait(2000)
    gaps = [later - earlier for earlier, later in itertools.pairwise(check.instants)][:-1]
    assert len(gaps) > 800
    assert 1.8 - 1e-9 <= min(gaps) < 1.85
    assert 2.15 < max(gaps) <= 2.2 + 1e-9


def test_the_last_poll_is_at_the_deadline() -> None:
    """In two hours no pause goes beyond the deadline, and the last poll is exactly there."""
    check = Check(RUNNING)
    with pytest.raises(CheckTimeoutError) as raised:
        check.wait(7200)
    assert check.instants[-1] == check.clock.now - 1000 == 7200
    assert check.seconds_left[-1] == 0
    assert sum(check.clock.sleeps) == pytest.approx(7200)
    assert (raised.value.migration, raised.value.timeout_seconds, raised.value.progress) == (MIGRATION, 7200, RUNNING)
    assert "Seen: 2/3 Step 2: running, with status 1, for 7200 s Then: look at the step" in full_text(raised.value)


def test_a_pass_at_the_deadline_counts() -> None:
    """A pass in the poll at the deadline opens the gate."""
    check = Check(RUNNING, PASSED)
    assert check.wait(1, 300) is PASSED
    assert check.instants == [0, 1]


def test_slow_polls_do_not_move_the_deadline() -> None:
    """Queries of ten seconds use up the timeout; only one of them may end after it."""
    check = Check(RUNNING, takes=10)
    with pytest.raises(CheckTimeoutError):
        check.wait(60)
    assert check.instants[-1] <= 60
    assert check.clock.now - 1000 <= 70


def test_a_long_pause_is_reported_every_five_seconds() -> None:
    """The observer gets the last response again while the wait sleeps between two polls."""
    check = Check(RUNNING, PASSED)
    check.wait(600, 100)
    assert max(check.clock.sleeps) == poller.TICK_SECONDS
    told = [observation.elapsed_seconds for observation in check.seen]
    assert told[:4] == [0, 5, 10, 15]
    assert {observation.progress for observation in check.seen[:-1]} == {RUNNING}


def test_a_step_left_behind_ends_the_wait_at_the_second_poll() -> None:
    """The error has the response and the step."""
    check = Check(LEFT_BEHIND)
    with pytest.raises(CheckFailedError) as raised:
        check.wait()
    assert len(check.instants) == 2
    assert (raised.value.migration, raised.value.progress, raised.value.steps) == (MIGRATION, LEFT_BEHIND, (2,))


def test_a_step_that_recovers_in_between_has_not_failed() -> None:
    """If every other poll shows the undocumented code, the wait goes on to its pass."""
    check = Check(LEFT_BEHIND, RUNNING, LEFT_BEHIND, RUNNING, LEFT_BEHIND, PASSED)
    assert check.wait() is PASSED


def test_a_code_in_failed_statuses_ends_the_wait_at_the_first_poll() -> None:
    """The wait needs no second poll."""
    check = Check(RUNNING)
    with pytest.raises(CheckFailedError) as raised:
        check.wait(60, 2, 1)
    assert (len(check.instants), raised.value.steps) == (1, (2,))


def test_an_observer_that_raises_is_logged_and_the_gate_goes_on(caplog: pytest.LogCaptureFixture) -> None:
    """A failing observer loses neither a response nor an error of the wait."""
    check = Check(RUNNING, DOWN, PASSED)

    def observe(_: Observation) -> None:
        raise RuntimeError("the row is gone")

    with caplog.at_level(logging.ERROR, poller.__name__):
        seen = check.watched_by(observe, PollPolicy(60, 2))
    assert seen is PASSED
    assert [record.getMessage() for record in caplog.records] == ["the observer of a waiting gate failed"] * 3


def test_throttled_until_the_deadline_is_a_timeout() -> None:
    """A throttled check is no outage, however long it lasts; the last attempt is at the deadline."""
    check = Check(RUNNING, THROTTLED)
    with pytest.raises(CheckTimeoutError) as raised:
        check.wait(1000)
    assert check.instants[-1] == 1000
    assert raised.value.progress is RUNNING
    assert raised.value.__cause__ is THROTTLED
    assert "Seen: Too many. Then:" in full_text(raised.value)


NO_TURN = NoTurnError("No turn in time.")


def test_a_last_query_without_a_turn_does_not_change_the_error() -> None:
    """The text shows what was last seen, steps or an error; with neither, it says that no turn came."""
    check = Check(RUNNING, NO_TURN)
    with raises_error(CheckTimeoutError, r"Seen: 2/3 Step 2: running, with status 1, for 10 s Then:") as raised:
        check.wait(10, 300)
    assert (raised.value.progress, raised.value.trouble) == (RUNNING, None)
    check = Check(RUNNING, DOWN, NO_TURN)
    with raises_error(CheckTimeoutError, r"Seen: No connection\. Then:") as raised:
        check.wait(2.3)
    assert raised.value.trouble is DOWN
    check = Check(NO_TURN)
    with raises_error(CheckTimeoutError, r"Seen: No turn in time\. Then:"):
        check.wait(10)
    assert {observation.trouble for observation in check.seen} == {NO_TURN}


def test_an_http_429_is_reported_as_an_error_of_the_api() -> None:
    """The text names the status, and no duration of a step."""
    check = Check(RUNNING, ThrottledError("HTTP status 429.", kind="HTTP 429"))
    with raises_error(CheckTimeoutError, r"Seen: HTTP status 429\. Then:") as raised:
        check.wait(10)
    assert raised.value.trouble is not None


def test_an_error_after_the_deadline_is_a_timeout() -> None:
    """A call may end later than the wait; the text is the same."""
    check = Check(DOWN, takes=3)
    with raises_error(CheckTimeoutError, r"Seen: No connection\. Then:"):
        check.wait(10)
    assert check.clock.now - 1000 > 10
    check = Check(RUNNING, NO_TURN, takes=3)
    with raises_error(CheckTimeoutError, r"Seen: 2/3 Step 2: running, with status 1") as raised:
        check.wait(10)
    assert check.clock.now - 1000 > 10
    assert raised.value.trouble is None


def test_an_outage_of_two_minutes_ends_the_wait() -> None:
    """The exception has the last call's error, and the observer gets each error."""
    check = Check(DOWN)
    with pytest.raises(OutageError) as raised:
        check.wait(1800)
    assert 120 < check.instants[-1] <= 126
    assert (raised.value.migration, raised.value.last) == (MIGRATION, DOWN)
    assert {(observation.progress, observation.trouble) for observation in check.seen} == {(None, DOWN)}
    assert len(check.seen) == len(check.instants)


def test_an_outage_that_reaches_the_deadline_is_a_timeout() -> None:
    """The two minutes were not over; the wait never got a response."""
    check = Check(DOWN)
    with pytest.raises(CheckTimeoutError) as raised:
        check.wait(60)
    assert check.instants[-1] == 60
    assert raised.value.progress is None


@pytest.mark.parametrize("between", [THROTTLED, RUNNING], ids=["throttled", "answered"])
def test_a_call_that_reached_the_api_ends_an_outage(between: Progress | Exception) -> None:
    """With one such call in every hundred seconds or less, an hour of errors doesn't end the wait."""
    outage: list[Progress | Exception] = [DOWN] * 9
    outcomes: list[Progress | Exception] = [*outage, between]
    check = Check(*outcomes * 40, PASSED, takes=10)
    assert check.wait(36_000) is PASSED
    assert check.clock.now - 1000 > 3600


def look(check: Check) -> Progress:
    """Read once; retry a transient failure for ten seconds at most."""
    return check.watched_by(check.seen.append, PollPolicy(10, 0, once=True))


def failing(took_seconds: float) -> TransientError:
    """Fail after a query of so many seconds."""
    error = TransientError("No connection.")
    error.took_seconds = took_seconds
    return error


def test_a_single_read_may_wait_long_for_its_turn() -> None:
    """In a preview of many gates the last one gets its turn late, and still retries a failed query."""
    check = Check(failing(1), RUNNING, takes=60)
    assert look(check) is RUNNING
    assert check.seconds_left[0] == float("inf")


def test_a_single_read_gives_up_ten_seconds_after_its_turn() -> None:
    """A server that sends nothing for ten seconds gets no further request."""
    check = Check(failing(10), takes=10)
    with pytest.raises(TransientError):
        look(check)
    assert check.instants == [0]
    check = Check(failing(0.1), takes=0.1)
    with pytest.raises(TransientError):
        look(check)
    assert 9.9 < check.clock.now - 1000 < 10.3


def test_a_permanent_error_ends_the_wait_at_once() -> None:
    """The error is raised unchanged, also in the middle of a wait."""
    refusal = PermanentError("No.", code="AuthFailure")
    check = Check(RUNNING, DOWN, refusal)
    with pytest.raises(PermanentError) as raised:
        check.wait()
    assert raised.value is refusal
    assert len(check.instants) == 3


def not_found() -> NotFoundError:
    """Raise the API's error for a migration that doesn't exist."""
    return NotFoundError("None.", code="ResourceNotFound.DBNotFound", request_id="4be5990d")


def test_a_new_id_may_be_unknown_for_half_a_minute() -> None:
    """The wait retries with pauses, the observer gets the reason, and then the wait goes on as usual."""
    check = Check(*(not_found() for _ in range(4)), RUNNING, PASSED)
    assert check.wait(migrate_id_is_new=True) is PASSED
    assert len(check.instants) == 6
    assert {type(one.trouble) for one in check.seen if one.trouble} == {NotYetFoundError}
    assert check.seen[0].trouble is not None
    assert str(check.seen[0].trouble) == "None. Request 4be5990d."


def test_a_new_id_that_stays_unknown_ends_the_wait_after_half_a_minute() -> None:
    """The error is the API's own, and its text says for how long the wait retried."""
    check = Check(not_found())
    with pytest.raises(NotFoundError) as raised:
        check.wait(1800, migrate_id_is_new=True)
    assert 30 <= check.instants[-1] <= 35
    assert len(check.instants) > 7
    assert max(check.instants[:-1]) < 30
    assert (raised.value.code, raised.value.request_id) == ("ResourceNotFound.DBNotFound", "4be5990d")
    assert headline(raised.value) == (
        "None. Request 4be5990d. The number came from an output and may have been new, so it was queried for "
        f"{check.instants[-1]:.0f} s."
    )


def test_an_id_from_a_plain_value_must_be_known_at_once() -> None:
    """There is one request, and the text is the API's own."""
    check = Check(not_found())
    with pytest.raises(NotFoundError, match=r"^None\. Request 4be5990d\.$"):
        check.wait()
    assert len(check.instants) == 1


def test_an_id_is_not_new_by_default() -> None:
    """The first refusal ends the wait unless the caller marks the id as new."""
    check = Check(not_found())
    policy = PollPolicy(60, 2)
    with pytest.raises(NotFoundError):
        check.watched_by(check.seen.append, policy)
    assert check.instants == [0]


def test_a_call_that_ends_after_half_a_minute_is_the_last_one() -> None:
    """A refusal at the very end of the half minute ends the wait."""
    check = Check(not_found(), takes=NEW_SECONDS)
    with pytest.raises(NotFoundError, match="queried for 30 s"):
        check.wait(1800, migrate_id_is_new=True)
    assert check.instants == [0]


def test_a_shorter_deadline_ends_the_half_minute() -> None:
    """A wait with a shorter timeout ends at it, and its text quotes the API's error."""
    check = Check(not_found())
    with raises_error(CheckTimeoutError, r"Seen: None\. Request 4be5990d\. Then: check the migration's number and"):
        check.wait(10, migrate_id_is_new=True)
    assert check.instants[-1] == 10


def test_an_id_that_was_known_and_no_longer_is_ends_the_wait() -> None:
    """The wait ends after half a minute, and the text doesn't mention new ids."""
    check = Check(RUNNING, not_found(), *[RUNNING] * 20, not_found())
    with pytest.raises(NotFoundError, match=r"^None\. Request 4be5990d\.$"):
        check.wait(migrate_id_is_new=True)
    assert check.instants[-1] > 30


def test_a_cancelled_query_ends_the_wait_at_once() -> None:
    """The wait doesn't retry a cancelled query."""
    check = Check(RUNNING, WaitCancelledError())
    with pytest.raises(WaitCancelledError):
        check.wait()
    assert len(check.instants) == 2


@pytest.mark.parametrize("seed", range(50))
def test_no_wait_outlives_its_deadline(seed: int) -> None:
    """Any mixture of responses and errors ends by the deadline plus one query, and passes only on a pass."""
    chance = random.Random(seed)
    kinds: list[Progress | Exception] = [RUNNING, LEFT_BEHIND, DOWN, THROTTLED, PASSED]
    outcomes = chance.choices(kinds, [50, 5, 30, 30, 1], k=200)
    check = Check(*outcomes, takes=chance.choice([0, 0.1, 10]))
    timeout = chance.uniform(0.5, 900)
    try:
        assert check.wait(timeout, chance.uniform(0.1, 300)) is PASSED
    except (CheckFailedError, CheckTimeoutError, OutageError):
        assert PASSED not in outcomes[: len(check.instants)]
    assert check.instants[-1] <= timeout + 1e-6
    assert check.clock.now - 1000 <= timeout + 10 + 1e-6


def test_the_system_clock_never_goes_back() -> None:
    """Its instants never decrease, and a sleep of 0 seconds returns."""
    clock = SystemClock(threading.Event())
    before = clock.monotonic()
    clock.sleep(0)
    assert clock.monotonic() >= before


def test_a_cancelled_update_ends_a_sleep() -> None:
    """Once the event is set, a sleep of an hour raises at once."""
    cancelled = threading.Event()
    cancelled.set()
    with pytest.raises(WaitCancelledError):
        SystemClock(cancelled).sleep(3600)
