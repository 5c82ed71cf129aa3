"""The examples, as they are, and the two commands that show them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from harness.emulator_process import EmulatorProcess
from harness.stack import ENDPOINT_KEY, Stack

ROOT = Path(__file__).resolve().parent.parent.parent


def test_the_cutover_moves_everything_once_the_check_has_passed(tmp_path: Path) -> None:
    """All three records are written, the one with the number of steps in it among them."""
    with EmulatorProcess("pass", tmp_path / "requests.jsonl") as emulator:
        stack = Stack.of_program(ROOT / "examples" / "cutover", tmp_path).init({ENDPOINT_KEY: emulator.url})
        result = stack.up()
        assert result.exit_code == 0, result.screen
        records = {path.stem: json.loads(path.read_text()) for path in (stack.project / "records").glob("*.json")}
        assert records == {
            "dns": {"dns": "orders-new.example"},
            "connection-secret": {"connection-secret": "Server=orders-new.example;Encrypt=yes"},
            "app-setting": {"app-setting": "orders-new.example, after 8 steps"},
        }
        assert stack.outputs() == {"status": "passed", "folder": "records"}


def test_the_cutover_moves_nothing_while_the_check_fails(tmp_path: Path) -> None:
    """Not one record is written, whichever way it depends on the gate."""
    with EmulatorProcess("fail", tmp_path / "requests.jsonl") as emulator:
        stack = Stack.of_program(ROOT / "examples" / "cutover", tmp_path).init({ENDPOINT_KEY: emulator.url})
        result = stack.up()
        assert result.exit_code != 0
        assert 'failed at step 4 of 8, "Character set check"' in result.screen
        assert list((stack.project / "records").glob("*.json")) == []


@pytest.mark.xdist_group("root-project")
@pytest.mark.parametrize(
    ("scenario", "passes", "seen"),
    [("pass", True, "passed: true"), ("fail", False, 'failed at step 4 of 8, "Character set check"')],
)
def test_the_root_project_runs_as_make_up_runs_it(tmp_path: Path, scenario: str, passes: bool, seen: str) -> None:
    """The program behind `make up` ends as the update ends, and leaves nothing in the project."""
    before = sorted(path.name for path in ROOT.glob("Pulumi*"))
    environ = {**os.environ, "TMPDIR": str(tmp_path)}
    command = [sys.executable, str(ROOT / "tests" / "demo.py"), scenario]
    done = subprocess.run(
        command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, timeout=120
    )
    assert (done.returncode == 0) is passes, done.stdout
    assert seen in done.stdout
    assert "Traceback" not in done.stdout
    assert sorted(path.name for path in ROOT.glob("Pulumi*")) == before
    assert list(tmp_path.iterdir()) == []


@pytest.mark.xdist_group("root-project")
def test_the_rehearsal_does_not_touch_a_configuration_that_is_there(tmp_path: Path) -> None:
    """A file of the same name is the user's: it is named, kept, and nothing is started."""
    theirs = ROOT / "Pulumi.rehearsal.yaml"
    theirs.write_text("config: {}\n", encoding="utf-8")
    try:
        command = [sys.executable, str(ROOT / "tests" / "demo.py"), "pass"]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, cwd=tmp_path)
        assert done.returncode == 1
        assert done.stdout.startswith("Pulumi.rehearsal.yaml is in the way")
        assert theirs.read_text(encoding="utf-8") == "config: {}\n"
    finally:
        theirs.unlink()
