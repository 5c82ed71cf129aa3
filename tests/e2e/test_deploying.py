"""The automation guide: a program that runs real updates, and reports events and an exit code to a pipeline."""

import json
import os
import signal
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from harness import marked_credentials
from harness.guide import EXAMPLES, Guide, blocks
from harness.scripted_server import ScriptedServer, answer
from harness.stack import ENDPOINT_KEY

SCENARIOS = EXAMPLES.parent / "tests" / "data" / "scenarios"
DOCUMENTED_HOOK = "https://hooks.example/cut-over"
END_SECONDS = 10.0
"""How long a runner waits after its first signal before it kills the process."""


def events(screen: str) -> list[dict[str, Any]]:
    """Return the JSON lines of the output."""
    return [json.loads(line) for line in screen.splitlines() if line.startswith("{")]


def test_a_refused_update_is_reported_and_the_next_one_goes_through(tmp_path: Path) -> None:
    """Stdout and the web hook have the README's progress, error and exit code, and no secret."""
    guide = Guide("automation", tmp_path)
    (serve,), (*prepare, deploy) = blocks("automation")
    with guide.emulator(serve) as emulator, ScriptedServer(answer("")) as hook:
        for command in prepare:
            guide.must(command, emulator)
        deploy = deploy.replace(DOCUMENTED_HOOK, f"http://{hook.host}")
        done = guide.run(deploy, emulator)
        assert done.returncode == 1, done.stdout
        told = events(done.stdout)
        assert [json.loads(request.body) for request in hook.requests] == told
    kinds = [event["event"] for event in told]
    assert (kinds[0], kinds[1], kinds[-2], kinds[-1]) == ("started", "warning", "refused", "ended")
    assert "progress" in kinds
    assert told[-2]["text"].startswith("migration check 1066 (ap-guangzhou) failed at step 4 of 8")
    assert {**told[-1], "seconds": 0} == {
        "event": "ended",
        "stack": "rehearsal",
        "result": "failed",
        "exit_code": 1,
        "seconds": 0,
    }
    assert guide.records == []
    assert marked_credentials.found_in(done.stdout.encode()) == set()

    with guide.emulator(serve.replace("fail", "pass")) as emulator:
        guide.must(f"pulumi config set {ENDPOINT_KEY} {emulator.url}", emulator)
        told = events(guide.must("python deploy.py rehearsal", emulator))
    (gate,) = [event for event in told if event["event"] == "gate"]
    assert (gate["gate"], gate["passed"], gate["current"], gate["total"]) == ("orders", True, 8, 8)
    assert [event["resource"] for event in told if event["event"] == "changed"] == ["dns"]
    assert told[-1]["result"] == "passed"
    assert guide.records == ["dns"]


@pytest.mark.parametrize(
    ("number", "to_all"),
    [
        (signal.SIGTERM, False),
        pytest.param(signal.SIGINT, False, marks=pytest.mark.thorough),
        pytest.param(signal.SIGINT, True, marks=pytest.mark.thorough),
    ],
    ids=["SIGTERM", "SIGINT", "Ctrl-C in a terminal"],
)
def test_an_interrupt_ends_the_update_at_once(tmp_path: Path, number: signal.Signals, to_all: bool) -> None:
    """The CLI gets one interrupt, prints the gate's error, and creates nothing; no process stays; the code is 130."""
    guide = Guide("automation", tmp_path)
    with guide.emulator(blocks("automation")[0][0].replace("fail", str(SCENARIOS / "running.json"))) as emulator:
        guide.stack.init({ENDPOINT_KEY: emulator.url, "automation:migrateId": "1066"})
        with guide.running("exec python deploy.py rehearsal", emulator, until='"3/8 ') as step:
            if to_all:
                os.killpg(step.process.pid, number)
            else:
                step.process.send_signal(number)
            assert step.end(END_SECONDS) == 130
    *_, refused, ended = events(step.screen)
    assert refused["text"].startswith("The wait for the migration check was cancelled")
    assert ended["result"] == "interrupted"
    assert guide.records == []


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("config", "result", "exit_code"),
    [
        ({"automation:migrateId": "3", "automation:timeoutSeconds": "1"}, "timed-out", 3),
        ({"automation:migrateId": "404"}, "trouble", 4),
        ({}, "elsewhere", 5),
        ({"automation:migrateId": "2", "automation:enforceCheck": "false"}, "not-gated", 6),
    ],
    ids=["timed out", "trouble", "elsewhere", "not gated"],
)
def test_every_other_end_has_its_exit_code(
    tmp_path: Path, config: Mapping[str, str], result: str, exit_code: int
) -> None:
    """A real update gives each exit code; a record behind the gate exists only with `enforceCheck: false`."""
    guide = Guide("automation", tmp_path)
    with guide.emulator(blocks("automation")[0][0].replace("fail", str(SCENARIOS / "by-id.json"))) as emulator:
        guide.stack.init({ENDPOINT_KEY: emulator.url, **config})
        done = guide.run("python deploy.py rehearsal", emulator)
    assert done.returncode == exit_code, done.stdout
    ended = events(done.stdout)[-1]
    assert (ended["result"], ended["exit_code"]) == (result, exit_code)
    assert guide.records == (["dns"] if result == "not-gated" else [])
