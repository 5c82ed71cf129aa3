"""A stack with a gate, the emulator it asks, and the folder that shows what was created behind the gate."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from harness.emulator_process import EmulatorProcess
from harness.stack import Result, Stack

STAND_IN = Path(__file__).with_name("stand_in_site")
VARIABLE = "TCSQL_CHECK_TEST_STAND_IN"
LOG_VARIABLE = "TCSQL_CHECK_TEST_LOG_EVERYTHING"
ALONE_VARIABLE = "TCSQL_CHECK_TEST_EACH_ALONE"
HUNG_VARIABLE = "TCSQL_CHECK_TEST_HUNG_FOLDER"


@dataclass
class Site:
    """A stack, the emulator, and the folder in which records show what was created."""

    stack: Stack
    emulator: EmulatorProcess
    folder: Path

    def stand_in(self) -> None:
        """Let the emulator stand where the provider process asks the token service and the metadata."""
        self.stack.environ |= {"PYTHONPATH": str(STAND_IN), VARIABLE: self.emulator.url}

    def log_everything(self) -> None:
        """Let the provider process, the SDK in it included, log all it can to its stderr."""
        self.stack.environ |= {"PYTHONPATH": str(STAND_IN), LOG_VARIABLE: "1"}

    def each_alone(self) -> None:
        """Let each gate come to its own end, also when another was refused."""
        self.stack.environ |= {"PYTHONPATH": str(STAND_IN), ALONE_VARIABLE: "1"}

    @property
    def records(self) -> dict[str, str]:
        """What stands in the records by now."""
        found = {}
        for path in sorted(self.folder.glob("*.json")):
            found.update(json.loads(path.read_text(encoding="utf-8")))
        return found


Build = Callable[..., Site]


def errors(result: Result) -> list[str]:
    """Return the distinct errors on a screen, each with all its lines in one, without the engine's own summary."""
    _, _, diagnostics = result.screen.partition("Diagnostics:")
    found = re.findall(r"error: (.*(?:\n {6,}.*)*)", diagnostics or result.screen)
    whole = (" ".join(text.split()) for text in found)
    return list(dict.fromkeys(text for text in whole if text not in ("update failed", "preview failed")))
