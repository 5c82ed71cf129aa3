"""The frame at an instant, by a clock that the test sets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_tcsql_check.emulator import ManualClock, Scenario, load
from pulumi_tcsql_check.emulator.playback import Playback, holding
from pulumi_tcsql_check.emulator.scenario import Error, Frame, HttpFault, Progress, ResetFault, Starts


def _numbered(*seconds: float | None) -> tuple[Frame, ...]:
    return tuple(Error(seconds=each, code=str(index), message="") for index, each in enumerate(seconds))


def _scenario(starts: Starts = "first-query") -> Scenario:
    return Scenario(name="mine", starts=starts, migrations={"*": _numbered(2, 3, None), "404": None})


def _code(frame: Frame | None) -> str:
    assert isinstance(frame, Error)
    return frame.code


def _statuses(playback: Playback) -> tuple[int, ...]:
    frame = playback.frame(1)
    assert isinstance(frame, Progress)
    return frame.statuses


@given(seconds=st.lists(st.integers(min_value=0, max_value=9), max_size=6), elapsed=st.integers(0, 60))
def test_a_frame_begins_at_the_end_of_the_previous_one(seconds: list[int], elapsed: int) -> None:
    """The current frame is the first that ends after now, or the last one."""
    frames = _numbered(*seconds, None)
    ends = [sum(seconds[: index + 1]) for index in range(len(seconds))]

    expected = next((index for index, end in enumerate(ends) if elapsed < end), len(seconds))

    assert holding(frames, elapsed) is frames[expected]


def test_frames_are_counted_from_the_first_query(clock: ManualClock) -> None:
    """A migration's clock starts at its first query, however late that is."""
    playback = Playback(_scenario(), clock)
    clock.advance(1000)

    seen = []
    for _ in range(7):
        seen.append(_code(playback.frame(1)))
        clock.advance(1)

    assert seen == ["0", "0", "1", "1", "1", "2", "2"]


def test_each_migration_has_its_own_start(clock: ManualClock) -> None:
    """A second id under the same key starts at its own first query."""
    playback = Playback(_scenario(), clock)
    playback.frame(1)
    clock.advance(10)

    assert (_code(playback.frame(1)), _code(playback.frame(2))) == ("2", "0")


@pytest.mark.parametrize("starts", ["first-query", "start-check"])
def test_starting_the_check_restarts_its_frames(clock: ManualClock, starts: Starts) -> None:
    """After `StartMigrationCheck` the frames count from then."""
    playback = Playback(_scenario(starts), clock)
    playback.frame(1)
    clock.advance(10)

    assert playback.start(1)
    assert _code(playback.frame(1)) == "0"
    clock.advance(2)
    assert _code(playback.frame(1)) == "1"


def test_the_first_frame_is_played_until_the_check_is_started(clock: ManualClock) -> None:
    """With "start-check", queries alone don't start a migration."""
    playback = Playback(_scenario("start-check"), clock)
    playback.frame(1)
    clock.advance(1000)

    assert _code(playback.frame(1)) == "0"


def test_all_migrations_may_start_with_the_emulator(clock: ManualClock) -> None:
    """With "emulator-start", frames count from the emulator's start until the migration is started anew."""
    clock.advance(5)
    playback = Playback(_scenario("emulator-start"), clock)
    assert _code(playback.frame(1)) == "0"
    clock.advance(2)
    assert (_code(playback.frame(1)), _code(playback.frame(2))) == ("1", "1")
    assert playback.start(2)
    assert (_code(playback.frame(1)), _code(playback.frame(2))) == ("1", "0")


def test_a_missing_migration_can_be_neither_queried_nor_started(clock: ManualClock) -> None:
    """An unknown id has no frame and doesn't start."""
    playback = Playback(_scenario(), clock)

    assert playback.frame(404) is None
    assert playback.start(404) is None
    assert playback.flow_frame(1001) is None


def test_a_flow_counts_from_its_own_start(clock: ManualClock) -> None:
    """Queries and a later start don't change it."""
    playback = Playback(_scenario(), clock)
    clock.advance(1000)
    first = playback.start(1)
    clock.advance(2)
    second = playback.start(1)
    assert (first, second) == (1001, 1002)

    seen = []
    for _ in range(3):
        seen.append((_code(playback.flow_frame(1001)), _code(playback.flow_frame(1002))))
        clock.advance(2)

    assert seen == [("1", "0"), ("1", "1"), ("2", "1")]


@pytest.mark.parametrize("starts", ["first-query", "start-check"])
def test_another_start_plays_its_own_frames(clock: ManualClock, starts: Starts) -> None:
    """The first start or query plays `migrations`, each later start `again`; a flow keeps its own start's frames."""
    again: dict[str, tuple[Frame, ...]] = {
        "*": (Error(seconds=1, code="again", message=""), Error(code="fixed", message=""))
    }
    scenario = Scenario(name="mine", starts=starts, migrations={"*": _numbered(2, None), "404": None}, again=again)
    playback = Playback(scenario, clock)
    if starts == "start-check":
        assert playback.start(1) == 1001
    assert _code(playback.frame(1)) == "0"

    second = playback.start(1)
    assert second is not None
    assert (_code(playback.frame(1)), _code(playback.flow_frame(second))) == ("again", "again")
    clock.advance(2)
    assert _code(playback.frame(1)) == "fixed"
    if starts == "start-check":
        assert _code(playback.flow_frame(1001)) == "1"
    assert playback.start(404) is None


def test_slow_moves_step_by_step_and_passes_after_15_seconds(clock: ManualClock) -> None:
    """In `slow`, each step runs in its turn and all have passed soon after 15 seconds."""
    playback = Playback(load("slow"), clock)

    seen = []
    for _ in range(9):
        seen.append(_statuses(playback))
        clock.advance(1.9)

    assert seen == [(*[0] * step, 1, *[-2] * (7 - step)) for step in range(8)] + [(0,) * 8]


def test_fail_continues_after_the_failed_step(clock: ManualClock) -> None:
    """In `fail`, after 3 seconds step 4 has the failed code for ever while step 5 is the current one."""
    playback = Playback(load("fail"), clock)
    playback.frame(1)
    clock.advance(3)

    assert playback.frame(1) == Progress(statuses=(0, 0, 0, -1, 1, -2, -2, -2), current=5)


def test_never_started_waits_for_the_start_and_then_passes(clock: ManualClock) -> None:
    """In `never-started`, nothing has started until `StartMigrationCheck`; about 16 seconds later all have passed."""
    playback = Playback(load("never-started"), clock)
    playback.frame(1)
    clock.advance(3600)
    assert _statuses(playback) == (-2,) * 8

    playback.start(1)
    clock.advance(1)
    assert _statuses(playback) == (1, *[-2] * 7)
    clock.advance(15.3)
    assert _statuses(playback) == (0,) * 8


def test_unknown_code_stays_for_ever(clock: ManualClock) -> None:
    """In `unknown-code`, the current step shows code 7 and never changes."""
    playback = Playback(load("unknown-code"), clock)
    playback.frame(1)
    clock.advance(1e6)

    assert playback.frame(1) == Progress(statuses=(0, 0, 0, 7, -2, -2, -2, -2), current=4)


def test_throttled_passes_after_5_seconds(clock: ManualClock) -> None:
    """In `throttled`, queries are refused for 5 seconds."""
    playback = Playback(load("throttled"), clock)
    playback.frame(1)
    clock.advance(4.9)
    assert _code(playback.frame(1)) == "RequestLimitExceeded"

    clock.advance(0.2)
    assert _statuses(playback) == (0,) * 8


def test_outage_fails_in_three_ways_and_then_passes(clock: ManualClock) -> None:
    """In `outage`, the error, the reset and the gateway's page follow each other within 6 seconds."""
    playback = Playback(load("outage"), clock)

    kinds = []
    for _ in range(4):
        kinds.append(type(playback.frame(1)))
        clock.advance(2)

    assert kinds == [Error, ResetFault, HttpFault, Progress]
