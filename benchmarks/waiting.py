"""Run waiting gates in a separate process, as the provider does, and measure it.

The process, which runs this file, loads the same modules as a provider, including the real SDK; the emulator is another
process.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from harness import marked_credentials
from harness.emulator_process import EmulatorProcess
from harness.in_process_read import NullListener

STEPS = 8
STEPS_ACTION = "QueryMigrationCheckProcess"
ACTIONS = (STEPS_ACTION, "DescribeMigrations")
LONGEST_SECONDS = 900.0


class Request(NamedTuple):
    """A query for steps that reached the emulator: when, in seconds since 1970, of which migration, and the outcome."""

    at: float
    migrate_id: int
    outcome: str


class Waited(NamedTuple):
    """The cost until all gates of a process had passed.

    Attributes:
        seconds: From the start of the first gate to the end of the last.
        ended: When each gate ended, in seconds since 1970.
        processor_seconds: The processor time of the whole process.
        peak_mb: The peak memory of the whole process.
    """

    seconds: float
    ended: Sequence[float]
    processor_seconds: float
    peak_mb: float


def running(seconds: float) -> list[dict[str, Any]]:
    """Write a check whose steps of equal length pass one after the other; it passes after this many seconds."""
    steps = [[0] * passed + [1] + [-2] * (STEPS - passed - 1) for passed in range(STEPS)]
    frames = [{"kind": "progress", "statuses": codes, "seconds": max(0.001, seconds / STEPS)} for codes in steps]
    return [*frames, {"kind": "progress", "statuses": [0] * STEPS}]


@contextmanager
def emulator(migrations: Mapping[str, Any], starts: str = "first-query") -> Iterator[EmulatorProcess]:
    """Start an emulator that plays these migrations."""
    with tempfile.TemporaryDirectory(prefix="tcsql-check-bench-") as folder:
        scenario = Path(folder) / "scenario.json"
        scenario.write_text(json.dumps({"migrations": migrations, "starts": starts}), encoding="utf-8")
        with EmulatorProcess(scenario, Path(folder) / "requests.jsonl") as process:
            yield process


def queries(process: EmulatorProcess) -> list[Request]:
    """Return the queries for steps that it got, in order."""
    return [
        Request(datetime.fromisoformat(one["time"]).timestamp(), one["migrate_id"], one["outcome"])
        for one in process.requests
        if one["action"] == STEPS_ACTION
    ]


def busiest_second(process: EmulatorProcess, action: str = STEPS_ACTION) -> int:
    """Count the requests of an action in its busiest second."""
    instants = [datetime.fromisoformat(one["time"]).timestamp() for one in process.requests if one["action"] == action]
    most, first = 0, 0
    for last, instant in enumerate(instants):
        while instants[first] <= instant - 1:
            first += 1
        most = max(most, last - first + 1)
    return most


def begin(url: str, gates: Sequence[Mapping[str, Any]]) -> "subprocess.Popen[str]":
    """Start a process with gates that all wait at once; `end` waits for it."""
    given = [{"region": "ap-guangzhou", "wait": True, "timeout_seconds": LONGEST_SECONDS, **gate} for gate in gates]
    environment = {"PATH": os.environ["PATH"], "HOME": os.devnull, **marked_credentials.ENVIRON}
    command = [sys.executable, __file__, url, json.dumps(given)]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)


def end(process: "subprocess.Popen[str]") -> Waited:
    """Wait for a process with waiting gates, and return its result."""
    output, _ = process.communicate(timeout=2 * LONGEST_SECONDS)
    if process.returncode != 0:
        raise RuntimeError("a gate did not pass")
    return Waited(**json.loads(output))


def waited(url: str, *gates: Mapping[str, Any]) -> Waited:
    """Run waiting gates in a process until all have passed."""
    return end(begin(url, gates))


def _main(url: str, gates: str) -> None:
    """Run the gates in this process."""
    from pulumi_tcsql_check import preload  # noqa: PLC0415  # as the provider loads what it needs

    with preload.loading():
        from pulumi_tcsql_check.config.stack_config import Stack  # noqa: PLC0415  # as above
        from pulumi_tcsql_check.reading import reader  # noqa: PLC0415  # loads the SDK, which is part of the measured cost

    ended: list[float] = []

    stack, cancelled = Stack({"tcsql-check:endpoint": url}), threading.Event()

    def wait(props: Mapping[str, Any]) -> None:
        if reader.read(props, stack, NullListener(), cancelled)["passed"] is True:
            ended.append(time.time())

    threads = [threading.Thread(target=wait, args=(props,)) for props in json.loads(gates)]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if len(ended) < len(threads):
        sys.exit(1)
    seconds = time.monotonic() - began
    used = resource.getrusage(resource.RUSAGE_SELF)
    print(json.dumps(Waited(seconds, ended, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)._asdict()))


if __name__ == "__main__":
    _main(*sys.argv[1:])
