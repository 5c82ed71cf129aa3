"""A sandbox for each test: a stack with a gate, and its emulator."""

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from harness import marked_credentials
from harness.emulator_process import EmulatorProcess
from harness.sandbox import BuildSandbox, Sandbox
from harness.stack import ENDPOINT_KEY, Stack

ROOT = Path(__file__).resolve().parent.parent.parent
SCENARIOS = ROOT / "tests" / "data" / "scenarios"


LONGEST = ("test_every_fault_has_its_expected_result", "test_the_tutorial_is_refused", "test_no_secret_shows")
"""The beginnings of the names of tests that take most of a minute."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest tests first, so that none of them is left when all others have ended."""
    items.sort(key=lambda item: not item.name.startswith(LONGEST))


def _file(scenario: str) -> str | Path:
    """Find a scenario of the tests' own, or else a built-in one."""
    path = SCENARIOS / f"{scenario}.json"
    return path if path.exists() else scenario


@pytest.fixture
def given_secrets() -> set[str]:
    """The names, relative to the test's folder, of files into which a test writes credentials; it adds to the set."""
    return set()


@pytest.fixture(autouse=True)
def nothing_shows_a_secret(tmp_path: Path, given_secrets: set[str]) -> Iterator[None]:
    """After every test: no screen, state, log or other file contains any of the credentials."""
    yield
    found = marked_credentials.found_below(tmp_path)
    assert {name: what for name, what in found.items() if name not in given_secrets} == {}


@pytest.fixture
def build(tmp_path: Path) -> Iterator[BuildSandbox]:
    """Build a sandbox: `build(scenario, inputs={...}, config={...}, environ={...}, program="gate", other=...)`."""
    with ExitStack() as cleanup:

        def build_sandbox(  # noqa: PLR0913, PLR0917  # tests name what they need
            scenario: str,
            inputs: Mapping[str, Any] | None = None,
            config: Mapping[str, str] | None = None,
            environ: Mapping[str, str] | None = None,
            program: str = "gate",
            other: str | None = None,
        ) -> Sandbox:
            emulator = EmulatorProcess(_file(scenario), tmp_path / "requests.jsonl", _file(other) if other else None)
            cleanup.enter_context(emulator)
            stack = Stack.of_program(ROOT / "tests" / "programs" / program, tmp_path, environ)
            for module in ("examples/hold/records.py", "tests/programs/migration.py"):
                shutil.copy(ROOT / module, stack.project)
            folder = tmp_path / "records"
            given = {"test:folder": str(folder), "test:inputs": json.dumps(dict(inputs or {}))}
            stack.init({ENDPOINT_KEY: emulator.url, **given, **(config or {})})
            return Sandbox(stack, emulator, folder)

        yield build_sandbox
