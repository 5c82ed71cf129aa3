"""How late passes are seen in groups of any size, and what a wrong list of migrations costs, in virtual time.

The package's own poller, schedule and rate limit run against an API whose responses cost nothing, so that ten minutes
take a second.
"""

from collections.abc import Iterator, Mapping, Sequence

from harness.simulation import Flags, Simulated, late, simulate, spread
from table import Row

GROUPS, SECONDS = 10, 600.0
SIZES = (1, 10, 20, 50, 100, 200, 500, 1000)
LARGE, SMALL = spread(1000, 120, 600), spread(200, 25, 60)


def measure() -> Iterator[Row]:
    """Compare each list with none, then grow ten groups of one account, each on a machine of its own."""
    for what, wave, most_times in (("1000 over 600 s", LARGE, 1.15), ("200 over 60 s", SMALL, 2.0)):
        without = simulate([wave], reads_list=False)
        yield from _rows(f"a wave of {what} without the list", without)
        for name, flags in _lists(wave).items():
            found = simulate([wave], flags)
            yield from _rows(f"the list is {name}", found)
            if name.startswith(("always", "flipping")):
                yield Row("... times as late on average", found.mean_lag / without.mean_lag, most_times, "")
                yield Row("... times as late at most", found.lag(1) / without.lag(1), most_times, "")
    for size in SIZES:
        for reads_list in (False, True):
            found = simulate(_groups(size), reads_list=reads_list)
            with_it = "with" if reads_list else "without"
            yield from _rows(f"{GROUPS} machines of {size} over {SECONDS:g} s, {with_it} the list", found)
            yield Row("... refused", 100 * found.refused_share, 2.0, "%")
            yield Row("... queries a second, of both actions", found.account.requests.total() / found.seconds, 40, "")


def _lists(ends: Mapping[int, float]) -> Mapping[str, Flags]:
    return {
        "right": late(ends, 0),
        "10 s late": late(ends, 10),
        "3 s early": late(ends, -3),
        "never changing": lambda *_: 3,
        "always passed": lambda *_: 1,
        "flipping each sweep": lambda _, now: (1, 3)[int(now / 3) % 2],
    }


def _groups(size: int) -> Sequence[Mapping[int, float]]:
    ends = spread(GROUPS * size, 120, SECONDS)
    return [{number: ends[number] for number in range(first, first + size)} for first in range(1, len(ends), size)]


def _rows(what: str, found: Simulated) -> Iterator[Row]:
    yield Row(f"{what}: lag, mean", found.mean_lag, None, "s")
    yield Row("... 95th percentile", found.lag(0.95), None, "s")
    yield Row("... maximum", found.lag(1), None, "s")
