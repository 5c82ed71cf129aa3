"""A real `pulumi up` of a program with `get_migration_check`, against the emulator."""

import json
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from harness.emulator_process import EmulatorProcess
from harness.sandbox import error_messages
from harness.scripted_server import ScriptedServer, silence
from harness.stack import ENDPOINT_KEY, Stack

ROOT = Path(__file__).resolve().parent.parent.parent
PROGRAMS = ROOT / "tests" / "programs"
BY_ID = ROOT / "tests" / "data" / "scenarios" / "by-id.json"

Sandbox = tuple[Stack, EmulatorProcess]


def looking(tmp_path: Path, endpoint: str, **config: object) -> Stack:
    """Make a stack of the program that reads checks."""
    stack = Stack.of_program(PROGRAMS / "data_source", tmp_path)
    shutil.copy(PROGRAMS / "migration.py", stack.project)
    given = {f"test:{key}": json.dumps(value) for key, value in config.items()}
    return stack.init({ENDPOINT_KEY: endpoint, **given})


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Callable[..., Sandbox]]:
    """Make a stack and its emulator: `sandbox(plain=[1, 2])`."""
    with ExitStack() as cleanup:

        def build(scenario: str | Path = BY_ID, **config: object) -> Sandbox:
            emulator = cleanup.enter_context(EmulatorProcess(scenario, tmp_path / "requests.jsonl"))
            return looking(tmp_path, emulator.url, **config), emulator

        yield build


def test_reads_return_any_verdict_with_one_request_each(sandbox: Callable[..., Sandbox]) -> None:
    """Passed, failed and running checks are typed results; a warning names the stand-in, and no secret is kept."""
    stack, emulator = sandbox(plain=[1, 2, 3])
    result = stack.up()
    assert result.exit_code == 0, result.screen
    assert [request["migrate_id"] for request in emulator.requests] == [1, 2, 3]
    outputs = stack.outputs()
    assert [outputs[f"look-{number}"]["status"] for number in (1, 2, 3)] == ["passed", "failed", "running"]
    assert set(outputs["look-2"]) == {"total", "current", "steps", "passed", "status", "migrate_id", "region"}
    assert (outputs["look-2"]["total"], outputs["look-2"]["current"], outputs["look-2"]["passed"]) == (8, 5, False)
    assert outputs["look-2"]["steps"][3] == {
        "name": "Character set check",
        "status": -1,
        "state": "failed",
        "message": "Check whether the character sets are consistent.",
    }
    assert outputs["types-1"] == ["MigrationCheckResult", "Step", "int", "bool"]
    for number in (1, 2, 3):
        warning = f"warning: migration check {number} (ap-guangzhou) is queried at {emulator.url}, which is not Tencent"
        assert warning in result.words
    assert stack.run("preview", "--expect-no-changes").exit_code == 0
    assert len(emulator.requests) == 6


@pytest.mark.thorough
def test_a_migration_created_in_the_same_update_is_read_once_it_exists(
    sandbox: Callable[..., Sandbox],
) -> None:
    """A preview sends no request and its result is unknown; the update sends one request and has a typed result."""
    stack, emulator = sandbox("pass", made=True)
    preview = stack.run("preview")
    assert preview.exit_code == 0, preview.screen
    assert emulator.requests == []
    result = stack.up()
    assert result.exit_code == 0, result.screen
    assert [request["migrate_id"] for request in emulator.requests] == [1066]
    assert stack.outputs() == {"status": "passed", "later-types": ["MigrationCheckResult", "Step"]}


@pytest.mark.parametrize(
    "option", [("PULUMI_OPTION_CONFIG", f"{ENDPOINT_KEY}={{}}"), ("PULUMI_OPTION_CONFIG_FILE", "Pulumi.rehearsal.yaml")]
)
def test_a_variable_of_pulumi_does_not_choose_the_endpoint_of_a_read(
    sandbox: Callable[..., Sandbox], option: tuple[str, str]
) -> None:
    """The variable reaches the program's process too; the program ends with one error, and sends nothing."""
    stack, emulator = sandbox("pass", plain=[1066])
    variable, value = option
    stack.environ[variable] = value.format(emulator.url)
    refused = stack.up()
    assert refused.exit_code != 0
    assert any(f"{variable} is " in error for error in error_messages(refused)), refused.screen
    assert emulator.requests == []


@pytest.mark.parametrize(("config", "call"), [({"plain": [1066]}, "seen ="), ({"made": True}, "later =")])
def test_an_unknown_migration_ends_the_program_with_one_error(
    sandbox: Callable[..., Sandbox], config: dict[str, object], call: str
) -> None:
    """The error names the migration, the API's message, what to check and the user's line; there is no traceback."""
    stack, emulator = sandbox(**config)
    result = stack.up()
    assert result.exit_code != 0
    program = (stack.project / "__main__.py").read_text(encoding="utf-8").splitlines()
    line = next(number for number, text in enumerate(program, start=1) if text.strip().startswith(call))
    sentence, *engines = error_messages(result)
    assert all("program exited with non-zero exit code: 1" in text for text in engines), engines
    assert sentence.startswith(f"migration check 1066 (ap-guangzhou): {emulator.url} answered ResourceNotFound.")
    assert "Check MigrateId, the region, and that the credentials belong to the migration's account." in sentence
    assert sentence.endswith(f"(__main__.py, line {line}) Code: not-found")
    assert "Traceback" not in result.screen
    assert len(emulator.requests) == 1


@pytest.mark.parametrize("config", [{"plain": [1066]}, {"made": True}])
def test_ctrl_c_ends_a_read_from_a_silent_server(tmp_path: Path, config: dict[str, object]) -> None:
    """The update ends at once, without a traceback, and the next command on the stack works."""
    with ScriptedServer(silence) as server:
        stack = looking(tmp_path, f"http://{server.host}", **config)
        process = stack.start("up", "--yes", "--skip-preview")
        with process:
            assert process.stdout is not None
            while not server.requests and process.poll() is None:
                time.sleep(0.05)
            began = time.monotonic()
            stack.interrupt(process)
            screen = process.stdout.read()
        assert time.monotonic() - began < 5
    assert process.returncode != 0
    assert len(server.requests) == 1
    assert "Traceback" not in screen
    assert "KeyboardInterrupt" not in screen
    assert stack.state().get("pending_operations", []) == []
