"""Every option of the engine that could bypass a gate of the provider plugin, with programs in four languages.

The second version of the program changes a record, replaces one, creates one, no longer declares one, and deletes one
before it replaces it, which has a dependent. It comes with a check that has failed.
"""

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from harness import ways
from harness.emulator_process import EmulatorProcess
from harness.plugin_stack import GATE, START, program_stack, record, resource, write_program, yaml_stack
from harness.sandbox import error_messages
from harness.stack import ENDPOINT_KEY, STACK, Stack

PROGRAMS = Path(__file__).resolve().parent.parent / "programs" / "options"
SCENARIO = Path(__file__).resolve().parent.parent / "data" / "scenarios" / "by-id.json"
PASSED, FAILED, SLOW = 1, 2, 4

WAYS = ways.WAYS | {
    "--target-dependents --refresh --parallel 1": (
        *(*ways.WITHOUT_PREVIEW, "--target", ways.GATE, "--target-dependents"),
        *("--refresh", "--parallel", "1"),
    ),
}
"""The flags of `pulumi up`, by a readable name."""

THE_ENGINES = {
    "up --plan": "violates plan",  # the plan has the gate's inputs
    "--target-dependents --refresh --parallel 1": "unknown provider",  # it refreshes without the records' provider
}
"""The error of the ways that the engine itself refuses."""

CASES = [
    pytest.param(
        (language, holds),
        way,
        id=f"{language}, {holds}, {way}",
        marks=[] if (language, way) == ("yaml", "--target the dependents") else pytest.mark.thorough,
    )
    for language, holds in (
        ("yaml", "resources"),
        *((language, holds) for language in ("node", "go", "python") for holds in ("resources", "stack")),
    )
    for way in WAYS
]
"""Every way, for records that depend on the gate and for those of a program that declares them after its pass."""


@dataclass
class Tried:
    """A stack that is updated to its first version."""

    stack: Stack
    language: str
    holds: str

    def set(self, number: int, migrate_id: int) -> None:
        """Set the program's version and its check."""
        if self.language == "yaml":
            write_program(self.stack, table(number, migrate_id))
        else:
            version = {"number": number, "migrateId": migrate_id, "holds": self.holds}
            (self.stack.project / "version.json").write_text(json.dumps(version), encoding="utf-8")


def table(number: int, migrate_id: int) -> dict[str, Any]:
    """Return the resources of a version; each record depends on the gate."""
    value, later = ("new", True) if number > 1 else ("old", False)
    folder = f"records/{value}"
    other = "created" if later else "removed"
    return {
        "orders": resource(GATE, migrateId=migrate_id, region="ap-guangzhou", pollIntervalSeconds=1),
        "changed": record("changed", value, "orders"),
        "replaced": record("replaced", value, "orders", folder=folder),
        other: record(other, value, "orders"),
        "output": record("output", f"{value} ${{orders.region}}"),
        "front": record("front", value, "orders", folder=folder, deleteBeforeReplace=True),
        "behind-front": record("behind-front", value, "orders", folder="${front.folder}"),
    }


def files(stack: Stack) -> dict[str, str]:
    """Return all records, by their paths."""
    folder = stack.project / "records"
    return {str(path.relative_to(folder)): path.read_text(encoding="utf-8") for path in folder.rglob("*.json")}


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmulatorProcess]:
    """Serve a check that has passed, and one that has failed."""
    with EmulatorProcess(SCENARIO, tmp_path_factory.mktemp("emulator") / "requests.jsonl") as emulator:
        yield emulator


@pytest.fixture(scope="module")
def first_version(
    request: pytest.FixtureRequest, emulator: EmulatorProcess, tmp_path_factory: pytest.TempPathFactory
) -> Tried:
    """Update to the first version while the check has passed; each test uses a copy of the folder."""
    language, holds = request.param
    workdir, config = tmp_path_factory.mktemp("first") / "stack", {ENDPOINT_KEY: emulator.url}
    if language == "yaml":
        tried = Tried(yaml_stack(workdir, {}, config), language, holds)
    else:
        tried = Tried(program_stack(language, PROGRAMS / language, workdir, config), language, holds)
    tried.set(1, PASSED)
    up = tried.stack.up()
    assert up.exit_code == 0, up.screen
    return tried


@pytest.mark.parametrize(("first_version", "way"), CASES, indirect=["first_version"])
def test_nothing_behind_a_refused_gate_changes(first_version: Tried, tmp_path: Path, way: str) -> None:
    """The update fails with the gate's error, every record stays unchanged, and the next update completes."""
    shutil.copytree(first_version.stack.project.parent, tmp_path / "stack", symlinks=True)
    environ = {"PULUMI_STACK": STACK, "PATH": first_version.stack.environ["PATH"]}
    stack = Stack(tmp_path / "stack" / "project", tmp_path / "stack", environ)
    tried = replace(first_version, stack=stack)
    before = files(stack)
    assert len(before) == 6
    if ways.PLAN in WAYS[way]:
        tried.set(2, PASSED)
        assert stack.run("preview", "--save-plan", ways.PLAN).exit_code == 0

    tried.set(2, FAILED)
    refused = stack.run("up", "--yes", *WAYS[way])
    assert files(stack) == before
    assert refused.exit_code != 0
    error = THE_ENGINES.get(way, "failed at step 4 of 8")
    assert any(error in one for one in error_messages(refused)), refused.screen
    assert ("Traceback" in refused.screen) <= (tried.language == "python")  # its SDK prints one for such a component

    tried.set(2, PASSED)
    passed = stack.up()
    assert passed.exit_code == 0, passed.screen
    assert set(files(stack)) == {path.replace("removed.", "created.").replace("old/", "new/") for path in before}
    assert all("old" not in text for text in files(stack).values())


@pytest.mark.thorough
def test_a_first_update_that_leaves_the_gate_out_creates_nothing(emulator: EmulatorProcess, tmp_path: Path) -> None:
    """The gate isn't in the state yet: the engine refuses its dependents, so the user targets the gate, too."""
    stack = yaml_stack(tmp_path, table(1, PASSED), {ENDPOINT_KEY: emulator.url})
    refused = stack.up("--target", ways.RECORDS)
    assert refused.exit_code != 0
    assert files(stack) == {}
    write_program(stack, table(1, FAILED))
    assert stack.up("--target", ways.RECORDS, "--target", ways.GATE).exit_code != 0
    assert files(stack) == {}
    write_program(stack, table(1, PASSED))
    passed = stack.up("--target", ways.RECORDS, "--target", ways.GATE)
    assert passed.exit_code == 0, passed.screen
    assert len(files(stack)) == 6


@pytest.mark.thorough
@pytest.mark.parametrize("command", ["refresh", "destroy"])
def test_a_command_that_runs_the_program_waits_for_the_gate(
    emulator: EmulatorProcess, tmp_path: Path, command: str
) -> None:
    """`--run-program` calls `Construct` as an update does: a failed check fails it. Without it nothing is queried."""
    stack = yaml_stack(tmp_path, table(1, PASSED), {ENDPOINT_KEY: emulator.url})
    assert stack.up().exit_code == 0
    write_program(stack, table(1, FAILED))
    before = files(stack)
    refused = stack.run(command, "--yes", "--skip-preview", "--run-program")
    assert refused.exit_code != 0
    assert files(stack) == before
    queries = len(emulator.requests)
    done = stack.run(command, "--yes", "--skip-preview")
    assert done.exit_code == 0, done.screen
    assert len(emulator.requests) == queries


@pytest.mark.thorough
@pytest.mark.parametrize("flags", [(), ("--continue-on-error",), ("--continue-on-error", "--parallel", "1")])
def test_a_failed_dependency_of_the_gate_holds_what_is_behind(
    emulator: EmulatorProcess, tmp_path: Path, flags: tuple[str, ...]
) -> None:
    """The last update's pass doesn't count: the gate isn't asked, and nothing behind it changes."""

    def resources(value: str, folder: str) -> dict[str, Any]:
        orders = resource(GATE, options={"dependsOn": ["${front}"]}, migrateId=PASSED, region="ap-guangzhou")
        front = record("front", value, folder=folder)
        return {"front": front, "orders": orders, "behind": record("behind", value, "orders")}

    stack = yaml_stack(tmp_path, resources("old", "records"), {ENDPOINT_KEY: emulator.url})
    assert stack.up().exit_code == 0
    before = files(stack)
    write_program(stack, resources("new", "/proc/nothing"))
    assert stack.up(*flags).exit_code != 0
    assert files(stack) == before


@pytest.mark.thorough
@pytest.mark.parametrize("flags", [(), ("--continue-on-error",)])
def test_a_failed_start_holds_what_is_behind(tmp_path: Path, flags: tuple[str, ...]) -> None:
    """The flow of the earlier start has passed, and doesn't count."""
    passed = {"kind": "progress", "statuses": [0] * 8}
    failed = {"kind": "error", "code": "UnsupportedOperation", "message": "The migration can't be checked now."}
    scenario = tmp_path / "second-start-fails.json"
    scenario.write_text(
        json.dumps({"starts": "start-check", "migrations": {"1": [passed]}, "on_start": {"1": [passed, failed]}})
    )

    def resources(value: str) -> dict[str, Any]:
        start = resource(START, migrateId=PASSED, region="ap-guangzhou", triggers=[value])
        return {
            "start": start,
            "orders": resource(GATE, start="${start}"),
            "behind": record("behind", value, "orders"),
        }

    with EmulatorProcess(scenario, tmp_path / "requests.jsonl") as emulator:
        stack = yaml_stack(tmp_path / "stack", resources("old"), {ENDPOINT_KEY: emulator.url})
        assert stack.up().exit_code == 0
        before = files(stack)
        write_program(stack, resources("new"))
        refused = stack.up(*flags)
    assert refused.exit_code != 0
    assert any("UnsupportedOperation" in one for one in error_messages(refused)), refused.screen
    assert files(stack) == before


def in_front(value: str, migrate_id: int, *after: str) -> dict[str, Any]:
    """Return a gate, and a record behind it; the gate may depend on a record in front, which is new."""
    options = {"dependsOn": [f"${{{name}}}" for name in after]}
    return {
        **{name: record(name, value) for name in after},
        "orders": resource(GATE, options=options, migrateId=migrate_id, region="ap-guangzhou"),
        "behind": record("behind", value, "orders"),
    }


@pytest.mark.thorough
def test_a_new_dependency_of_the_gate_that_is_left_out_bypasses_nothing(
    emulator: EmulatorProcess, tmp_path: Path
) -> None:
    """The gate refuses before it queries, and the state stays readable."""
    stack = yaml_stack(tmp_path, in_front("old", PASSED), {ENDPOINT_KEY: emulator.url})
    assert stack.up().exit_code == 0
    before = files(stack)
    write_program(stack, in_front("new", FAILED, "front"))
    queries = len(emulator.requests)
    for flags in (("--target", "**::behind"), ("--exclude", "**::front")):
        refused = stack.up(*flags)
        assert refused.exit_code != 0
        assert "The gate orders depends on front, which is not in the stack" in refused.words
        assert (files(stack), len(emulator.requests)) == (before, queries)
    write_program(stack, in_front("new", PASSED, "front"))
    passed = stack.up()
    assert passed.exit_code == 0, passed.screen
    assert len(files(stack)) == 2


@pytest.mark.thorough
def test_a_dependent_of_a_record_that_is_not_held_is_deleted_with_it(emulator: EmulatorProcess, tmp_path: Path) -> None:
    """A limit that the page about the guarantees names, of Python's gate as well."""

    def resources(value: str, migrate_id: int) -> dict[str, Any]:
        front = record("front", value, folder=f"records/{value}", deleteBeforeReplace=True)
        gate = resource(GATE, migrateId=migrate_id, region="ap-guangzhou")
        return {"front": front, "orders": gate, "behind": record("behind", "same", "orders", folder="${front.folder}")}

    stack = yaml_stack(tmp_path, resources("old", PASSED), {ENDPOINT_KEY: emulator.url})
    assert stack.up().exit_code == 0
    assert "old/behind.json" in files(stack)
    write_program(stack, resources("new", FAILED))
    assert stack.up().exit_code != 0
    assert files(stack).keys() == {"new/front.json"}


@pytest.mark.thorough
def test_a_plan_holds_for_the_step_that_its_preview_has_seen(emulator: EmulatorProcess, tmp_path: Path) -> None:
    """Pulumi refuses a plan from the time before the pass, and accepts one from the time after it."""
    stack = yaml_stack(tmp_path, in_front("old", PASSED), {ENDPOINT_KEY: emulator.url})
    assert stack.up().exit_code == 0
    before = files(stack)
    write_program(stack, in_front("new", SLOW))
    assert stack.run("preview", "--save-plan", ways.PLAN).exit_code == 0
    refused = stack.up("--plan", ways.PLAN)
    assert any("violates plan" in one for one in error_messages(refused)), refused.screen
    assert files(stack) == before
    assert stack.run("preview", "--save-plan", ways.PLAN).exit_code == 0
    passed = stack.up("--plan", ways.PLAN)
    assert passed.exit_code == 0, passed.screen
    assert files(stack) != before
