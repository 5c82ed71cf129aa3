"""Text from the API is data: it can't control the terminal, and the outputs keep it unchanged."""

import json
import unicodedata
from pathlib import Path

from harness.fault_cases import EVERYTHING_AT_ONCE
from harness.sandbox import BuildSandbox

LONG = "x" * 10_000
HOSTILE = ("Cc", "Cf", "Cs", "Zl", "Zp")
"""The categories of characters that move the cursor, or reorder the text."""


def test_text_from_the_api_is_escaped_and_cut_on_the_screen_and_kept_in_the_outputs(
    build: BuildSandbox, tmp_path: Path
) -> None:
    """The screen has none of its escapes, line breaks or direction marks, and at most 300 characters of each text."""
    template = (Path(__file__).parents[1] / "data" / "scenarios" / "hostile.json").read_text("utf-8")
    scenario = tmp_path / "hostile.json"
    scenario.write_text(template.replace("LONG", LONG), encoding="utf-8")
    gates = [{"poll_interval_seconds": 0.2, "timeout_seconds": 2}] * 4
    sandbox = build(scenario, config={"test:gates": json.dumps(gates)}, program="every")
    sandbox.isolate_gates()
    result = sandbox.stack.run(*EVERYTHING_AT_ONCE)
    assert result.exit_code != 0
    assert {char for char in result.screen if unicodedata.category(char) in HOSTILE} == {"\n"}
    assert "x" * 301 not in result.screen
    deceptions = ("error: two", "error: all is well", "error: no")
    assert not any(line.lstrip().startswith(deceptions) for line in result.screen.splitlines())
    text = result.screen
    assert r"✗ 1 one\x1b]0;owned\x07\u200f\nerror: all is well: failed (status -1)" in text
    assert '  API:     "xxx' in text
    assert r"Request: r-2\x1b[1A\u2066" in text
    assert r"answered Bad\x1b[2K\rcode: \u202exxx" in result.words
    assert "gave a response that is not the documented one" in " ".join(text.split())
    check = sandbox.stack.resource("check-1")
    assert check is not None
    (step,) = check["outputs"]["steps"]
    assert (step["name"], step["message"]) == ("one\x1b[2J\u202e\x00\r\nerror: two", LONG)
