"""The same wait with the `--waiter` of Tencent's command line, in its own environment.

Its condition is the closest to a pass that it can express: no step has a status other than 0.
"""

import json
import os
import subprocess
import time
import venv
from collections.abc import Iterator
from pathlib import Path
from statistics import mean
from typing import Any

import bench_up
import waiting
from harness import marked_credentials
from table import Row

ENVIRONMENT = Path(__file__).parents[1] / ".venv-tccli"
INSTALL_SECONDS, WAIT_SECONDS = 900.0, 60.0
SECONDS, TIMES = 6.0, 3
INTERVAL_SECONDS = 5
QUARTER, HALF = 0.25, 0.5

NO_STEPS = {"Response": {"TotalStep": 8, "CurrentStep": 1, "StepDetails": [], "RequestId": "r-1"}}


def measure() -> Iterator[Row]:
    """Compare both on checks of 6 s, and on a response that proves nothing."""
    if not _install():
        print("Tencent's command line can't be had here, so nothing is compared with it.", flush=True)
        return
    theirs = [_waiter(waiting.running(SECONDS)) for _ in range(TIMES)]
    ours = [_gate() for _ in range(TIMES)]
    name = f"a check of {SECONDS:g} s, mean of {TIMES}"
    lag, processor, memory, requests = (mean(values) for values in zip(*theirs, strict=True))
    our_lag, our_requests = (mean(values) for values in zip(*ours, strict=True))
    yield Row(f"{name}: lag of the CLI's waiter", lag, None, "s")
    yield Row("... lag of the gate", our_lag, None, "s")
    yield Row("... the gate's against the waiter's", our_lag / lag, QUARTER, "")
    yield Row("... requests of the waiter", requests, None, "")
    yield Row("... requests of the gate", our_requests, None, "")
    yield Row("... processor time of the waiter", processor, None, "s")
    yield Row("... memory of the waiter", memory, None, "MB")
    added = bench_up.added()
    yield Row(
        "processor time that a passed gate adds to the provider, against the waiter's",
        added.processor_seconds / processor,
        HALF,
        "",
    )
    yield Row("memory that a passed gate adds to the provider, against the waiter's", added.mb / memory, HALF, "")
    yield Row("the waiter passes an answer without steps (1 is yes)", _passes_nothing(), None, "")


def _install() -> bool:
    """Install it once; return whether it is installed."""
    if (ENVIRONMENT / "bin" / "tccli").exists():
        return True
    print("installing Tencent's command line, which takes minutes", flush=True)
    venv.create(ENVIRONMENT, with_pip=True)
    command = [str(ENVIRONMENT / "bin" / "python"), "-m", "pip", "install", "--quiet", "tccli"]
    try:
        done = subprocess.run(command, timeout=INSTALL_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def _command(url: str, timeout: float) -> list[str]:
    waiter = {
        "expr": "length(StepDetails[?Status != `0`])",
        "to": 0,
        "timeout": int(timeout),
        "interval": INTERVAL_SECONDS,
    }
    asked = ["sqlserver", "QueryMigrationCheckProcess", "--MigrateId", "1066", "--region", "ap-guangzhou"]
    return [str(ENVIRONMENT / "bin" / "tccli"), *asked, "--endpoint", url, "--waiter", json.dumps(waiter)]


def _waiter(frames: list[dict[str, Any]]) -> tuple[float, float, float, int]:
    """Wait once with it: how late it ended, its processor seconds, its peak in MB, and its requests."""
    with waiting.emulator({"*": frames}) as process:
        with subprocess.Popen(
            _command(process.url, WAIT_SECONDS), env=_environment(), stdout=subprocess.DEVNULL
        ) as command:
            _, status, used = os.wait4(command.pid, 0)
            ended = time.time()
            command.returncode = os.waitstatus_to_exitcode(status)
        seen = waiting.queries(process)
    if command.returncode != 0:
        raise RuntimeError("the waiter did not end well")
    return ended - seen[0].at - SECONDS, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, len(seen)


def _gate() -> tuple[float, int]:
    """Wait once with the gate: how late it returned, and its requests."""
    with waiting.emulator({"*": waiting.running(SECONDS)}) as process:
        (ended,) = waiting.waited(process.url, {"migrate_id": 1066}).ended
        seen = waiting.queries(process)
    return ended - seen[0].at - SECONDS, len(seen)


def _passes_nothing() -> float:
    """Return whether it treats an empty list of steps as a pass."""
    with waiting.emulator({"*": [{"kind": "answer", "answer": NO_STEPS}]}) as process:
        try:
            done = subprocess.run(
                _command(process.url, INTERVAL_SECONDS),
                env=_environment(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=WAIT_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return 0.0
    return float(done.returncode == 0)


def _environment() -> dict[str, str]:
    """Give it a home inside its environment, for its log."""
    return {"PATH": os.environ["PATH"], "HOME": str(ENVIRONMENT), **marked_credentials.ENVIRON}
