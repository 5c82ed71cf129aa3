"""Run many pipelines that wait at once for checks of one account, within the API's real limit: `make many`.

Usage: `python tests/proof/many.py [PROCESSES] [SECONDS] [INTERVAL]`. Each pipeline is a separate process with its own
rate limit, and reads one check as the provider does: with the real SDK, and 20 requests a second for all of them
together. They start at the same instant, which is the worst case, and query the same check, so that all can pass at one
instant; the API's limit is per account, so it makes no difference which check is queried.
"""

import json
import multiprocessing
import os
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier
from pathlib import Path
from threading import Event
from typing import Any

from harness import marked_credentials
from harness.emulator_process import EmulatorProcess
from harness.in_process_read import NullListener

from pulumi_tcsql_check.config.stack_config import Stack
from pulumi_tcsql_check.errors import TcsqlCheckError
from pulumi_tcsql_check.reading import reader

STARVED = 2.0
"""The slowest process may take this many times as long as the fastest."""

END_SECONDS = 60.0
MIGRATE_ID = 1066
STEPS = [{"name": "one", "message": "Check it."}]


@dataclass(frozen=True)
class Figures:
    """The results.

    Attributes:
        passed: How many processes passed.
        requests: How many queries reached the API, including throttled ones.
        throttled: How many of them were throttled.
        seconds: The duration of each process's wait, sorted.
        late: How long after its check's pass each process received it, in seconds, sorted.
    """

    passed: int
    requests: int
    throttled: int
    seconds: list[float]
    late: list[float]

    @property
    def share(self) -> float:
        """The share of throttled queries, from 0 to 1."""
        return self.throttled / max(1, self.requests)

    def __str__(self) -> str:
        """Format the results as a table."""
        rows = {
            "passed": f"{self.passed}",
            "queries": f"{self.requests}",
            "throttled": f"{self.throttled} ({self.share:.1%})",
            "fastest, slowest in all": f"{self.seconds[0]:.1f} s, {self.seconds[-1]:.1f} s",
            "slowest / fastest": f"{self.seconds[-1] / self.seconds[0]:.2f}",
            "after the pass: first, median, last": ", ".join(
                f"{self.late[place]:.2f} s" for place in (0, len(self.late) // 2, -1)
            ),
        }
        return "\n".join(f"{name:<36} {value:>16}" for name, value in rows.items())


class _Config:
    """A stack's configuration with the one key that the test needs."""

    def __init__(self, url: str) -> None:
        self._url = url

    def get(self, key: str, /) -> str | None:
        """Return the emulator's address."""
        return self._url if key == "tcsql-check:endpoint" else None


def run(processes: int, seconds: float, folder: Path, interval: float) -> Figures:
    """Run this many pipelines, which wait for checks that all pass.

    Args:
        processes: The number of pipelines.
        seconds: How long the checks run.
        folder: The folder for the scenario and the request log.
        interval: The time between two polls of each, in seconds.
    """
    scenario = folder / "scenario.json"
    scenario.write_text(json.dumps(_scenario(seconds)), encoding="utf-8")
    context = multiprocessing.get_context("fork")
    with EmulatorProcess(scenario, folder / "requests.jsonl") as emulator:
        emulator.start_check(MIGRATE_ID)
        passes_at = time.monotonic() + seconds
        start = context.Barrier(processes + 1)
        pipes = []
        workers = []
        for _ in range(processes):
            here, there = context.Pipe(duplex=False)
            workers.append(context.Process(target=_pipeline, args=(emulator.url, interval, start, there)))
            pipes.append(here)
        try:
            for worker in workers:
                worker.start()
            start.wait(END_SECONDS)
            results: list[tuple[bool, float, float]] = [
                pipe.recv() if pipe.poll(seconds + END_SECONDS) else (False, 0.0, 0.0) for pipe in pipes
            ]
        finally:
            for worker in workers:
                worker.join(1)
                worker.kill()
                worker.join()
        outcomes = Counter(request["outcome"] for request in emulator.requests if "Query" in request["action"])
    passed = [(ended - started, ended - passes_at) for good, started, ended in results if good]
    return Figures(
        len(passed),
        outcomes.total(),
        outcomes["RequestLimitExceeded"],
        sorted(whole for whole, _ in passed),
        sorted(late for _, late in passed),
    )


def _scenario(seconds: float) -> dict[str, Any]:
    """Write a check that passes this long after its start."""
    frames = [
        {"kind": "progress", "seconds": seconds, "statuses": [1]},
        {"kind": "progress", "statuses": [0]},
    ]
    return {"starts": "start-check", "steps": STEPS, "migrations": {"*": frames}}


def _pipeline(url: str, interval: float, start: Barrier, result: Connection) -> None:
    """Run one pipeline, which waits for one check as the provider does."""
    props = {
        "migrate_id": MIGRATE_ID,
        "region": "ap-guangzhou",
        "wait": True,
        "poll_interval_seconds": interval,
        "timeout_seconds": END_SECONDS + 600,
    }
    start.wait(END_SECONDS)
    began = time.monotonic()
    try:
        passed = reader.read(props, Stack(_Config(url)), NullListener(), Event())["passed"] is True
    except TcsqlCheckError as error:
        print(error)
        passed = False
    result.send((passed, began, time.monotonic()))


def main(processes: str = "40", seconds: str = "60", interval: str = "2") -> int:
    """Run once, and print the results; return 1 if a limit is exceeded."""
    os.environ |= marked_credentials.ENVIRON
    with tempfile.TemporaryDirectory(prefix="tcsql-check-many-") as folder:
        os.environ["HOME"] = folder  # a home without credentials
        figures = run(int(processes), float(seconds), Path(folder), float(interval))
    print(f"{processes} processes, one query every {interval} s each, checks of {seconds} s")
    print(figures)
    if figures.passed < int(processes):
        print("not all have passed")
        return 1
    if figures.seconds[-1] > STARVED * figures.seconds[0]:
        print("one was starved")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
