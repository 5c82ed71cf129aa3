"""Every option of the engine that could bypass a gate of the provider plugin, with programs in four languages.

The second version of the program changes a record, replaces one, creates one, no longer declares one, and deletes one
before it replaces it, which has a dependent. It comes with a check that has failed: that of another migration, or, if
the gate waits for a start, the one that new triggers start again. Only the flow of the new start has failed then: the
older flow has succeeded, and the steps have passed.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from harness import ways
from harness.emulator_process import EmulatorProcess
from harness.option_programs import Program, table
from harness.plugin_stack import GATE, START, record, resource, write_program, yaml_stack
from harness.sandbox import error_messages
from harness.stack import ENDPOINT_KEY
from harness.versions import FAILED, PASSED, SLOW, Version, VersionedStack, files

SCENARIOS = Path(__file__).resolve().parent.parent / "data" / "scenarios"

STARTS = "**:MigrationCheckStart::*"

WAYS = ways.WAYS | {
    "--target-dependents --refresh --parallel 1": (
        *(*ways.WITHOUT_PREVIEW, "--target", ways.GATE, "--target-dependents"),
        *("--refresh", "--parallel", "1"),
    ),
}
"""The flags of `pulumi up`, by a readable name."""

WAYS_OF_A_START = WAYS | {
    "--target the dependents and the start": (*WAYS["--target the dependents"], "--target", STARTS),
    "--exclude the start": (*ways.WITHOUT_PREVIEW, "--exclude", STARTS),
}
"""The same for a gate with a start."""

STEP = "failed at step 4 of 8"
FLOW = "failed: flow "
LEFT_OUT = (
    "Include the start (--target urn:pulumi:rehearsal::tcsql-check::tcsql-check:index:MigrationCheckStart::start)"
)
OF_THE_ENGINE = "unknown provider"
"""It refreshes without the records' provider."""

ERRORS_OF_A_START = {
    "no flag": FLOW,
    "--skip-preview": FLOW,
    "--target the dependents": LEFT_OUT,
    "--target the dependents and the start": FLOW,
    "--target-dependents": LEFT_OUT,
    "--target-dependents --refresh --parallel 1": OF_THE_ENGINE,
    "--exclude the gate": FLOW,
    "--exclude-dependents": FLOW,
    "--exclude the start": LEFT_OUT,
    "--refresh": FLOW,
    "--replace the dependents": FLOW,
    "--target-replace the dependents": LEFT_OUT,
    "up --plan": FLOW,
    "--continue-on-error": FLOW,
    "--parallel 1": FLOW,
    "--continue-on-error --parallel 1": FLOW,
}
"""The error of a gate with a start: the flow that this update has started, or a start that it leaves out."""

ERRORS = dict.fromkeys(WAYS, STEP) | {
    "up --plan": "violates plan",  # the plan has the gate's inputs
    "--target-dependents --refresh --parallel 1": OF_THE_ENGINE,
}
"""The error of a gate without one."""

PROGRAMS = [
    *(Program("yaml", "resources", given) for given in ("migrateId", "start", "start and triggers")),
    *(
        Program(language, holds, given)
        for language in ("node", "go", "python")
        for holds, given in (
            ("resources", "migrateId"),
            ("stack", "migrateId"),
            ("resources", "start"),
            ("stack", "start and triggers"),
        )
    ),
]

IN_EVERY_TEST = (
    (Program("yaml", "resources", "migrateId"), "--target the dependents"),
    (Program("yaml", "resources", "start"), "--target the dependents"),
)
"""The cases that `make test` runs."""

CASES = [
    pytest.param(
        *(program, way),
        id=", ".join((*program, way)),
        marks=[] if (program, way) in IN_EVERY_TEST else pytest.mark.thorough,
    )
    for program in PROGRAMS
    for way in (WAYS_OF_A_START if program.has_start else WAYS)
]
"""Every way to update every program."""


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmulatorProcess]:
    """Serve a check that has passed, and one that has failed; each start has the same end."""
    with EmulatorProcess(SCENARIOS / "by-id.json", tmp_path_factory.mktemp("emulator") / "requests.jsonl") as emulator:
        yield emulator


@pytest.fixture(scope="module")
def program(request: pytest.FixtureRequest) -> Program:
    """Return the case's program."""
    given: Program = request.param
    return given


@pytest.fixture(scope="module")
def first_version(
    program: Program, emulator: EmulatorProcess, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[VersionedStack]:
    """Update to the first version while the check has passed; each test uses a copy of the folder."""
    workdir = tmp_path_factory.mktemp("first")
    with EmulatorProcess(SCENARIOS / "fails-again.json", workdir / "requests.jsonl") as fails_again:
        used = fails_again if program.has_start else emulator
        first = program.stack(workdir / "stack", {ENDPOINT_KEY: used.url})
        first.set(Version(1, PASSED, "run 1"))
        up = first.stack.up()
        assert up.exit_code == 0, up.screen
        assert len(first.files) == 6
        yield first


@pytest.mark.parametrize(("program", "way"), CASES, indirect=["program"])
def test_nothing_behind_a_refused_gate_changes(
    program: Program, first_version: VersionedStack, emulator: EmulatorProcess, tmp_path: Path, way: str
) -> None:
    """The update fails with the expected error, every record stays unchanged, and the next update completes."""
    tried = first_version.copy(tmp_path / "stack")
    if program.has_start:
        version = Version(2, PASSED, "run 2")
        refused = tried.refused(version, WAYS_OF_A_START[way], ERRORS_OF_A_START[way], planned=version)
        # The cause is mended: the next start passes.
        assert tried.stack.run("config", "set", ENDPOINT_KEY, emulator.url).exit_code == 0
    else:
        refused = tried.refused(Version(2, FAILED), WAYS[way], ERRORS[way], planned=Version(2, PASSED))
    assert ("Traceback" in refused.screen) <= (program.language == "python")  # its SDK prints one for such a component
    tried.passes(Version(2, PASSED, "run 3"))


@pytest.mark.thorough
def test_a_first_update_that_leaves_the_gate_out_creates_nothing(emulator: EmulatorProcess, tmp_path: Path) -> None:
    """The gate isn't in the state yet: the engine refuses its dependents, so the user targets the gate, too."""
    stack = yaml_stack(tmp_path, table(Version(1, PASSED)), {ENDPOINT_KEY: emulator.url})
    refused = stack.up("--target", ways.RECORDS)
    assert refused.exit_code != 0
    assert files(stack) == {}
    write_program(stack, table(Version(1, FAILED)))
    assert stack.up("--target", ways.RECORDS, "--target", ways.GATE).exit_code != 0
    assert files(stack) == {}
    write_program(stack, table(Version(1, PASSED)))
    passed = stack.up("--target", ways.RECORDS, "--target", ways.GATE)
    assert passed.exit_code == 0, passed.screen
    assert len(files(stack)) == 6


@pytest.mark.thorough
@pytest.mark.parametrize("command", ["refresh", "destroy"])
def test_a_command_that_runs_the_program_waits_for_the_gate(
    emulator: EmulatorProcess, tmp_path: Path, command: str
) -> None:
    """`--run-program` calls `Construct` as an update does: a failed check fails it. Without it nothing is queried."""
    stack = yaml_stack(tmp_path, table(Version(1, PASSED)), {ENDPOINT_KEY: emulator.url})
    assert stack.up().exit_code == 0
    write_program(stack, table(Version(1, FAILED)))
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
