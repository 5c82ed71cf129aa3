"""Whether ten processes with twenty migrations each share the API's 20 requests a second evenly."""

from collections.abc import Iterator

import waiting
from table import Row

PROCESSES, MIGRATIONS, SECONDS = 10, 20, 60.0
MOST_TIMES, MOST_SHARE = 1.5, 2.0


def measure() -> Iterator[Row]:
    """Start all at once, which is the worst case."""
    with waiting.emulator({"*": waiting.running(SECONDS)}) as process:
        ids = [range(first, first + MIGRATIONS) for first in range(1, PROCESSES * MIGRATIONS, MIGRATIONS)]
        gates = [waiting.begin(process.url, [{"migrate_ids": list(numbers)}]) for numbers in ids]
        seconds = [waiting.end(gate).seconds for gate in gates]
        seen = waiting.queries(process)
    name = f"{PROCESSES} processes of {MIGRATIONS} migrations of {SECONDS:g} s each"
    yield Row(f"{name}: the slowest", max(seconds), None, "s")
    yield Row("... the slowest against the fastest", max(seconds) / min(seconds), MOST_TIMES, "")
    throttled = sum(one.outcome == "RequestLimitExceeded" for one in seen)
    yield Row("... queries", len(seen), None, "")
    yield Row("... throttled", 100 * throttled / len(seen), MOST_SHARE, "%")
