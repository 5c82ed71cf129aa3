"""A real `pulumi up` with a group of migrations behind one gate, against the emulator."""

import json
import re
from collections import Counter
from pathlib import Path

import pytest
from harness.error_texts import without_endpoint
from harness.sandbox import BuildSandbox, Sandbox, error_messages

FAST = {"poll_interval_seconds": 0.2}
QUERY = "QueryMigrationCheckProcess"
WAVE_TYPE = "pulumi-python:dynamic/tcsql:MigrationCheckGroup"


def asked(sandbox: Sandbox) -> Counter[int]:
    """Count the queries of each migration."""
    return Counter(request["migrate_id"] for request in sandbox.emulator.requests if request["action"] == QUERY)


def test_a_group_opens_once_its_last_check_has_passed(build: BuildSandbox) -> None:
    """Passed checks are queried once, the other one until it passes; then the typed outputs have all of them.

    A preview and a refresh query each check once more, and change nothing.
    """
    sandbox = build("wave", {"migrate_ids": [4, "1", 11], **FAST}, program="wave")
    result = sandbox.stack.up()
    assert result.exit_code == 0, result.screen
    assert (asked(sandbox)[1], asked(sandbox)[11]) == (1, 1)
    assert asked(sandbox)[4] > 2
    assert re.search("3/3 passed · 30 min left", result.screen), result.screen
    assert re.search(r"migration checks 4, 1 and 11 \(ap-guangzhou\) have passed, after [2-9] s", result.screen)
    assert sandbox.records == {"behind": "new"}
    outputs = sandbox.stack.outputs()
    assert outputs.pop("types") == ["CheckResult", "Step"]
    assert outputs == {
        "total": 24,
        "current": 24,
        "passed": True,
        "status": "passed",
        "migrate_ids": [4, 1, 11],
        "region": "ap-guangzhou",
    }
    wave = sandbox.stack.resource("wave-1")
    assert wave is not None
    assert (wave["type"], wave["id"], wave["external"]) == (WAVE_TYPE, "ap-guangzhou/1+4+11", True)
    assert [check["migrate_id"] for check in wave["outputs"]["checks"]] == [4, 1, 11]
    assert not {"wait", "from_outputs"} & set(wave["outputs"])

    before = asked(sandbox)
    assert sandbox.stack.run("preview", "--expect-no-changes").exit_code == 0
    assert sandbox.stack.run("refresh", "--yes", "--skip-preview", "--expect-no-changes").exit_code == 0
    assert asked(sandbox) - before == Counter({4: 2, 1: 2, 11: 2})


@pytest.mark.parametrize("held", [True, pytest.param(False, marks=pytest.mark.thorough)])
def test_nothing_behind_a_refused_group_is_created(build: BuildSandbox, *, held: bool) -> None:
    """One error names each failed and each missing migration, and counts the rest; no flag bypasses the gate."""
    sandbox = build(
        "wave", {"migrate_ids": [1, 2, 3, 5, 7, 99], **FAST}, {"test:held": str(held).lower()}, program="wave"
    )
    result = sandbox.stack.run("up", "--yes", "--skip-preview", *(["--continue-on-error"] if held else []))
    assert result.exit_code != 0
    assert sandbox.records == {}
    refused = next(error for error in error_messages(result) if error.startswith("2 of 6"))
    assert refused.startswith(
        "2 of 6 migration checks (ap-guangzhou) failed; 1 could not be queried ✗ 2 failed at step 4 of 8: Character "
        "set check (status -1) ✗ 5 failed"
    )
    assert without_endpoint(refused).endswith(
        "Others: 1/3 passed, 1 running, 1 not started Then: fix the cause, then run: tcsql-check start 2 5 "
        "--region ap-guangzhou pulumi up Code: check-failed"
    )
    assert "  ✗ 99: http" in result.screen
    assert result.seconds < 20


@pytest.mark.thorough
def test_a_group_that_times_out_names_what_has_not_passed(build: BuildSandbox) -> None:
    """A preview before it says what the update will do."""
    inputs = {"migrate_ids": [1, 3, 7], "timeout_seconds": 2, **FAST}
    sandbox = build("wave", inputs, program="wave")
    preview = sandbox.stack.run("preview")
    assert preview.exit_code == 0
    where = "1/3 passed, 1 running, 1 not started; slowest 3: 3/8 Hard disk space check: running"
    assert f"{where}; `pulumi up` will wait for up to 2 s" in preview.words
    result = sandbox.stack.up()
    assert result.exit_code != 0
    assert sandbox.records == {}
    assert without_endpoint(error_messages(result)[0]).endswith(
        "Others: 1 has passed Start: no step of 7 has started: tcsql-check start 7 "
        "--region ap-guangzhou Then: raise timeout_seconds, or run again to continue waiting: pulumi up Code: timed-out"
    )
    assert error_messages(result)[0].startswith(
        "2 of 3 migration checks (ap-guangzhou) had not passed after 2 s ▸ 3: 3/8 Hard"
    )


@pytest.mark.thorough
def test_the_ids_of_a_group_may_come_from_resources(build: BuildSandbox) -> None:
    """A preview with an unknown id sends no request; the update waits for all, and nine or more ids give a digest."""
    numbers = list(range(1066, 1075))
    sandbox = build("pass", {"migrate_ids": numbers, **FAST}, {"test:idsFromResources": "true"}, program="wave")
    preview = sandbox.stack.run("preview")
    assert preview.exit_code == 0, preview.screen
    assert asked(sandbox) == Counter()
    result = sandbox.stack.up()
    assert result.exit_code == 0, result.screen
    assert set(asked(sandbox).values()) == {1}
    assert len(asked(sandbox)) == 9
    wave = sandbox.stack.resource("wave-1")
    assert wave is not None
    region, _, digest = wave["id"].partition("/")
    assert (region, len(digest)) == ("ap-guangzhou", 32)


LIST = "DescribeMigrations"
RUNNING, PASSED, FAILED = [0, 7], [0, 0], [-1, 7]


def many(folder: Path, seconds: float, *ends: list[int], check_flag: int | None = None) -> Path:
    """Write a scenario of checks that run for so long and end so; the list may have the same flag for all, always."""
    flag = {} if check_flag is None else {"check_flag": check_flag}

    def frame(codes: list[int], **more: float) -> dict[str, object]:
        return {"kind": "progress", "statuses": codes, "current": 2, **more, **flag}

    migrations = {str(number): [frame(RUNNING, seconds=seconds), frame(end)] for number, end in enumerate(ends, 1)}
    steps = [{"name": name, "message": "Check it."} for name in ("one", "two")]
    path = folder / "many.json"
    path.write_text(json.dumps({"steps": steps, "migrations": migrations}), encoding="utf-8")
    return path


def test_a_list_that_calls_everything_passed_opens_nothing(build: BuildSandbox, tmp_path: Path) -> None:
    """The steps of one check fail, so the group is refused; the list was read, and only brought queries forward."""
    scenario = many(tmp_path, 4, *[PASSED] * 23, FAILED, check_flag=1)
    sandbox = build(scenario, {"migrate_ids": list(range(1, 25)), **FAST}, program="wave")
    result = sandbox.stack.up()
    assert result.exit_code != 0
    assert "1 of 24 migration checks (ap-guangzhou) failed" in " ".join(error_messages(result))
    assert sandbox.records == {}
    assert any(request["action"] == LIST for request in sandbox.emulator.requests)


def test_single_gates_of_one_update_share_the_list(build: BuildSandbox, tmp_path: Path) -> None:
    """24 gates wait for some seconds, and the list is read once for all of them, every three seconds."""
    scenario = many(tmp_path, 5, *[PASSED] * 24)
    sandbox = build(scenario, config={"test:numbers": str(list(range(1, 25)))}, program="gates")
    result = sandbox.stack.up("--parallel", "32")
    assert result.exit_code == 0, result.screen
    pages = [request for request in sandbox.emulator.requests if request["action"] == LIST]
    assert 1 < len(pages) <= result.seconds / 3 + 1
