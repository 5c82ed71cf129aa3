"""The provider plugin as a debugger uses it: it runs before the CLI, which attaches to it."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from harness.emulator_process import EmulatorProcess
from harness.plugin_stack import GATE, record, resource, write_program, yaml_stack
from harness.pulumi_process import PulumiProcess
from harness.stack import ENDPOINT_KEY, Stack

SCENARIO = Path(__file__).resolve().parent.parent / "data" / "scenarios" / "by-id.json"
PASSED, FAILED, RUNNING = 1, 2, 3


@contextmanager
def plugin(stack: Stack) -> Iterator[subprocess.Popen[str]]:
    """Run the plugin with a stack's environment, and let the stack use it."""
    command = [str(Path(sys.prefix) / "bin" / "pulumi-resource-tcsql-check")]
    environ = {name: value for name, value in stack.environ.items() if name != "PULUMI_HOME"}  # marks the CLI's own
    with subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            stack.environ["PULUMI_DEBUG_PROVIDERS"] = f"tcsql-check:{process.stdout.readline().strip()}"
            yield process
        finally:
            process.kill()


@pytest.mark.thorough
def test_a_plugin_that_a_debugger_has_started_serves_one_update_after_the_other(tmp_path: Path) -> None:
    """Neither a refusal nor a cancel ends it: only its own signal does."""
    with EmulatorProcess(SCENARIO, tmp_path / "requests.jsonl") as emulator:
        stack = yaml_stack(tmp_path / "stack", {}, {ENDPOINT_KEY: emulator.url})

        def declare(migrate_id: int) -> None:
            orders = resource(GATE, migrateId=migrate_id, region="ap-guangzhou")
            write_program(stack, {"orders": orders, "behind": record("behind", "new", "orders")})

        with plugin(stack) as process:
            declare(FAILED)
            assert "failed at step 4 of 8" in stack.up().words
            declare(RUNNING)
            with PulumiProcess(stack, ("up", "--yes", "--skip-preview")) as run:
                run.wait_for_text("Hard disk space check: running")
                run.send_signal(signal.SIGINT, group=False)
                assert "The wait for the migration check was cancelled" in run.wait_for_exit().screen
            assert not (stack.project / "records").exists()
            declare(PASSED)
            passed = stack.up()
            assert passed.exit_code == 0, passed.screen
            assert (stack.project / "records" / "behind.json").exists()
            assert process.poll() is None
            process.send_signal(signal.SIGTERM)
            assert process.wait(5) == 0
