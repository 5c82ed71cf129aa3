"""The provider plugin, with the real CLI and programs in YAML: it waits, refuses, starts checks, and ends when told."""

import json
import signal
import time
from pathlib import Path
from typing import Any

import pytest
from harness import marked_credentials
from harness.emulator_process import EmulatorProcess
from harness.plugin_stack import GATE, GROUP, START, record, resource, write_program, yaml_stack
from harness.processes import PLUGIN, peak_memory_of_providers
from harness.pulumi_process import PulumiProcess, locks
from harness.sandbox import error_messages
from harness.stack import ENDPOINT_KEY, Stack

SCENARIO = Path(__file__).resolve().parent.parent / "data" / "scenarios" / "by-id.json"
PASSED, FAILED, RUNNING, SLOW = 1, 2, 3, 4
LARGEST_BYTES = 150_000_000
"""As for the dynamic provider."""

BOUND_SECONDS = 4.0
"""Twice what the README promises, since other tests run beside."""


@pytest.fixture
def emulator(tmp_path: Path) -> Any:  # noqa: ANN401
    """Serve the scenario."""
    with EmulatorProcess(SCENARIO, tmp_path / "requests.jsonl") as emulator:
        yield emulator


def gate(migrate_id: object, **more: Any) -> dict[str, Any]:  # noqa: ANN401  # values of YAML
    """Declare a gate."""
    return resource(GATE, migrateId=migrate_id, region="ap-guangzhou", pollIntervalSeconds=0.5, **more)


def files(stack: Stack) -> dict[str, str]:
    """Return the values of all records."""
    found: dict[str, str] = {}
    for path in (stack.project / "records").glob("*.json"):
        found.update(json.loads(path.read_text(encoding="utf-8")))
    return found


def test_a_program_in_yaml_waits_for_its_gate(emulator: EmulatorProcess, tmp_path: Path) -> None:
    """An update waits, and only then creates what is behind the gate; a preview says that it would wait."""
    resources = {"orders": gate(SLOW), "behind": record("behind", "new", "orders")}
    outputs = {"total": "${orders.total}", "current": "${orders.current}", "steps": "${orders.steps}"}
    stack = yaml_stack(tmp_path, resources, {ENDPOINT_KEY: emulator.url}, outputs=outputs)
    up = stack.up()
    assert up.exit_code == 0, up.screen
    assert "migration check 4 (ap-guangzhou) has passed, after" in up.words
    assert files(stack) == {"behind": "new"}
    write_program(stack, {**resources, "orders": gate(RUNNING)})
    preview = stack.run("preview")
    assert "Hard disk space check: running; `pulumi up` will wait" in preview.words
    seen = stack.outputs()
    assert (seen["total"], seen["current"], seen["steps"][7]["state"]) == (8, 8, "passed")


@pytest.mark.thorough
def test_a_refusal_is_one_error_of_the_gate_and_one_short_line(emulator: EmulatorProcess, tmp_path: Path) -> None:
    """Nothing behind the gate is created, and a group's refusal lists every failed check."""
    resources = {"orders": gate(FAILED), "behind": record("behind", "new", "orders")}
    stack = yaml_stack(tmp_path, resources, {ENDPOINT_KEY: emulator.url})
    refused = stack.up()
    assert refused.exit_code != 0
    assert files(stack) == {}
    whole, short = sorted(error_messages(refused))
    assert whole.startswith("migration check 2 (ap-guangzhou) failed at step 4 of 8")
    assert short == (
        "tcsql-check:index:MigrationCheck resource 'orders' has a problem: The gate stays shut: its own error says why."
    )
    group = resource(GROUP, migrateIds=[PASSED, FAILED], region="ap-guangzhou")
    write_program(stack, {"wave": group, "behind": record("behind", "new", "wave")})
    refused = stack.up()
    assert "1 of 2 migration checks" in refused.words, refused.screen
    assert files(stack) == {}


@pytest.mark.parametrize(
    ("number", "group"),
    [
        (signal.SIGINT, True),
        pytest.param(signal.SIGINT, False, marks=pytest.mark.thorough),
        pytest.param(signal.SIGTERM, True, marks=pytest.mark.thorough),
        pytest.param(signal.SIGTERM, False, marks=pytest.mark.thorough),
    ],
)
def test_the_first_signal_ends_the_waits_of_12_gates(
    emulator: EmulatorProcess, tmp_path: Path, number: signal.Signals, *, group: bool
) -> None:
    """Every gate waits at once, even with `--parallel 1`; the end leaves no process, lock or pending operation."""
    gates = {f"gate-{one}": gate(RUNNING) for one in range(12)}
    resources = {**gates, "behind": record("behind", "new", *gates)}
    stack = yaml_stack(tmp_path, resources, {ENDPOINT_KEY: emulator.url})
    with PulumiProcess(stack, ("up", "--yes", "--skip-preview", "--parallel", "1")) as run:
        run.wait_until(lambda: len(emulator.requests) >= len(gates))
        time.sleep(0.3)
        told_at = run.send_signal(number, group=group)
        ended = run.wait_for_exit()
    assert ended.ended_at - told_at < BOUND_SECONDS
    assert ended.exit_code != 0
    assert "The wait for the migration check was cancelled" in ended.screen
    assert "Traceback" not in ended.screen
    assert ended.left == {}
    assert locks(stack) == []
    assert stack.state().get("pending_operations", []) == []
    assert files(stack) == {}


@pytest.mark.thorough
def test_a_refused_gate_ends_the_others(emulator: EmulatorProcess, tmp_path: Path) -> None:
    """They would wait for half an hour, and the update has failed."""
    stack = yaml_stack(tmp_path, {"running": gate(RUNNING), "failed": gate(FAILED)}, {ENDPOINT_KEY: emulator.url})
    refused = stack.up()
    assert refused.seconds < 20
    assert "failed at step 4 of 8" in refused.words


def test_a_gate_waits_for_the_start_of_its_own_update(emulator: EmulatorProcess, tmp_path: Path) -> None:
    """New triggers start the check again; an update that leaves the start out is refused with the URN to target."""
    config = {ENDPOINT_KEY: emulator.url, "tcsql-check:run": "1"}

    def resources(run: str) -> dict[str, Any]:
        start = resource(START, migrateId=PASSED, region="ap-guangzhou", triggers=[run])
        gate = resource(GATE, start="${start}", pollIntervalSeconds=0.5)
        return {"start": start, "orders": gate, "behind": record("behind", run, "orders")}

    stack = yaml_stack(tmp_path, resources("run 1"), config)
    preview = stack.run("preview")
    assert "not queried in this preview: the update starts the check first" in preview.words
    assert stack.up().exit_code == 0
    flow = stack.resource("start")["outputs"]["flowId"]  # type: ignore[index]
    again = stack.up()
    assert again.exit_code == 0, again.screen
    write_program(stack, resources("run 2"))
    left_out = stack.up("--target", "**::behind")
    assert left_out.exit_code != 0
    assert "The engine didn't check the start start with the gate's provider" in left_out.words
    assert "--target urn:pulumi:rehearsal::tcsql-check::tcsql-check:index:MigrationCheckStart::start" in left_out.words
    assert files(stack) == {"behind": "run 1"}
    assert stack.up().exit_code == 0
    assert stack.resource("start")["outputs"]["flowId"] != flow  # type: ignore[index]
    assert files(stack) == {"behind": "run 2"}
    ignoring = resources("run 3")
    ignoring["start"]["options"] = {"ignoreChanges": ["triggers"]}
    write_program(stack, ignoring)
    ignored = stack.up()
    assert ignored.exit_code != 0
    assert "ignoreChanges is 'triggers', but must be left out" in ignored.words
    assert files(stack) == {"behind": "run 2"}
    assert stack.run("destroy", "--yes", "--skip-preview").exit_code == 0


@pytest.mark.thorough
def test_the_function_queries_once(emulator: EmulatorProcess, tmp_path: Path) -> None:
    """A failed check is its result, in a preview as well."""
    call = {"function": "tcsql-check:getMigrationCheck", "arguments": {"migrateId": FAILED, "region": "ap-guangzhou"}}
    variables = {"seen": {"fn::invoke": call}}
    stack = yaml_stack(
        tmp_path, {}, {ENDPOINT_KEY: emulator.url}, variables=variables, outputs={"status": "${seen.status}"}
    )
    assert stack.run("preview").exit_code == 0
    assert stack.up().exit_code == 0
    assert stack.outputs() == {"status": "failed"}


@pytest.mark.thorough
def test_a_gate_with_an_explicit_provider_takes_its_configuration(emulator: EmulatorProcess, tmp_path: Path) -> None:
    """While that is unknown, a preview queries nothing; the update knows it."""
    orders = gate(PASSED)
    orders["options"] = {"provider": "${provider}"}
    resources = {
        "start": resource(START, migrateId=PASSED, region="ap-guangzhou", triggers=[]),
        "provider": resource("pulumi:providers:tcsql-check", endpoint="${start.endpoint}"),
        "orders": orders,
        "behind": record("behind", "new", "orders"),
    }
    stack = yaml_stack(tmp_path, resources, {ENDPOINT_KEY: emulator.url})
    preview = stack.run("preview")
    assert preview.exit_code == 0, preview.screen
    assert emulator.requests == []
    up = stack.up()
    assert up.exit_code == 0, up.screen
    assert files(stack) == {"behind": "new"}


@pytest.mark.thorough
def test_the_stacks_endpoint_counts_for_a_provider_of_the_program(emulator: EmulatorProcess, tmp_path: Path) -> None:
    """For its starts and its gates alike: a rehearsal starts no real check."""
    start = resource(START, options={"provider": "${mine}"}, migrateId=PASSED, triggers=[])
    orders = resource(GATE, options={"provider": "${mine}"}, start="${start}")
    mine = resource("pulumi:providers:tcsql-check", region="ap-guangzhou")
    stack = yaml_stack(tmp_path, {"mine": mine, "start": start, "orders": orders}, {ENDPOINT_KEY: emulator.url})
    up = stack.up()
    assert up.exit_code == 0, up.screen
    assert {request["action"] for request in emulator.requests} >= {"StartMigrationCheck", "DescribeFlowStatus"}


@pytest.mark.thorough
def test_a_changed_configuration_counts_at_once(emulator: EmulatorProcess, tmp_path: Path) -> None:
    """Also if `--target` leaves the provider out: a rehearsal's endpoint must not answer for a real gate."""
    resources = {"orders": gate(PASSED), "behind": record("behind", "old", "orders")}
    stack = yaml_stack(tmp_path, resources, {ENDPOINT_KEY: emulator.url})
    assert stack.up().exit_code == 0
    write_program(stack, {**resources, "behind": record("behind", "new", "orders")})
    with EmulatorProcess("fail", tmp_path / "other.jsonl") as other:
        for flags in ((), ("--target", "**::behind")):
            before = len(emulator.requests)
            stack.run("config", "set", ENDPOINT_KEY, other.url)
            refused = stack.up(*flags)
            assert "failed at step 4 of 8" in refused.words, refused.screen
            assert len(emulator.requests) == before
            assert files(stack) == {"behind": "old"}
            stack.run("config", "set", ENDPOINT_KEY, emulator.url)
            assert stack.up("--target", "**::orders").exit_code == 0


@pytest.mark.thorough
def test_a_stack_that_requires_a_flow_refuses_a_gate_without_one(emulator: EmulatorProcess, tmp_path: Path) -> None:
    """Whichever provider the gate has; one with a start passes."""
    mine = resource("pulumi:providers:tcsql-check", region="ap-guangzhou")
    start = resource(START, options={"provider": "${mine}"}, migrateId=PASSED, triggers=[])
    started = resource(GATE, options={"provider": "${mine}"}, start="${start}")
    bare = resource(GATE, options={"provider": "${mine}"}, migrateId=PASSED)
    config = {ENDPOINT_KEY: emulator.url, "tcsql-check:requireFlow": "true"}
    stack = yaml_stack(tmp_path, {"mine": mine, "start": start, "orders": started}, config)
    up = stack.up()
    assert up.exit_code == 0, up.screen
    for one in (bare, resource(GATE, migrateId=PASSED, region="ap-guangzhou")):
        write_program(stack, {"mine": mine, "orders": one})
        refused = stack.up()
        assert refused.exit_code != 0
        assert "flowId is None, but must be given, since tcsql-check:requireFlow is true in this" in refused.words


def test_no_secret_shows(emulator: EmulatorProcess, tmp_path: Path) -> None:
    """The credentials are secrets of the stack, and the number is one of the program: an encrypted output."""
    stack = yaml_stack(tmp_path, {}, {ENDPOINT_KEY: emulator.url})
    keys = ("secretId", "secretKey", "securityToken")
    for key, (name, value) in zip(keys, marked_credentials.ENVIRON.items(), strict=True):
        del stack.environ[name]
        stack.set_secret(f"tencentcloud:{key}", value)
        stack.set_secret(f"tcsql-check:{key}", value)
    start = resource(START, migrateId=PASSED, region="ap-guangzhou", triggers=[])
    write_program(stack, {"orders": gate({"fn::secret": PASSED}), "start": start})
    up = stack.up()
    assert up.exit_code == 0, up.screen
    found = stack.resource("orders")
    assert found is not None
    assert "ciphertext" in found["outputs"]["migrateId"]
    assert found["outputs"]["passed"] is True


@pytest.mark.thorough
def test_two_stacks_at_once_have_gates_of_their_own(emulator: EmulatorProcess, tmp_path: Path) -> None:
    """The refusal of one doesn't end the other's wait."""
    config = {ENDPOINT_KEY: emulator.url}
    slow, failed = (yaml_stack(tmp_path / str(number), {"orders": gate(number)}, config) for number in (SLOW, FAILED))
    with PulumiProcess(slow, ("up", "--yes", "--skip-preview")) as waiting:
        waiting.wait_for_text("Target database existence check: running")
        assert failed.up().exit_code != 0
        assert waiting.wait_for_exit().exit_code == 0


@pytest.mark.thorough
def test_a_group_of_200_stays_small(tmp_path: Path) -> None:
    """The plugin needs no more memory than the dynamic provider may have."""
    scenario = tmp_path / "passed.json"
    passed = [{"kind": "progress", "statuses": [0] * 8}]
    scenario.write_text(json.dumps({"migrations": {"*": passed}}), encoding="utf-8")
    with EmulatorProcess(scenario, tmp_path / "requests.jsonl") as emulator:
        wave = resource(GROUP, migrateIds=[*range(1, 201)], region="ap-guangzhou")
        stack = yaml_stack(tmp_path, {"wave": wave}, {ENDPOINT_KEY: emulator.url})
        with PulumiProcess(stack, ("up", "--yes", "--skip-preview")) as run:
            peak = 0
            while run.process.poll() is None:
                peak = max(peak, peak_memory_of_providers(stack, PLUGIN))
                time.sleep(0.05)
            assert run.wait_for_exit().exit_code == 0
    assert 0 < peak < LARGEST_BYTES
