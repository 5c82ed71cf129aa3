"""The examples, unchanged, and the two commands that run them."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from harness.emulator_process import EmulatorProcess
from harness.stack import ENDPOINT_KEY, Stack

ROOT = Path(__file__).resolve().parent.parent.parent


def test_a_held_stack_changes_and_deletes_only_after_a_pass(tmp_path: Path) -> None:
    """While refused, also with `--continue-on-error`, version 2 changes nothing; after a pass it changes everything."""
    stack = Stack.of_example(ROOT / "examples" / "hold", tmp_path)
    records = stack.project / "records"
    with EmulatorProcess("pass", tmp_path / "requests.jsonl") as emulator:
        stack.init({ENDPOINT_KEY: emulator.url})
        assert stack.up().exit_code == 0
    before = {path.name: path.read_text() for path in records.iterdir()}
    assert sorted(before) == ["app-setting.json", "dns.json", "old-database.json"]

    stack.run("config", "set", "version", "2")
    with EmulatorProcess("fail", tmp_path / "requests.jsonl") as emulator:
        stack.run("config", "set", ENDPOINT_KEY, emulator.url)
        refused = stack.up("--continue-on-error")
    assert refused.exit_code != 0
    assert "failed at step 4 of 8" in refused.screen
    assert (
        "The gate orders did not pass, so the program ends before the engine deletes what was removed from it"
        in refused.words
    )
    assert {path.name: path.read_text() for path in records.iterdir()} == before

    with EmulatorProcess("pass", tmp_path / "requests.jsonl") as emulator:
        stack.run("config", "set", ENDPOINT_KEY, emulator.url)
        assert stack.up().exit_code == 0
    assert {path.name: json.loads(path.read_text()) for path in records.iterdir()} == {
        "app-setting.json": {"app-setting": "Server=orders-new.example;Encrypt=yes"},
        "dns.json": {"dns": "orders-new.example"},
    }


@pytest.mark.parametrize(
    ("scenario", "passes", "seen"),
    [("pass", True, "passed: true"), ("fail", False, "failed at step 4 of 8")],
)
def test_the_root_project_runs_as_make_up_runs_it(tmp_path: Path, scenario: str, passes: bool, seen: str) -> None:
    """The program behind `make up` exits as the update does, and leaves nothing behind."""
    environ = {**os.environ, "TMPDIR": str(tmp_path)}
    command = [sys.executable, str(ROOT / "tests" / "demo.py"), scenario]
    done = subprocess.run(
        command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, timeout=120
    )
    assert (done.returncode == 0) is passes, done.stdout
    assert seen in done.stdout
    assert "Traceback" not in done.stdout
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("number", [signal.SIGINT, pytest.param(signal.SIGTERM, marks=pytest.mark.thorough)])
def test_an_interrupted_rehearsal_ends_as_an_interrupted_update_does(tmp_path: Path, number: signal.Signals) -> None:
    """The rehearsal waits for the CLI's exit, prints no traceback, and leaves neither a file nor a process."""
    environ = {**os.environ, "TMPDIR": str(tmp_path)}
    command = [sys.executable, str(ROOT / "tests" / "demo.py"), "unknown-code"]
    with subprocess.Popen(
        command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    ) as process:
        assert process.stdout is not None
        seen = []
        for line in process.stdout:
            seen.append(line)
            if "/8 · 30 min left · " in line:
                break
        if number == signal.SIGINT:
            os.killpg(process.pid, number)
        else:
            process.send_signal(number)
        seen += process.stdout.readlines()
    screen = "".join(seen)
    assert process.returncode != 0
    assert "The wait for the migration check was cancelled" in screen
    assert "Traceback" not in screen
    assert list(tmp_path.iterdir()) == []
