"""A real `pulumi up` that starts checks, and gates that wait for exactly those starts, against the emulator."""

import json
import os
import signal
import time
from pathlib import Path
from typing import Any

import pytest
from harness.processes import provider_pids
from harness.sandbox import BuildSandbox, Sandbox, error_messages
from harness.stack import Result

START = "StartMigrationCheck"

UNKNOWN = "the request to start migration check {} (ap-guangzhou) may have started it: "


def build_start(build: BuildSandbox, *ids: int, triggers: list[Any] | None = None, **config: str) -> Sandbox:
    """Build a sandbox with a start for each migration, and one gate behind them."""
    given = {"test:ids": json.dumps(ids), "test:triggers": json.dumps(triggers or [])}
    if len(ids) > 1:
        given["test:group"] = "true"
    return build("start", config=given | {f"test:{key}": value for key, value in config.items()}, program="start")


def starts(sandbox: Sandbox) -> list[int]:
    """Return the migrations of all requests to start a check, in order."""
    return [request["migrate_id"] for request in sandbox.emulator.requests if request["action"] == START]


def queries(sandbox: Sandbox) -> int:
    """Return how many requests for the steps of a check have arrived."""
    return sum(request["action"] == "QueryMigrationCheckProcess" for request in sandbox.emulator.requests)


def configure(sandbox: Sandbox, key: str, value: object) -> None:
    """Change a key of the program's configuration."""
    text = value if isinstance(value, str) else json.dumps(value)
    assert sandbox.stack.run("config", "set", f"test:{key}", text).exit_code == 0


def passes(result: Result) -> bool:
    """Return whether an update has passed; print its screen if not."""
    print(result.screen)
    return result.exit_code == 0


def test_a_gate_passes_with_the_flow_of_its_own_start(build: BuildSandbox) -> None:
    """One request starts the check; the gate waits for that flow, although an earlier start has passed."""
    sandbox = build_start(build, 12)
    assert sandbox.emulator.start_check(12) == 1001
    result = sandbox.stack.up()
    assert passes(result)
    assert starts(sandbox) == [12, 12]
    assert "waiting for flow 1002" in result.screen
    outputs = sandbox.stack.outputs()
    assert outputs["flows"] == [1002]
    assert "(flow 1002, request" in result.words
    assert f"started at {outputs['started_at']}" in result.words
    start = sandbox.stack.resource("start-12")
    assert start is not None
    assert (start["type"], start["id"]) == ("pulumi-python:dynamic/tcsql:MigrationCheckStart", "ap-guangzhou/12")
    outputs_of_start = {"migrate_id", "region", "triggers", "flow_id", "endpoint", "started_at"}
    assert set(start["outputs"]) == {"__provider", *outputs_of_start}


@pytest.mark.thorough
def test_a_check_starts_on_create_and_for_other_triggers_alone(build: BuildSandbox) -> None:
    """A preview, a refresh, an update without a change or of other resources, and a destroy start nothing.

    A preview of a start never shows the pass of an earlier one: the gate is not queried.
    """
    sandbox = build_start(build, 1066, triggers=["run 1", 5, 2**53 + 1, True])
    stack = sandbox.stack
    assert "not queried in this preview: the update starts the check first" in stack.run("preview").words
    assert (starts(sandbox), queries(sandbox)) == ([], 0)
    assert passes(stack.up())
    assert stack.outputs()["triggers"] == ["run 1", "5", "9007199254740993", "true"]
    for command in (
        ["preview", "--expect-no-changes"],
        ["up", "--yes", "--skip-preview", "--expect-no-changes"],
        ["refresh", "--yes", "--skip-preview", "--expect-no-changes"],
        ["up", "--yes", "--skip-preview", "--target", "**Record::beside"],
    ):
        assert passes(stack.run(*command)), command
    assert starts(sandbox) == [1066]

    configure(sandbox, "triggers", ["run 2"])
    before = queries(sandbox)
    preview = stack.run("preview", "--diff")
    assert "not queried in this preview: the update starts the check first" in preview.words
    assert '"run 1" => "run 2"' in preview.words
    assert queries(sandbox) == before
    assert passes(stack.up())
    assert (starts(sandbox), stack.outputs()["flows"]) == ([1066] * 2, [1002])

    assert passes(stack.up("--replace", str((stack.resource("start-1066") or {})["urn"])))
    assert (starts(sandbox), stack.outputs()["flows"]) == ([1066] * 3, [1003])
    configure(sandbox, "ids", [1])
    assert passes(stack.up())
    assert starts(sandbox) == [1066, 1066, 1066, 1]
    assert passes(stack.run("destroy", "--yes", "--skip-preview"))
    assert len(starts(sandbox)) == 4


@pytest.mark.parametrize(
    ("migrate_id", "reason"),
    [
        pytest.param(4, "no response from", marks=pytest.mark.thorough),
        pytest.param(5, "within 10 s", marks=pytest.mark.thorough),
        (6, "connection reset by peer"),
        pytest.param(7, "502", marks=pytest.mark.thorough),
        pytest.param(8, "gave a response that", marks=pytest.mark.thorough),
        pytest.param(9, "InternalError.DBError", marks=pytest.mark.thorough),
        pytest.param(10, "FailedOperation", marks=pytest.mark.thorough),
    ],
)
def test_a_start_of_unknown_outcome_is_sent_once(build: BuildSandbox, migrate_id: int, reason: str) -> None:
    """The update fails with that error; the next update starts the check anew."""
    sandbox = build_start(build, migrate_id)
    result = sandbox.stack.up()
    assert result.exit_code != 0
    (error,) = error_messages(result)
    assert error.startswith(UNKNOWN.format(migrate_id)), error
    assert reason in error
    assert "start-unknown" in error
    assert "Traceback" not in result.screen
    assert starts(sandbox) == [migrate_id]
    assert "behind" not in sandbox.records
    assert passes(sandbox.stack.up())
    assert starts(sandbox) == [migrate_id] * 2
    assert "behind" in sandbox.records


@pytest.mark.thorough
def test_a_throttled_start_is_sent_again(build: BuildSandbox) -> None:
    """The API has refused the first two requests, so the third one starts the check, once."""
    sandbox = build_start(build, 2)
    assert passes(sandbox.stack.up())
    assert (starts(sandbox), sandbox.stack.outputs()["flows"]) == ([2] * 3, [1001])


def test_a_refused_start_is_not_sent_again(build: BuildSandbox) -> None:
    """The error quotes the API; the next update starts the check."""
    sandbox = build_start(build, 3)
    result = sandbox.stack.up()
    (error,) = error_messages(result)
    assert "answered UnsupportedOperation: The migration can't be checked now" in error
    assert starts(sandbox) == [3]
    assert passes(sandbox.stack.up())
    assert starts(sandbox) == [3, 3]


def test_a_migration_that_is_past_its_check_is_not_started(build: BuildSandbox) -> None:
    """The error says that gate and start have done their work."""
    sandbox = build_start(build, 11)
    (error,) = error_messages(sandbox.stack.up())
    assert "its migration is already past the check, with status 6 (migrated)" in error
    assert "take both out of the program. Code: migration-over" in error
    assert starts(sandbox) == []


@pytest.mark.parametrize("how", ["Ctrl-C", pytest.param("killed provider", marks=pytest.mark.thorough)])
def test_a_start_that_is_interrupted_is_sent_again_by_the_next_update(build: BuildSandbox, how: str) -> None:
    """The update ends within two seconds, while the API has not responded yet."""
    sandbox = build_start(build, 5)
    with sandbox.stack.start("up", "--yes", "--skip-preview") as process:
        while starts(sandbox) != [5]:
            assert process.poll() is None
            time.sleep(0.05)
        told = time.monotonic()
        if how == "Ctrl-C":
            sandbox.stack.interrupt(process)
        else:
            for pid in provider_pids(sandbox.stack):
                os.kill(pid, signal.SIGKILL)
        screen, _ = process.communicate()
    assert time.monotonic() - told < 5, screen
    assert process.returncode != 0
    if how == "Ctrl-C":
        assert UNKNOWN.format(5) in " ".join(screen.split())
    assert starts(sandbox) == [5]
    assert passes(sandbox.stack.up())
    assert starts(sandbox) == [5, 5]


@pytest.mark.thorough
def test_a_lost_start_ends_other_waits_but_no_start_in_flight(build: BuildSandbox) -> None:
    """In a wave of 60 each is started at most once, and the next update starts what is missing."""
    ids = range(1001, 1061)
    sandbox = build_start(build, 37, *ids[1:])
    assert sandbox.stack.up().exit_code != 0
    first = starts(sandbox)
    assert len(set(first)) == len(first) <= 60
    assert "behind" not in sandbox.records
    assert passes(sandbox.stack.up())
    assert sorted(starts(sandbox)) == sorted([37, 37, *ids[1:]])


@pytest.mark.thorough
def test_a_wave_goes_on_under_continue_on_error(build: BuildSandbox) -> None:
    """All 60 are started, the gate behind them is not read, and the next update starts the lost one."""
    ids = range(1001, 1061)
    sandbox = build_start(build, 37, *ids[1:])
    assert sandbox.stack.up("--continue-on-error").exit_code != 0
    assert sorted(starts(sandbox)) == sorted([37, *ids[1:]])
    assert (queries(sandbox), "behind" in sandbox.records) == (0, False)
    assert passes(sandbox.stack.up())
    assert sorted(starts(sandbox)) == sorted([37, 37, *ids[1:]])


@pytest.mark.parametrize(
    "how",
    [
        "targeted",
        pytest.param("excluded", marks=pytest.mark.thorough),
        pytest.param("ignored", marks=pytest.mark.thorough),
        "lost",
        pytest.param("targeted preview", marks=pytest.mark.thorough),
    ],
)
@pytest.mark.parametrize("ids", [(13,), pytest.param((13, 1066), marks=pytest.mark.thorough)])
def test_the_pass_of_an_earlier_start_never_opens_the_gate(build: BuildSandbox, how: str, ids: tuple[int, ...]) -> None:
    """Not if an update leaves a start with other triggers out, ignores them, or goes on after the start failed."""
    sandbox = build_start(build, *ids, triggers=["run 1"])
    assert passes(sandbox.stack.up())
    for record in sandbox.folder.glob("*.json"):
        record.unlink()
    before = queries(sandbox), len(starts(sandbox))
    configure(sandbox, "triggers", ["run 2"])
    configure(sandbox, "record", "newer")
    gate = "wave" if len(ids) > 1 else "orders"
    flags = {
        "targeted": ["--target", "**Record::behind"],
        "targeted preview": ["--target", "**Record::behind"],
        "excluded": ["--exclude", f"**MigrationCheckStart::start-{ids[0]}"],
        "ignored": [],
        "lost": ["--continue-on-error"],
    }[how]
    if how == "ignored":
        configure(sandbox, "ignoreTriggers", "true")
    result = sandbox.stack.run("preview", *flags) if "preview" in how else sandbox.stack.up(*flags)
    assert result.exit_code != 0, result.screen
    errors = " ".join(error_messages(result))
    if how == "lost":
        assert UNKNOWN.format(13) in errors
    else:
        named = [name for name in ids if f"The start start-{name} has the outputs of an earlier update" in errors]
        assert named, result.screen
        assert f"--target {(sandbox.stack.resource(f'start-{named[0]}') or {})['urn']}" in errors
        assert starts(sandbox)[before[1] :] == [1066] * (how == "excluded" and len(ids) > 1)
    assert queries(sandbox) == before[0], gate
    assert "behind" not in sandbox.records


def test_a_hook_cannot_repeat_a_start_of_unknown_outcome(build: BuildSandbox) -> None:
    """The engine repeats the create, which sends no second request."""
    sandbox = build_start(build, 4, repeats="true")
    result = sandbox.stack.up()
    assert result.exit_code != 0
    assert "is not started again in this update" in " ".join(error_messages(result))
    assert starts(sandbox) == [4]


@pytest.mark.thorough
def test_triggers_may_be_outputs_and_secrets(build: BuildSandbox) -> None:
    """An output that a preview doesn't know starts the check on the update; a secret stays one in the state."""
    sandbox = build_start(build, 1066, inFront="true")
    stack = sandbox.stack
    stack.set_secret("test:secret", "the secret of run 1")
    assert passes(stack.run("preview"))
    assert passes(stack.up())
    assert stack.outputs()["triggers"] == ["the secret of run 1", "1066"]
    assert "the secret of run 1" not in json.dumps(stack.state())
    assert passes(stack.run("preview", "--expect-no-changes"))
    stack.set_secret("test:secret", "the secret of run 2")
    assert passes(stack.up())
    assert starts(sandbox) == [1066] * 2
    assert "the secret of run" not in json.dumps(stack.state())


@pytest.mark.thorough
def test_the_resource_of_an_earlier_guide_becomes_a_start(build: BuildSandbox) -> None:
    """With an alias it is updated in place, which starts the check once; then the old module may go.

    Until then its flow, of an earlier start, doesn't open the gate.
    """
    sandbox = build("start", program="moved")
    assert passes(sandbox.stack.up())
    assert sandbox.stack.outputs() == {"flow": 1}
    configure(sandbox, "moved", "true")
    left_out = sandbox.stack.up("--target", "**Record::beside")
    assert "The start orders has the outputs of an earlier update" in " ".join(error_messages(left_out))
    assert (starts(sandbox), queries(sandbox)) == ([], 0)
    assert "~ 1 to update" in sandbox.stack.run("preview").words
    assert passes(sandbox.stack.up())
    assert (sandbox.stack.outputs(), starts(sandbox)) == ({"flow": 1001}, [1066])
    (sandbox.stack.project / "started_check.py").unlink()
    assert passes(sandbox.stack.run("preview", "--expect-no-changes"))
    assert passes(sandbox.stack.run("destroy", "--yes", "--skip-preview"))
    assert starts(sandbox) == [1066]


@pytest.mark.thorough
def test_a_start_leaves_the_state_without_the_package_by_state_delete_alone(
    build: BuildSandbox, tmp_path: Path
) -> None:
    """A destroy loads the provider, whose class the state names; `pulumi state delete` doesn't."""
    sandbox = build_start(build, 1066)
    assert passes(sandbox.stack.up())
    blocked = tmp_path / "without"
    blocked.mkdir()
    (blocked / "sitecustomize.py").write_text(
        "import sys\nsys.modules['pulumi_tcsql_check'] = None\n", encoding="utf-8"
    )
    sandbox.stack.environ["PYTHONPATH"] = str(blocked)
    destroyed = sandbox.stack.run("destroy", "--yes", "--skip-preview")
    assert destroyed.exit_code != 0
    assert "pulumi_tcsql_check" in destroyed.screen
    for name in ("orders", "start-1066"):
        urn = (sandbox.stack.resource(name) or {}).get("urn")
        if urn is not None:
            assert passes(sandbox.stack.run("state", "delete", urn, "--yes", "--target-dependents"))
    assert sandbox.stack.resource("start-1066") is None
    assert starts(sandbox) == [1066]
