"""Inline programs of the Automation API that call `hold_stack`, in a process that belongs to the caller.

The process runs real updates through the real CLI, continues after them, and exits by itself.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from harness.emulator_process import EmulatorProcess
from harness.error_texts import in_one_line
from harness.stack import Stack

ROOT = Path(__file__).resolve().parent.parent.parent
SCENARIO = ROOT / "tests" / "data" / "scenarios" / "by-id.json"

BOUND_SECONDS = 120.0
"""After this time a caller is killed."""

END_SECONDS = 15.0
"""How long a caller may take to exit after its last line."""

FAILURE = "error: migration check 2 (ap-guangzhou) failed at step 4 of 8"
GUARD = "error: The gate orders did not pass, so the program ends before the engine deletes what was removed from it"
CANCELLED = "error: The wait for the migration check was cancelled."


class Caller:
    """The process that runs inline programs, and its output so far."""

    def __init__(self, process: "subprocess.Popen[str]", log: Path) -> None:
        """Wrap a process that has just started, and the file that receives its stderr."""
        self._process = process
        self._log = log

    def next(self) -> dict[str, Any]:
        """Wait for the next line."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, self.stderr
        said: dict[str, Any] = json.loads(line)
        return said

    def interrupt(self) -> None:
        """Interrupt the process and the CLIs that it runs, as Ctrl-C does."""
        os.killpg(self._process.pid, signal.SIGINT)

    def wait(self) -> int:
        """Wait for the exit."""
        return self._process.wait(END_SECONDS)

    @property
    def stderr(self) -> str:
        """What the process, or the SDK in it, wrote to stderr."""
        return self._log.read_text(encoding="utf-8")


@contextmanager
def caller(tmp_path: Path, *words: str) -> Iterator[Caller]:
    """Start the process; kill it if it is still running at the end, or takes too long."""
    project = tmp_path / "project"
    project.mkdir()
    for file in ("tests/programs/inline/__main__.py", "examples/hold/records.py"):
        shutil.copy(ROOT / file, project)
    with (
        EmulatorProcess(SCENARIO, tmp_path / "requests.jsonl") as emulator,
        (tmp_path / "stderr").open("w", encoding="utf-8") as log,
    ):
        # The provider's process finds the records on PYTHONPATH.
        more = {"ENDPOINT": emulator.url, "FOLDER": str(tmp_path), "PYTHONPATH": str(project)}
        with subprocess.Popen(
            [sys.executable, str(project / "__main__.py"), *words],
            env=Stack(project, tmp_path, more).environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            start_new_session=True,
        ) as process:
            bound = threading.Timer(BOUND_SECONDS, process.kill)
            bound.start()
            try:
                yield Caller(process, Path(log.name))
            finally:
                bound.cancel()
                if process.poll() != 0:
                    with suppress(ProcessLookupError):  # the CLIs that it left end as on Ctrl-C
                        os.killpg(process.pid, signal.SIGINT)
                process.kill()


@pytest.mark.parametrize(
    ("words", "sentences"),
    [pytest.param((), [FAILURE], marks=pytest.mark.thorough), (("continue",), [FAILURE, GUARD])],
    ids=["no option", "continue_on_error"],
)
def test_a_refused_check_is_one_exception_and_the_next_update_works(
    tmp_path: Path, words: tuple[str, ...], sentences: list[str]
) -> None:
    """Nothing is created meanwhile; afterwards the process exits by itself, its hooks and signal handlers unchanged."""
    with caller(tmp_path, "one after the other", *words) as process:
        refused = process.next()
        assert refused["made"] == []
        (failure,) = refused["failures"]
        assert all(sentence in in_one_line(failure) for sentence in sentences)
        assert "Traceback" not in failure

        assert process.next() == {"name": "orders", "made": ["below", "child"], "failures": []}
        assert process.next() == {"as before": True}
        assert process.wait() == 0
        assert "pulumi_tcsql_check" not in process.stderr


def test_a_held_stack_holds_no_other_and_ctrl_c_reaches_the_caller(tmp_path: Path) -> None:
    """While one stack waits, another one is updated; an interrupt reaches the caller, and ends the wait."""
    with caller(tmp_path, "side by side") as process:
        assert process.next() == {"name": "other", "made": ["below", "child"], "failures": []}
        assert process.next() == {"name": "held", "made": [], "failures": []}

        process.interrupt()
        held = process.next()
        assert held["made"] == []
        (failure,) = held["failures"]
        assert CANCELLED in failure
        assert "Traceback" not in failure

        assert process.next() == {"interrupted": True}
        assert process.next() == {"as before": True}
        assert process.wait() == 0
        assert "pulumi_tcsql_check" not in process.stderr
