"""Groups in virtual time: how late their passes are seen with the list of migrations, and what a wrong list costs."""

import random
from collections.abc import Callable

import pytest
from harness.simulation import Simulated, late, simulate, spread
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

WAVE = spread(1000, 120, 600)
SMALLER = spread(200, 25, 60)


@pytest.fixture(scope="module", name="without_list")
def _without_list() -> Simulated:
    """A thousand without the list."""
    return simulate([WAVE], reads_list=False)


@pytest.fixture(scope="module", name="smaller_without_list")
def _smaller_without_list() -> Simulated:
    """Two hundred without the list."""
    return simulate([SMALLER], reads_list=False)


def test_passes_that_the_list_shows_are_seen_within_seconds(without_list: Simulated) -> None:
    """Without it, those of a thousand are seen half a minute late on average."""
    assert without_list.mean_lag > 25
    found = simulate([WAVE])
    assert found.mean_lag < 2.5
    assert found.lag(0.95) < 5
    assert found.lag(1) < 10
    assert found.per_second("list") < 4
    assert found.account.requests["steps"] <= 7 * len(WAVE)
    smaller = simulate([SMALLER])
    assert smaller.mean_lag < 1.5
    assert smaller.lag(1) < 4


@pytest.mark.parametrize(("seconds", "mean", "longest"), [(10, 10, 30), (-3, 3, 12)])
def test_a_list_that_is_late_or_early_helps_as_well(seconds: float, mean: float, longest: float) -> None:
    """Ten seconds late, and three seconds early."""
    found = simulate([WAVE], late(WAVE, seconds))
    assert found.mean_lag < mean
    assert found.lag(1) < longest


def slowdown(found: Simulated, without_list: Simulated) -> float:
    """Return how many times as late passes are seen, by the mean or by the maximum, whichever is more."""
    return max(found.mean_lag / without_list.mean_lag, found.lag(1) / without_list.lag(1))


def test_a_list_that_never_changes_costs_nothing(without_list: Simulated, smaller_without_list: Simulated) -> None:
    """Each check keeps its turn."""
    assert slowdown(simulate([WAVE], lambda *_: 3), without_list) < 1.05
    assert slowdown(simulate([SMALLER], lambda *_: 3), smaller_without_list) < 1.05


@pytest.mark.parametrize("code", [lambda _: 1, lambda now: (1, 3)[int(now / 3) % 2]], ids=["always", "flipping"])
def test_a_list_that_calls_everything_passed_costs_little(
    code: Callable[[float], int], without_list: Simulated, smaller_without_list: Simulated
) -> None:
    """At most 15 % in a large group, and twice the time in one whose passes are seen within seconds."""
    assert slowdown(simulate([WAVE], lambda _, now: code(now)), without_list) < 1.15
    assert slowdown(simulate([SMALLER], lambda _, now: code(now)), smaller_without_list) < 2


def test_flags_that_never_change_delay_their_own_checks_little(without_list: Simulated) -> None:
    """The others come first, but each check keeps its turn."""
    right = late(WAVE, 0)
    found = simulate([WAVE], lambda number, now: 3 if number <= 10 else right(number, now))
    slowest, before = (max(run.account.seen[n] - WAVE[n] for n in range(1, 11)) for run in (found, without_list))
    assert slowest < before + 10


def test_ten_machines_of_one_account_share_its_limit_evenly() -> None:
    """Under 2 % of the requests are throttled, and no machine takes half as long again as another."""
    groups = [dict.fromkeys(range(first, first + 20), 60.0) for first in range(1, 201, 20)]
    found = simulate(groups)
    assert found.refused_share < 0.02
    assert max(found.durations) / min(found.durations) < 1.5


@pytest.mark.parametrize("page_seconds", [0.35, 3.0])
def test_single_gates_that_share_a_slow_list_poll_as_often_as_without_it(page_seconds: float) -> None:
    """None of them reads all pages, and each reads none before its first poll and none right after another."""
    ends = dict.fromkeys(range(1, 1001), 100.0)
    singles = [{number: ends[number]} for number in range(1, 1001, 40)]

    def longest(*, reads_list: bool) -> float:
        found = simulate(singles, reads_list=reads_list, in_one_process=True, page_seconds=page_seconds)
        return max(found.account.longest_gap(number) for single in singles for number in single)

    assert longest(reads_list=True) < 1.25 * longest(reads_list=False)


KINDS = ("right", "stuck", "passed", "failed", "flipping", "reset", "missing", "late", "nonsense")
"""What a hostile list may say of a migration."""


def flag_of(kind: str, now: float, end: float, chance: random.Random) -> object:
    """Return the flag that such a list has at an instant."""
    right = 1 if now >= end else 3
    return {
        "stuck": 3,
        "passed": 1,
        "failed": 2 if now % 12 < 9 else 3,  # ten seconds of it would fail the check
        "flipping": int(now / 3) % 4,
        "reset": 0 if now % 50 < 10 else right,
        "late": 1 if now >= end + 40 else 3,
        "nonsense": chance.choice([None, True, "1", 1.0, -1, 2**70, {}, [2]]),
    }.get(kind, right)


def longest_gap(found: Simulated) -> float:
    """Return the longest time between two queries of any migration."""
    return max(map(found.account.longest_gap, WAVE))


@settings(max_examples=6, deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(KINDS), min_size=1, max_size=6), st.integers(0, 2**32))
def test_no_list_opens_a_gate_or_starves_a_check(without_list: Simulated, kinds: list[str], seed: int) -> None:
    """Each pass is seen in the check's own steps; none waits 1.25 times as long for a query as without it."""
    chance = random.Random(seed)
    of = {number: chance.choice(kinds) for number in WAVE}
    missing = [number for number, kind in of.items() if kind == "missing"]
    found = simulate([WAVE], lambda number, now: flag_of(of[number], now, WAVE[number], chance), unlisted=missing)
    assert found.errors == []
    assert found.account.seen.keys() == WAVE.keys()
    assert longest_gap(found) < 1.25 * longest_gap(without_list)
