"""The guides: each command of their READMEs and pipeline files runs on the real engine."""

import http.client
import os
import re
import signal
from pathlib import Path
from typing import Any

import pytest
from harness.emulator_process import EmulatorProcess
from harness.error_texts import in_one_line
from harness.guide import EXAMPLES, Guide, blocks
from ruamel.yaml import YAML

FAILED = "failed at step 4 of 8"
PIPELINE = EXAMPLES / "pipeline"
NEVER_ENDS = EXAMPLES.parent / "tests" / "data" / "scenarios" / "running.json"
RUNNING = "Hard disk space check: running"
END_SECONDS = 10.0
"""How long GitHub waits after its first signal before it kills the process."""


@pytest.mark.thorough
def test_the_rehearsal_is_throttled_refused_and_passes_after_the_fix(tmp_path: Path) -> None:
    """The screen shows what the README describes, and nothing moves before the second start has passed."""
    guide = Guide("rehearsal", tmp_path)
    (serve,), (*prepare, up), (start_check,), (start_again, up_again) = blocks("rehearsal")
    with guide.emulator(serve) as emulator:
        for command in prepare:
            guide.must(command, emulator)
        with guide.running(up, emulator, until="no step has started") as update:
            guide.must(start_check, emulator)
            assert update.end() != 0
            screen = update.screen
        assert FAILED in screen
        assert f"is queried at {emulator.url}, which is not Tencent Cloud" in in_one_line(screen)
        assert "throttled by the API" in screen
        assert guide.records == []

        guide.must(start_again, emulator)
        guide.must(up_again, emulator)
        assert guide.records == ["app-setting", "dns"]


def test_a_stack_starts_its_own_check_and_waits_for_that_start(tmp_path: Path) -> None:
    """The first flow fails, and the flow of another attempt passes."""
    guide = Guide("created-here", tmp_path)
    (serve,), (*prepare, up), (another, up_again, output) = blocks("created-here")
    with guide.emulator(serve) as emulator:
        for command in prepare:
            guide.must(command, emulator)
        refused = guide.run(up, emulator)
        assert refused.returncode != 0
        assert "failed: flow 1001 has failed" in refused.stdout
        assert guide.records == []

        guide.must(another, emulator)
        guide.must(up_again, emulator)
        assert guide.records == ["dns"]
        assert guide.must(output, emulator).strip() == "1002"
        started = [request for request in emulator.requests if request["action"] == "StartMigrationCheck"]
        assert len(started) == 2


OLD, NEW = "orders are read from orders-old.example", "orders are read from orders-new.example"


def get(command: str, port: int) -> str:
    """Send the request of a README's `curl`, which a machine for tests may not have, to the application's real port."""
    assert command == "curl http://127.0.0.1:8919"
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", "/")
        return connection.getresponse().read().decode().strip()
    finally:
        connection.close()


@pytest.mark.thorough
def test_the_application_moves_only_after_the_pass(tmp_path: Path) -> None:
    """It uses the old host after a refusal and while the gate waits, the new one after the pass."""
    guide = Guide("cutover", tmp_path)
    (fails,), (start,), (*prepare, up, after_refusal), (passes,), (up_again,), (during, after) = blocks("cutover")
    readme = (EXAMPLES / "cutover" / "README.md").read_text(encoding="utf-8")
    assert re.findall(f"(?m)^(?:{OLD}|{NEW})$", readme) == [OLD, OLD, NEW]
    with guide.emulator(fails) as emulator:
        start_on_any_port = start.replace(" 8919", " 0")
        application = guide.running(start_on_any_port, emulator, until="The application is at ")
        with application as served:
            port = int(served.screen.strip().rpartition(":")[2])
            for command in prepare:
                guide.must(command, emulator)
            refused = guide.run(up, emulator)
            assert refused.returncode != 0
            assert FAILED in refused.stdout
            assert get(after_refusal, port) == OLD

            with guide.emulator(passes) as second:  # on another port, which the stack therefore gets
                guide.must(prepare[-1], second)
                with guide.running(up_again, second, until=" min left ") as update:
                    assert get(during, port) == OLD
                    assert update.end() == 0, update.screen
                assert get(after, port) == NEW

                guide.must("pulumi destroy", second)
                assert get(after, port) == OLD


@pytest.mark.thorough
def test_a_preview_starts_no_check(tmp_path: Path) -> None:
    """Nor does it query the gate, which could show the pass of an earlier start."""
    guide = Guide("created-here", tmp_path)
    (serve,), (*prepare, _), _ = blocks("created-here")
    with guide.emulator(serve) as emulator:
        for command in [*prepare, "pulumi preview"]:
            guide.must(command, emulator)
        assert emulator.requests == []


def commands(job: str) -> list[str]:
    """Read the commands of a job of the workflow, except the one that installs the packages."""
    jobs: dict[str, Any] = YAML(typ="safe").load(PIPELINE / ".github" / "workflows" / "cut-over.yaml")["jobs"]
    install, *others = [step["run"] for step in jobs[job]["steps"] if "run" in step]
    assert install.startswith("python -m pip install ")
    return others


def prepared(tmp_path: Path, emulator: EmulatorProcess) -> Guide:
    """Create the pipeline's stack as its README describes, with the emulator as endpoint."""
    guide = Guide("pipeline", tmp_path)
    (prepare,) = blocks("pipeline")
    for command in [*prepare, f"pulumi config set tcsql-check:endpoint {emulator.url} --stack production"]:
        guide.must(command, emulator)
    return guide


@pytest.mark.thorough
def test_the_pipeline_starts_the_check_and_updates_once_it_has_passed(tmp_path: Path) -> None:
    """An update without a flow is refused, a check that can't start gives none, and an update with its flow passes."""
    with EmulatorProcess("pass", tmp_path / "requests.jsonl") as emulator:
        guide = prepared(tmp_path, emulator)
        (preview,), (start_check, update) = commands("preview"), commands("up")
        guide.must(preview, emulator)
        assert {request["action"] for request in emulator.requests} <= {"QueryMigrationCheckProcess"}
        refused = guide.run(update, emulator)
        assert refused.returncode != 0
        assert "pipeline:flowId" in refused.stdout
        assert guide.records == []

        guide.must("pulumi config set migrateId 404", emulator)
        not_started = guide.run(start_check, emulator)
        assert not_started.returncode != 0
        assert "There is no migration 404" in not_started.stdout
        assert "flowId" not in (guide.stack.project / "Pulumi.production.yaml").read_text(encoding="utf-8")

        guide.must("pulumi config set migrateId 1066", emulator)
        guide.must(start_check, emulator)
        guide.must(update, emulator)
        sent = [request["action"] for request in emulator.requests[1:] if request["action"] != "DescribeMigrations"]
        assert sent == [
            "StartMigrationCheck",
            "StartMigrationCheck",
            "DescribeFlowStatus",
            "QueryMigrationCheckProcess",
        ]
        assert guide.records == ["dns"]


@pytest.mark.thorough
def test_a_cancelled_pipeline_ends_at_once_and_break_glass_lets_one_run_through(tmp_path: Path) -> None:
    """The signal reaches the first process alone, as from a runner; only `break-glass` lets the update through."""
    with EmulatorProcess(NEVER_ENDS, tmp_path / "requests.jsonl") as emulator:
        guide = prepared(tmp_path, emulator)
        start_check, update = commands("up")
        guide.must(start_check, emulator)
        with guide.running(update, emulator, until=RUNNING) as step:
            step.process.send_signal(signal.SIGINT)
            assert step.end(END_SECONDS) != 0
            assert "The wait for the migration check was cancelled" in step.screen
        assert guide.records == []

        guide.stack.environ |= {"REASON": "the owner said so"}
        *overrule, update = commands("break-glass")
        for command in overrule:
            guide.must(command, emulator)
        screen = guide.must(update, emulator)
        assert "enforce is false: migration check 1066 (ap-guangzhou) does not hold the update" in in_one_line(screen)
        assert guide.records == ["dns"]


@pytest.mark.thorough
def test_a_job_whose_processes_are_all_terminated_moves_nothing(tmp_path: Path) -> None:
    """GitLab sends SIGTERM to every process, including the provider; there is neither an error text nor a pass."""
    with EmulatorProcess(NEVER_ENDS, tmp_path / "requests.jsonl") as emulator:
        guide = prepared(tmp_path, emulator)
        start_check, update = commands("up")
        guide.must(start_check, emulator)
        with guide.running(update.removeprefix("exec "), emulator, until=RUNNING) as step:
            os.killpg(step.process.pid, signal.SIGTERM)
            assert step.end(END_SECONDS) != 0
        assert guide.records == []
