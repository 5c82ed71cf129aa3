"""How late a pass is seen, from the instant at which the emulator's last step passes.

For one gate the end is the gate's return. For a group it is the query that saw the pass, since a group returns once all
have passed; a migration is not queried after its pass.
"""

import random
import time
from collections.abc import Iterator, Sequence
from statistics import mean

import waiting
from table import Row

GATES, ROUNDS = 20, 4
FIRST_SECONDS, SPREAD_SECONDS = 25.0, 60.0
MOST_MEAN, MOST_MEAN_OF_200, MOST_OF_200, MOST_REQUESTS = 1.2, 3.0, 8.0, 10


def measure() -> Iterator[Row]:
    """Measure one gate, many times, and groups whose passes are spread evenly over a minute."""
    lags = list(_of_single_gates())
    yield Row(f"detection lag of a single gate, mean of {GATES}", mean(lags), MOST_MEAN, "s")
    yield Row("the same, maximum", max(lags), None, "s")
    for count in (20, 200):
        lags, busiest = _of_a_wave(count)
        big = count == 200  # noqa: PLR2004  # the limit applies to this number
        yield Row(f"detection lag in a wave of {count}, mean", mean(lags), MOST_MEAN_OF_200 if big else None, "s")
        yield Row("the same, maximum", max(lags), MOST_OF_200 if big else None, "s")
        yield Row("requests in its busiest second", busiest, MOST_REQUESTS, "")


def _of_single_gates() -> Iterator[float]:
    """Spread the passes evenly over an interval, with a few gates that wait at once."""
    durations = {number: 3 + 2 * number / GATES for number in range(1, GATES + 1)}
    with waiting.emulator({str(number): waiting.running(seconds) for number, seconds in durations.items()}) as process:
        for first in range(1, ROUNDS + 1):
            numbers = range(first, GATES + 1, ROUNDS)
            gates = [waiting.begin(process.url, [{"migrate_id": number}]) for number in numbers]
            returned = [waiting.end(gate).ended[0] for gate in gates]
            begun = _begun(waiting.queries(process))
            for number, instant in zip(numbers, returned, strict=True):
                yield instant - begun[number] - durations[number]


def _of_a_wave(count: int) -> tuple[list[float], int]:
    """Return the lags, and the requests of the busiest second."""
    ends = [FIRST_SECONDS + SPREAD_SECONDS * number / count for number in range(count)]
    random.Random(count).shuffle(ends)
    durations = dict(enumerate(ends, start=1))
    with waiting.emulator(
        {str(number): waiting.running(seconds) for number, seconds in durations.items()}, "emulator-start"
    ) as process:
        began = time.time()
        waiting.waited(process.url, {"migrate_ids": list(durations)})
        last = {request.migrate_id: request.at for request in waiting.queries(process)}
        lags = [last[number] - began - seconds for number, seconds in durations.items()]
        return lags, waiting.busiest_second(process)


def _begun(requests: Sequence[waiting.Request]) -> dict[int, float]:
    """Return when each migration was queried first."""
    return {request.migrate_id: request.at for request in reversed(requests)}
