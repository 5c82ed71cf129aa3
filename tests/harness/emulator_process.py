"""The emulator as a process on a free port, with its request log."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from harness import marked_credentials
from harness.sdk_client import start_check
from pulumi_tcsql_check.emulator import Keys

STOP_SECONDS = 5.0

_PROGRAM = """
import importlib.util, runpy, sys, types
package = types.ModuleType("pulumi_tcsql_check")
package.__path__ = importlib.util.find_spec("pulumi_tcsql_check").submodule_search_locations
sys.modules["pulumi_tcsql_check"] = package
runpy.run_module("pulumi_tcsql_check.emulator", run_name="__main__", alter_sys=True)
"""


class EmulatorProcess:
    """`python -m pulumi_tcsql_check.emulator` while the `with` block runs; it accepts the marked credentials.

    It differs from a user's start in one way: it doesn't import the package's `__init__`, which the emulator doesn't
    need and which takes three quarters of the start. The emulator's own tests start it as a user does.
    """

    def __init__(
        self,
        scenario: str | Path,
        request_log: Path,
        other_scenario: str | Path | None = None,
        flags: Sequence[str] = (),
    ) -> None:
        """Use a scenario, a file for the request log, and a scenario for the second account."""
        self._request_log = request_log
        self._command = [sys.executable, "-c", _PROGRAM, "--port", "0"]
        self._command += ["--scenario", str(scenario), "--request-log", str(request_log)]
        self._command += ["--other-scenario", str(other_scenario)] if other_scenario else []
        self._command += flags
        self.url = ""

    def __enter__(self) -> Self:
        """Start it, and wait until it listens."""
        self._process = subprocess.Popen(
            self._command,
            env=os.environ | marked_credentials.EMULATORS_ENVIRON,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        if self._process.stdout is None or not (ready := self._process.stdout.readline()):
            raise RuntimeError("the emulator did not start")
        self.url = next(word for word in ready.split() if word.startswith("http"))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop it."""
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            raise
        finally:
            if self._process.stdout is not None:
                self._process.stdout.close()

    def start_check(self, migrate_id: int) -> int:
        """Start a check, and return its flow id."""
        return start_check(
            self.url,
            migrate_id,
            Keys(marked_credentials.SECRET_ID, marked_credentials.SECRET_KEY, marked_credentials.TOKEN),
        )

    @property
    def requests(self) -> list[dict[str, Any]]:
        """All requests so far, as in the request log."""
        if not self._request_log.exists():
            return []
        return [json.loads(line) for line in self._request_log.read_text(encoding="utf-8").splitlines()]
