"""Text from the API is data: it can't control the terminal, and the outputs keep it unchanged."""

import json
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from harness.emulator_process import EmulatorProcess
from harness.fault_cases import EVERYTHING_AT_ONCE
from harness.plugin_stack import GATE, resource, yaml_stack
from harness.sandbox import BuildSandbox
from harness.stack import ENDPOINT_KEY, Result, Stack

LONG = "x" * 10_000
HOSTILE = ("Cc", "Cf", "Cs", "Zl", "Zp")
"""The categories of characters that move the cursor, or reorder the text."""

MIGRATIONS = (1, 2, 3, 4)


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    """Write the scenario with its long text."""
    template = (Path(__file__).parents[1] / "data" / "scenarios" / "hostile.json").read_text("utf-8")
    path = tmp_path / "hostile.json"
    path.write_text(template.replace("LONG", LONG), encoding="utf-8")
    return path


def assert_harmless(screen: str) -> None:
    """Check that a screen shows all texts of the scenario, escaped and cut."""
    assert {char for char in screen if unicodedata.category(char) in HOSTILE} == {"\n"}
    assert "x" * 301 not in screen
    deceptions = ("error: two", "error: all is well", "error: no")
    assert not any(line.lstrip().startswith(deceptions) for line in screen.splitlines())
    assert r"✗ 1 one\x1b]0;owned\x07\u200f\nerror: all is well: failed (status -1)" in screen
    assert '  API:     "xxx' in screen
    assert r"Request: r-2\x1b[1A\u2066" in screen
    words = " ".join(screen.split())
    assert r"answered Bad\x1b[2K\rcode: \u202exxx" in words
    assert "gave a response that is not the documented one" in words


def assert_kept(check: dict[str, Any] | None) -> None:
    """Check that the outputs of the passed check have the text as the API has sent it."""
    assert check is not None
    (step,) = check["outputs"]["steps"]
    assert (step["name"], step["message"]) == ("one\x1b[2J\u202e\x00\r\nerror: two", LONG)


def test_text_from_the_api_is_escaped_and_cut_on_the_screen_and_kept_in_the_outputs(
    build: BuildSandbox, scenario: Path
) -> None:
    """The screen has none of its escapes, line breaks or direction marks, and at most 300 characters of each text."""
    gates = [{"poll_interval_seconds": 0.2, "timeout_seconds": 2}] * len(MIGRATIONS)
    sandbox = build(str(scenario), config={"test:gates": json.dumps(gates)}, program="every")
    sandbox.isolate_gates()
    result = sandbox.stack.run(*EVERYTHING_AT_ONCE)
    assert result.exit_code != 0
    assert_harmless(result.screen)
    assert_kept(sandbox.stack.resource("check-1"))


@pytest.mark.thorough
def test_text_from_the_api_is_escaped_and_cut_on_the_screen_of_the_plugin(scenario: Path, tmp_path: Path) -> None:
    """The same holds for the plugin. Each check has a stack: a refused gate ends the other waits of its update."""
    with EmulatorProcess(scenario, tmp_path / "requests.jsonl") as emulator, ThreadPoolExecutor() as pool:

        def update(number: int) -> tuple[Stack, Result]:
            gate = resource(GATE, migrateId=number, region="ap-guangzhou", pollIntervalSeconds=0.5, timeoutSeconds=2)
            stack = yaml_stack(tmp_path / str(number), {"check": gate}, {ENDPOINT_KEY: emulator.url})
            return stack, stack.up()

        updates = list(pool.map(update, MIGRATIONS))
    assert [result.exit_code == 0 for _, result in updates] == [True, False, False, False]
    assert_harmless("".join(result.screen for _, result in updates))
    assert_kept(updates[0][0].resource("check"))
