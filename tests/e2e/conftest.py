"""A stack with a gate, and the emulator it asks."""

import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from harness import EmulatorProcess, Result, Stack
from harness.stack import ENDPOINT_KEY

ROOT = Path(__file__).resolve().parent.parent.parent
SCENARIOS = ROOT / "tests" / "data" / "scenarios"


@dataclass
class Site:
    """A stack, the emulator, and the folder in which records show what was created."""

    stack: Stack
    emulator: EmulatorProcess
    folder: Path

    @property
    def records(self) -> dict[str, str]:
        """What stands in the records by now."""
        found = {}
        for path in sorted(self.folder.glob("*.json")):
            found.update(json.loads(path.read_text(encoding="utf-8")))
        return found


Build = Callable[..., Site]


@pytest.fixture
def build(tmp_path: Path) -> Iterator[Build]:
    """Build a site: `build(scenario, inputs={...}, config={...}, environ={...})`."""
    with ExitStack() as cleanup:

        def build_site(
            scenario: str,
            inputs: Mapping[str, Any] | None = None,
            config: Mapping[str, str] | None = None,
            environ: Mapping[str, str] | None = None,
        ) -> Site:
            where = SCENARIOS / f"{scenario}.json"
            emulator = EmulatorProcess(where if where.exists() else scenario, tmp_path / "requests.jsonl")
            cleanup.enter_context(emulator)
            stack = Stack.of_program(ROOT / "tests" / "programs" / "gate", tmp_path, environ)
            shutil.copy(ROOT / "examples" / "cutover" / "records.py", stack.project)
            folder = tmp_path / "records"
            given = {"test:folder": str(folder), "test:inputs": json.dumps(dict(inputs or {}))}
            stack.init({ENDPOINT_KEY: emulator.url, **given, **(config or {})})
            return Site(stack, emulator, folder)

        yield build_site


def errors(result: Result) -> list[str]:
    """Return the distinct errors on a screen, in order, without the engine's own summary."""
    found = [line.split("error: ", 1)[1] for line in result.screen.splitlines() if "error: " in line]
    return list(dict.fromkeys(line for line in found if line not in ("update failed", "preview failed")))
