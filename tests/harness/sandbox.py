"""A sandbox for end-to-end tests: a stack with a gate, an emulator, and the records created behind the gate."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from harness.emulator_process import EmulatorProcess
from harness.stack import Result, Stack

PATCHED_PROVIDER = Path(__file__).with_name("patched_provider")
SERVICES_URL_VARIABLE = "TCSQL_CHECK_TEST_SERVICES_URL"
LOG_VARIABLE = "TCSQL_CHECK_TEST_LOG_EVERYTHING"
ISOLATED_GATES_VARIABLE = "TCSQL_CHECK_TEST_ISOLATED_GATES"
HUNG_VARIABLE = "TCSQL_CHECK_TEST_HUNG_FOLDER"


@dataclass
class Sandbox:
    """A stack, its emulator, and the folder into which the program writes a record for each created resource."""

    stack: Stack
    emulator: EmulatorProcess
    folder: Path

    def emulate_services(self) -> None:
        """Redirect the provider's token service (STS) and instance metadata to the emulator."""
        self.stack.environ |= {"PYTHONPATH": str(PATCHED_PROVIDER), SERVICES_URL_VARIABLE: self.emulator.url}

    def enable_debug_log(self) -> None:
        """Make the provider process, with its SDK, log everything to stderr."""
        self.stack.environ |= {"PYTHONPATH": str(PATCHED_PROVIDER), LOG_VARIABLE: "1"}

    def isolate_gates(self) -> None:
        """Let every gate wait to its own end, even if another is refused."""
        self.stack.environ |= {"PYTHONPATH": str(PATCHED_PROVIDER), ISOLATED_GATES_VARIABLE: "1"}

    def refused_up(self, *flags: str) -> str:
        """Run an update that must fail with one error, no traceback and nothing created; return the error."""
        result = self.stack.up(*flags)
        assert result.exit_code != 0
        assert self.records == {}
        assert "Traceback" not in result.screen
        (error,) = error_messages(result)
        return error

    @property
    def records(self) -> dict[str, str]:
        """The contents of all records so far."""
        found = {}
        for path in sorted(self.folder.glob("*.json")):
            found.update(json.loads(path.read_text(encoding="utf-8")))
        return found


BuildSandbox = Callable[..., Sandbox]


def error_messages(result: Result) -> list[str]:
    """Return the distinct errors on a screen, each joined to one line, without the engine's summary."""
    _, _, diagnostics = result.screen.partition("Diagnostics:")
    found = re.findall(r"error: (.*(?:\n {6,}.*)*)", diagnostics or result.screen)
    whole = (" ".join(text.split()) for text in found)
    return list(dict.fromkeys(text for text in whole if text not in ("update failed", "preview failed")))
