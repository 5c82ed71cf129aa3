"""The command in the test's own process, against an emulator."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from harness.process_state import isolated_process

from pulumi_tcsql_check.cli import commands
from pulumi_tcsql_check.emulator import Emulator, Scenario, parse

BY_ID = Path(__file__).parents[2] / "data" / "scenarios" / "by-id.json"

Run = Callable[..., int]


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Set the emulator's keys and a region, and nothing of the user's environment."""
    monkeypatch.setenv("TENCENTCLOUD_REGION", "ap-guangzhou")
    for name in ("TCSQL_CHECK_LOG", "NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    with isolated_process(monkeypatch, tmp_path):
        yield


@pytest.fixture(name="by_id", scope="session")
def _by_id() -> Scenario:
    """Migration 1 has passed, 2 has failed, 3 runs for ever, 4 passes after a second."""
    return parse(BY_ID.read_bytes(), name="by-id")


@pytest.fixture(name="emulator")
def _emulator(by_id: Scenario, tmp_path: Path) -> Iterator[Emulator]:
    """An emulator that writes its request log to `requests.jsonl`."""
    with Emulator(by_id, request_log=tmp_path / "requests.jsonl") as emulator:
        yield emulator


@pytest.fixture(name="run")
def _run(emulator: Emulator) -> Run:
    """Run the command against the emulator, and return its exit code."""

    def run(*words: str) -> int:
        return commands.run([*words, "--endpoint", emulator.url])

    return run
