"""A read of a group against the emulator: its outputs, its messages, and its requests."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from harness.in_process_read import RecordingListener, read
from harness.scripted_server import ScriptedServer, answer
from harness.sdk_client import start_check

from pulumi_tcsql_check.emulator import Emulator, parse
from pulumi_tcsql_check.errors import (
    CheckFailedError,
    GroupFailedError,
    GroupTimeoutError,
    InvalidInputError,
    NotFoundError,
    PermanentError,
)
from pulumi_tcsql_check.reading import reader

WAVE = Path(__file__).parents[2] / "data" / "scenarios" / "wave.json"
PROPS: dict[str, Any] = {"migrate_ids": [1.0, "11", 12.0], "region": "ap-guangzhou", "wait": True}
ABSENT = {"total": 0, "current": 0, "steps": [], "passed": False, "status": "unknown"}


def asked(log: Path) -> Counter[int]:
    """Count the queries of each migration."""
    lines = map(json.loads, log.read_text(encoding="utf-8").splitlines())
    return Counter(line["migrate_id"] for line in lines if line["action"] == "QueryMigrationCheckProcess")


def test_an_up_passes_once_all_have_and_queries_each_once(call: RecordingListener, log: Path) -> None:
    """The outputs have totals, every check in the given order, and what a refresh needs for its queries."""
    with Emulator(WAVE, request_log=log) as emulator:
        outputs = read({**PROPS, "endpoint": emulator.url}, {}, call)
        assert asked(log) == Counter({1: 1, 11: 1, 12: 1})
        again = read(outputs, {}, call)
    assert again == outputs
    checks = outputs.pop("checks")
    assert outputs == {
        "total": 24,
        "current": 24,
        "passed": True,
        "status": "passed",
        "migrate_ids": [1, 11, 12],
        "region": "ap-guangzhou",
        "enforce": True,
        "failed_statuses": [],
        "endpoint": emulator.url,
    }
    assert [check["migrate_id"] for check in checks] == [1, 11, 12]
    assert all(check["passed"] and len(check["steps"]) == 8 for check in checks)
    assert call.warnings[0] == (
        f"migration checks 1, 11 and 12 (ap-guangzhou) are queried at {emulator.url}, which is not Tencent Cloud."
    )


def test_a_long_wait_of_a_group_reports_its_duration(monkeypatch: pytest.MonkeyPatch, call: RecordingListener) -> None:
    """The line names the checks; each has its own request, so it names none."""
    monkeypatch.setattr(reader, "WORTH_A_WORD_SECONDS", 0.0)
    with Emulator(WAVE) as emulator:
        read({**PROPS, "endpoint": emulator.url}, {}, call)
    assert call.notes == ["migration checks 1, 11 and 12 (ap-guangzhou) have passed, after 0 s"]


def test_a_preview_and_a_refresh_of_a_group_never_fail(call: RecordingListener) -> None:
    """The status is that of the worst check, and a message says what the update would do."""
    props = {**PROPS, "migrate_ids": [1, 3, 5], "wait": False}
    with Emulator(WAVE) as emulator:
        outputs = read({**props, "endpoint": emulator.url}, {}, call)
    assert (outputs["passed"], outputs["status"], outputs["total"], outputs["current"]) == (False, "failed", 24, 14)
    assert call.lines == ["1/3 passed, 1 failed, 1 running; slowest 3: 3/8 Hard disk space check: running"]
    assert call.notes == [f"{call.lines[0]}; unless that changes, `pulumi up` will refuse"]


def test_an_up_names_all_failed_checks(call: RecordingListener) -> None:
    """This holds for a group with failed, missing and other checks."""
    props = {**PROPS, "migrate_ids": [1, 2, 3, 5, 99], "poll_interval_seconds": 0.1}
    with Emulator(WAVE) as emulator, pytest.raises(GroupFailedError) as raised:
        read({**props, "endpoint": emulator.url}, {}, call)
    kinds = {migration.migrate_id: type(error) for migration, error in raised.value.errors.items()}
    assert kinds == {2: CheckFailedError, 5: CheckFailedError, 99: NotFoundError}


def test_an_up_at_its_deadline_names_all_checks_that_have_not_passed(call: RecordingListener) -> None:
    """The error counts those that have passed."""
    props = {**PROPS, "migrate_ids": [1, 3, 7], "timeout_seconds": 0.2, "poll_interval_seconds": 0.1}
    with Emulator(WAVE) as emulator, pytest.raises(GroupTimeoutError) as raised:
        read({**props, "endpoint": emulator.url}, {}, call)
    assert [migration.migrate_id for migration in raised.value.errors] == [3, 7]
    assert [member.status for member in raised.value.members] == ["passed", "running", "not-started"]


def test_a_group_of_one_has_a_single_checks_error(call: RecordingListener) -> None:
    """The text doesn't mention a group."""
    with Emulator(WAVE) as emulator, pytest.raises(CheckFailedError):
        read({**PROPS, "migrate_ids": [5], "poll_interval_seconds": 0.1, "endpoint": emulator.url}, {}, call)


def test_an_error_that_affects_all_checks_names_the_group(call: RecordingListener) -> None:
    """There is one error, and one request."""
    body = '{"Response":{"Error":{"Code":"AuthFailure.SignatureFailure","Message":"No."},"RequestId":"r"}}'
    with (
        ScriptedServer(answer(body)) as server,
        pytest.raises(PermanentError, match=r"^9 migration checks \(ap-guangzhou\): "),
    ):
        read({**PROPS, "migrate_ids": [*range(1, 10)], "endpoint": f"http://{server.host}"}, {}, call)
    assert len(server.requests) <= 8


def test_a_group_that_is_not_enforced_is_queried_once_and_passes(call: RecordingListener, log: Path) -> None:
    """The outputs have each check, including those that don't exist."""
    props = {**PROPS, "migrate_ids": [1, 99, 3, 5], "enforce": False}
    with Emulator(WAVE, request_log=log) as emulator:
        outputs = read({**props, "endpoint": emulator.url}, {}, call)
    assert asked(log) == Counter({1: 1, 99: 1, 3: 1, 5: 1})
    assert [check["status"] for check in outputs["checks"]] == ["passed", "unknown", "running", "failed"]
    assert outputs["checks"][1] == {"migrate_id": 99, **ABSENT}
    assert (outputs["passed"], outputs["status"]) == (False, "failed")
    assert call.warnings[1].startswith(
        "enforce is false: migration checks 1, 99, 3 and 5 (ap-guangzhou) do not hold the update. Their status: 1 of "
        "4 migration checks (ap-guangzhou) could not be queried "
    )
    assert " Others: 1/3 passed, 1 failed, 1 running " in call.warnings[1]
    assert " ✗ 99: " in call.warnings[1]


FLOWS = parse(
    json.dumps(
        {
            "migrations": {
                "1": [{"kind": "progress", "statuses": [0] * 8}],
                "2": [{"kind": "progress", "statuses": [0] * 8, "flow": 2}],
            }
        }
    ).encode(),
    name="test",
)


def test_each_check_of_a_group_has_its_own_flow(call: RecordingListener) -> None:
    """The flows follow the order of the ids; a running flow holds the group, and a refresh queries the flows again."""
    props = {**PROPS, "migrate_ids": [2, 1], "flow_ids": [1002.0, 1001.0], "timeout_seconds": 0.2}
    with Emulator(FLOWS) as emulator:
        start_check(emulator.url, 1)
        start_check(emulator.url, 2)
        with pytest.raises(GroupTimeoutError) as raised:
            read({**props, "endpoint": emulator.url}, {}, call)
        stored = read({**props, "wait": False, "endpoint": emulator.url}, {}, call)
        again = read(stored, {}, call)
    assert [migration.migrate_id for migration in raised.value.errors] == [2]
    assert [check["status"] for check in stored["checks"]] == ["running", "passed"]
    assert stored["flow_ids"] == [1002, 1001]
    assert again == stored


def test_a_group_needs_as_many_flows_as_ids_or_none(call: RecordingListener) -> None:
    """Another number of flows is refused before any request."""
    with pytest.raises(InvalidInputError, match=r"^flow_ids is \[1001\], but must be one number for each migration"):
        read({**PROPS, "flow_ids": [1001]}, {}, call)


def test_a_preview_with_unknown_flows_does_not_pass(call: RecordingListener) -> None:
    """No flow counts as succeeded."""
    with Emulator("pass") as emulator:
        props = {**PROPS, "wait": False, "from_outputs": ["flow_ids"], "endpoint": emulator.url}
        outputs = read(props, {}, call)
    assert [check["passed"] for check in outputs["checks"]] == [False] * 3
    assert "flow_ids" not in outputs
