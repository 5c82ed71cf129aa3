"""The duration of groups of 1 to 1000 migrations, each of which passes 30 s after the common start."""

from collections.abc import Iterator

import waiting
from table import Row

SECONDS = 30.0
COUNTS = (1, 10, 100, 200, 1000)
MOST_SECONDS, MOST_MB, MOST_PER_1000, MOST_REQUESTS = 160.0, 150.0, 3.0, 10


def measure() -> Iterator[Row]:
    """Measure each group; the limits apply to the largest one."""
    for count in COUNTS:
        promised = count == COUNTS[-1]
        with waiting.emulator({"*": waiting.running(SECONDS)}, "emulator-start") as process:
            waited = waiting.waited(process.url, {"migrate_ids": list(range(1, count + 1))})
            seen, busiest = waiting.queries(process), waiting.busiest_second(process)
        name = f"{count} migrations of {SECONDS:g} s each" if count > 1 else f"1 migration of {SECONDS:g} s"
        yield Row(f"{name}, by the clock", waited.seconds, MOST_SECONDS if promised else None, "s")
        yield Row("... times as long as the slowest of them", waited.seconds / SECONDS, None, "")
        yield Row("... queries", len(seen), None, "")
        yield Row("... requests in the busiest second", busiest, MOST_REQUESTS, "")
        yield Row("... throttled", sum(one.outcome == "RequestLimitExceeded" for one in seen), 0, "")
        yield Row("... the process's peak", waited.peak_mb, MOST_MB if promised else None, "MB")
        processor = waited.processor_seconds
        yield Row("... processor time, start and imports included", processor, None, "s")
        per_thousand = MOST_PER_1000 if promised else None
        yield Row("... processor time per 1000 queries", processor * 1000 / len(seen), per_thousand, "s")
