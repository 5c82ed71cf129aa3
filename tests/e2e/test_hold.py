"""A real `pulumi up` of a program that calls `hold_stack`, against the emulator.

Each command has a time limit: a program that waits for ever is interrupted, and the test shows its screen.
"""

import subprocess
import time

import pytest
from harness.sandbox import BuildSandbox, Sandbox, error_messages
from harness.stack import Result

BOUND_SECONDS = 60.0

PASSED, FAILED, SLOW = 1, 2, 4
"""Migrations of the scenario `by-id`; the last one passes after a second."""

BELOW = {"below": "new", "child": "new", "inner": "new"}
"""What the program declares below its only call, or its last one."""

FAILURE = "migration check 2 (ap-guangzhou) failed at step 4 of 8"
GUARD = "The gate orders did not pass"
"""How the gate's error begins, and the guard's."""

UP = ("up", "--yes", "--skip-preview")
CONTINUE = (*UP, "--continue-on-error")


def held(build: BuildSandbox, shape: str, number: int, **config: object) -> Sandbox:
    """Build a stack whose program has this form and checks this migration."""
    given = {"shape": shape, "number": number, **config}
    return build("by-id", config={f"test:{key}": str(value) for key, value in given.items()}, program="held")


def ask_about(sandbox: Sandbox, number: int) -> None:
    """Make the program check another migration."""
    assert sandbox.stack.run("config", "set", "test:number", str(number)).exit_code == 0


def run(sandbox: Sandbox, *words: str) -> Result:
    """Run a command that must exit in time without a traceback."""
    began = time.monotonic()
    with sandbox.stack.start(*words) as process:
        try:
            screen, _ = process.communicate(timeout=BOUND_SECONDS)
        except subprocess.TimeoutExpired:
            sandbox.stack.interrupt(process)
            pytest.fail(f"{words} did not end:\n{process.communicate()[0]}")
    assert "Traceback" not in screen, screen
    return Result(process.returncode, screen, time.monotonic() - began)


def beginnings(result: Result) -> list[str]:
    """Return the beginnings of the errors on a screen, without the engine's line that the program has ended."""
    return [error.split(" ✓")[0].split(",")[0] for error in error_messages(result) if "non-zero exit code" not in error]


def dependencies(sandbox: Sandbox) -> dict[str, list[str]]:
    """Return each resource's dependencies on checks, by the names in the state."""
    found = {}
    for one in sandbox.stack.state()["resources"]:
        checks = [name(urn) for urn in one.get("dependencies", []) if "MigrationCheck" in urn]
        if checks:
            found[name(one["urn"])] = checks
    return found


def resources(sandbox: Sandbox) -> set[str]:
    """Return the names of the resources in the state."""
    return {name(one["urn"]) for one in sandbox.stack.state()["resources"]}


def name(urn: str) -> str:
    """Return a resource's name in the program."""
    return urn.rsplit("::", 1)[1]


@pytest.mark.parametrize(
    ("command", "shape", "check"),
    [
        pytest.param(UP, "both", "plain", marks=pytest.mark.thorough),
        (CONTINUE, "awaited", "plain"),
        pytest.param(UP, "in a task", "plain", marks=pytest.mark.thorough),
        pytest.param(UP, "one", "declared in a component", marks=pytest.mark.thorough),
        (CONTINUE, "one", "id made in an apply of what is known"),
    ],
    ids=lambda value: value[-1] if isinstance(value, tuple) else value,
)
def test_nothing_below_a_refused_check_is_created_until_it_passes(
    build: BuildSandbox, command: tuple[str, ...], shape: str, check: str
) -> None:
    """The update fails with the gate's error, for either of two checks; the next update creates everything."""
    sandbox = held(build, shape, FAILED, check=check)
    refused = run(sandbox, *command)
    assert refused.exit_code != 0
    assert sorted(beginnings(refused)) == ([GUARD, FAILURE] if command == CONTINUE else [FAILURE])
    assert sandbox.records == {}
    assert resources(sandbox) & {*BELOW, "later"} == set()

    ask_about(sandbox, PASSED)
    passed = run(sandbox, *command)
    assert passed.exit_code == 0, passed.screen
    assert sandbox.records == BELOW


@pytest.mark.parametrize(
    "command", [pytest.param(UP, marks=pytest.mark.thorough), CONTINUE], ids=lambda command: command[-1]
)
def test_each_call_holds_what_is_below_it(build: BuildSandbox, command: tuple[str, ...]) -> None:
    """If the second call's check fails, resources between the two calls are created, and those below both are not."""
    sandbox = held(build, "twice", FAILED)
    refused = run(sandbox, *command)
    assert refused.exit_code != 0
    assert FAILURE in beginnings(refused)
    assert sandbox.records == {"between": "new"}
    assert resources(sandbox) & {*BELOW, "later"} == set()

    ask_about(sandbox, PASSED)
    assert run(sandbox, *command).exit_code == 0
    assert sandbox.records == {"between": "new", **BELOW}


def test_a_check_below_the_call_holds_only_its_dependents(build: BuildSandbox) -> None:
    """While it fails, the other resources below the call are created; its dependent is created after it has passed."""
    sandbox = held(build, "later", FAILED)
    refused = run(sandbox, *UP)
    assert refused.exit_code != 0
    assert beginnings(refused) == [FAILURE]
    assert sandbox.records == BELOW

    ask_about(sandbox, SLOW)
    passed = run(sandbox, *UP)
    assert passed.exit_code == 0, passed.screen
    assert sandbox.records == {"behind": "new", **BELOW}
    assert "orders  8/8 · 30 min left · Target database existence check: running" in passed.screen
    verdict = passed.screen.index("orders  8/8 · 30 min left · Target database existence check: passed")
    assert verdict < passed.screen.index("Record behind creating")


@pytest.mark.parametrize(
    ("shape", "check"),
    [
        pytest.param("one", "id from a slow resource", marks=pytest.mark.thorough),
        pytest.param("one", "id made in an apply", marks=pytest.mark.thorough),
        pytest.param("one", "id made in an apply of what is known", marks=pytest.mark.thorough),
        pytest.param("one", "id made in an apply, not enforced", marks=pytest.mark.thorough),
        pytest.param("one", "child of a component", marks=pytest.mark.thorough),
        pytest.param("one", "declared in a component", marks=pytest.mark.thorough),
        pytest.param("awaited", "id from a slow resource", marks=pytest.mark.thorough),
        ("awaited", "id made in an apply of what is known"),
    ],
)
def test_a_held_program_ends_in_every_form(build: BuildSandbox, shape: str, check: str) -> None:
    """Neither a preview nor an update hangs; both run the code below the call, the update only after the verdict."""
    sandbox = held(build, shape, SLOW, check=check)
    preview = run(sandbox, "preview")
    assert preview.exit_code == 0, preview.screen
    assert all(f"Record {key} create" in preview.screen for key in BELOW), preview.screen

    up = run(sandbox, *UP)
    assert up.exit_code == 0, up.screen
    assert sandbox.records == BELOW
    verdict = "warning: enforce is false" if "not enforced" in check else "existence check: passed"
    assert up.words.index(verdict) < min(up.words.index(f"Record {key} creating") for key in BELOW)
    # The child of a component that was made above has no such edge: the wait alone holds it.
    assert dependencies(sandbox) == {"below": ["orders"], "inner": ["orders"], "later": ["orders"]}


@pytest.mark.parametrize(
    ("check", "missing"),
    [
        ("id from a slow resource", "migrate_id"),
        pytest.param("depends on a slow resource", "made-here (depends_on)", marks=pytest.mark.thorough),
    ],
)
def test_a_long_wait_reports_once_which_check_waits_for_what(build: BuildSandbox, check: str, missing: str) -> None:
    """The line names the check and the missing input, and appears before that input is known."""
    sandbox = held(build, "one", PASSED, check=check, seconds=3, noticeSeconds=0.2)
    result = run(sandbox, *UP)
    assert result.exit_code == 0, result.screen
    assert sandbox.records == BELOW
    # The engine repeats every message at the end.
    during, _ = result.words.split("Diagnostics:")
    assert during.count("hold_stack waits") == 1
    said = during.index(f"hold_stack waits for the check orders, which can't be queried before {missing} is there.")
    assert said < during.index("Migration made-here created")


@pytest.mark.parametrize(
    ("shape", "call", "sentence"),
    [
        ("nothing", "hold_stack()", "hold_stack needs at least one MigrationCheck or MigrationCheckGroup to wait for."),
        ("text", "hold_stack(text)", "hold_stack waits for MigrationCheck and MigrationCheckGroup, and was given str."),
    ],
)
def test_a_call_without_a_check_is_refused_at_the_users_line(
    build: BuildSandbox, shape: str, call: str, sentence: str
) -> None:
    """One error names the file and the line, and nothing below is created."""
    sandbox = held(build, shape, PASSED)
    program = (sandbox.stack.project / "__main__.py").read_text(encoding="utf-8").splitlines()
    line = next(number for number, text in enumerate(program, start=1) if text.strip() == call)
    result = run(sandbox, *UP)
    assert result.exit_code != 0
    assert [error for error in error_messages(result) if "non-zero exit code" not in error] == [
        f"{sentence} (__main__.py, line {line})"
    ]
    assert sandbox.records == {}
