"""A real `pulumi up` with a flow, and with ids of every origin, against the emulator."""

from typing import Any

import pytest
from harness.site import Build, errors

FAST = {"poll_interval_seconds": 0.2}
FLOW = "DescribeFlowStatus"
STEPS = "QueryMigrationCheckProcess"


def test_a_flow_that_has_succeeded_opens_the_gate_with_the_steps(build: Build) -> None:
    """One request for each, the flow first; a preview and a refresh, which has outputs alone, ask the same again."""
    site = build("flow", {"migrate_id": 1, "flow_id": 1001, **FAST})
    assert site.emulator.start_check(1) == 1001
    result = site.stack.up()
    assert result.exit_code == 0, result.screen
    assert site.records == {"behind": "new"}
    asked = [(request["action"], request["migrate_id"], request["flow_id"]) for request in site.emulator.requests]
    assert asked[1:] == [(FLOW, None, 1001), (STEPS, 1, None)]
    check = site.stack.resource("orders")
    assert check is not None
    assert check["outputs"]["flow_id"] == 1001
    assert not {"wait", "from_outputs"} & set(check["outputs"])

    assert site.stack.run("preview", "--expect-no-changes").exit_code == 0
    assert site.stack.run("refresh", "--yes", "--skip-preview").exit_code == 0
    assert [request["action"] for request in site.emulator.requests[3:]] == [FLOW, STEPS] * 2
    assert site.stack.outputs()["passed"] is True


def test_a_refresh_never_reports_a_pass_that_its_flow_does_not_confirm(build: Build) -> None:
    """The state says so after it, whatever the steps say."""
    site = build("flow", {"migrate_id": 5, "flow_id": 1001, "enforce": False})
    site.emulator.start_check(5)
    assert site.stack.up().exit_code == 0
    assert site.stack.run("refresh", "--yes", "--skip-preview").exit_code == 0
    check = site.stack.resource("orders")
    assert check is not None
    assert (check["outputs"]["passed"], check["outputs"]["status"]) == (False, "running")
    assert [request["action"] for request in site.emulator.requests[1:]] == [FLOW, STEPS] * 2


def test_a_pass_of_an_earlier_start_waits_for_the_flow_and_then_opens(build: Build) -> None:
    """A preview shows it as not passed; the update says what it waits for, and creates nothing before."""
    site = build("flow", {"migrate_id": 2, "flow_id": 1001, **FAST})
    site.emulator.start_check(2)

    def see(line: str) -> None:
        if "waiting for flow 1001" in line:
            assert site.records == {}

    result = site.stack.watch(see, "up", "--yes", "--skip-preview")
    screen = result.screen
    assert result.exit_code == 0, screen
    assert " left · waiting for flow 1001" in screen
    assert screen.index("Target database existence check: running") > screen.index("waiting for flow 1001")
    assert screen.index("Target database existence check: passed") < screen.index("Record behind created")
    assert site.records == {"behind": "new"}


def test_a_preview_looks_once_and_says_that_the_flow_has_not_succeeded(build: Build) -> None:
    """The row says what an update would wait for, and the outputs don't say that it has passed."""
    site = build("flow", {"migrate_id": 5, "flow_id": 1001})
    site.emulator.start_check(5)
    result = site.stack.run("preview")
    assert result.exit_code == 0, result.screen
    assert "waiting for flow 1001" in result.screen
    assert "passed    : false" in result.screen
    assert 'status    : "running"' in result.screen
    assert [request["action"] for request in site.emulator.requests[1:]] == [FLOW, STEPS]


def test_a_flow_that_has_failed_ends_the_update_although_the_steps_have_passed(build: Build) -> None:
    """The sentence says what failed, what the steps showed, and how to start the check again."""
    site = build("flow", {"migrate_id": 3, "flow_id": 1001, **FAST})
    site.emulator.start_check(3)
    result = site.stack.up()
    assert result.exit_code != 0
    assert site.records == {}
    (sentence,) = errors(result)
    assert sentence.startswith("migration check 3 (ap-guangzhou) failed: flow 1001 has failed ✓ 1 Source database")
    assert (
        "✓ 8 Target database existence check Check: the API doesn't say why; look at the steps in the console Then: "
        "fix the cause; run these with the new FlowId as flow_id: tccli sqlserver StartMigrationCheck --MigrateId 3 "
        "--region ap-guangzhou pulumi up Code: flow-failed Request: "
    ) in sentence
    assert "Traceback" not in result.screen


def test_a_flow_that_runs_until_the_deadline_is_named_in_the_sentence(build: Build) -> None:
    """What was last seen of the steps is a pass, and it opened nothing."""
    site = build("flow", {"migrate_id": 5, "flow_id": 1001, "timeout_seconds": 1, **FAST})
    site.emulator.start_check(5)
    result = site.stack.up()
    assert result.exit_code != 0
    assert site.records == {}
    (sentence,) = errors(result)
    assert sentence.startswith("migration check 5 (ap-guangzhou) had not passed after 1 s ✓ 1 Source database")
    assert (
        "Seen: flow 1001 had not succeeded; 8/8 Target database existence check: passed Then: raise "
        "timeout_seconds, or run again to go on waiting: pulumi up Code: timed-out Request: "
    ) in sentence


@pytest.mark.parametrize(
    ("migrate_id", "flow_id", "code", "advice"),
    [
        (4, 1001, "UnauthorizedOperation.PermissionDenied", "Allow the action sqlserver:DescribeFlowStatus in CAM."),
        pytest.param(
            *(
                1,
                9999,
                "InvalidParameter.ParamsAssertFailed",
                "Check flow_id, region, and that the flow is of the same",
            ),
            marks=pytest.mark.whole_table,
        ),
    ],
)
def test_a_flow_that_can_not_be_asked_for_ends_the_update_at_once(
    build: Build, migrate_id: int, flow_id: int, code: str, advice: str
) -> None:
    """One request, one sentence, nothing created: whoever names a flow wants it asked."""
    site = build("flow", {"migrate_id": migrate_id, "flow_id": flow_id, **FAST})
    site.emulator.start_check(migrate_id)
    result = site.stack.up()
    assert result.exit_code != 0
    assert site.records == {}
    (sentence,) = errors(result)
    assert sentence.startswith(f"migration check {migrate_id} (ap-guangzhou): flow {flow_id}: ")
    assert code in sentence
    assert advice in sentence
    assert [request["action"] for request in site.emulator.requests[1:]] == [FLOW]


def test_a_gate_that_is_not_enforced_asks_for_its_flow_and_never_fails(build: Build) -> None:
    """A failed flow is in the warning, and what is behind the gate is created."""
    site = build("flow", {"migrate_id": 3, "flow_id": 1001, "enforce": False})
    site.emulator.start_check(3)
    result = site.stack.up()
    assert result.exit_code == 0, result.screen
    assert site.records == {"behind": "new"}
    assert "holds nothing back, whatever it says. It says: flow 1001 has failed; 8/8" in result.words
    outputs = site.stack.outputs()
    assert (outputs["passed"], outputs["status"]) == (False, "failed")


def test_a_flow_that_the_same_program_starts_is_unknown_in_preview_and_waited_for_on_up(build: Build) -> None:
    """The preview ends well, and the update asks for the flow that it was given."""
    site = build("flow", {"migrate_id": 1, **FAST}, {"test:flowFromResource": "true"})
    site.emulator.start_check(1)
    preview = site.stack.run("preview")
    assert preview.exit_code == 0, preview.screen
    result = site.stack.up()
    assert result.exit_code == 0, result.screen
    assert {request["flow_id"] for request in site.emulator.requests} == {None, 1001}
    assert site.records == {"behind": "new"}


def test_an_output_that_brings_no_flow_is_refused_before_any_request(build: Build) -> None:
    """Whoever names a flow gets it asked, or a sentence: never a gate without it."""
    site = build("flow", {"migrate_id": 1, "flow_id": None}, {"test:asOutputs": "true"})
    result = site.stack.up()
    assert result.exit_code != 0
    assert errors(result) == [
        "flow_id is None, but must be a whole number from 1 to 9007199254740991. Code: invalid-input"
    ]
    assert site.emulator.requests == []
    assert site.records == {}


def test_an_id_that_was_just_made_is_asked_for_again(build: Build) -> None:
    """An id that is an output may not be known yet, as the row says; the update waits for it, and opens."""
    site = build("flow", FAST, {"test:idFromResource": "true"})
    result = site.stack.up()
    assert result.exit_code == 0, result.screen
    assert "not known to the API yet for 0 s, retrying" in result.screen
    assert site.emulator.requests[0]["outcome"] == "ResourceNotFound.DBNotFound"
    assert site.records == {"behind": "new"}


def test_an_id_that_is_written_down_must_be_known_at_once(build: Build) -> None:
    """A plain value ends the update with the first answer."""
    site = build("flow", FAST)
    result = site.stack.up()
    assert result.exit_code != 0
    assert "ResourceNotFound.DBNotFound" in errors(result)[0]
    assert len(site.emulator.requests) == 1
    assert site.records == {}


@pytest.mark.parametrize("as_outputs", ["true", pytest.param("false", marks=pytest.mark.whole_table)])
def test_text_and_number_are_one_id_and_one_state(build: Build, as_outputs: str) -> None:
    """`"1066"` makes the same state as `1066`, so that going over from one to the other changes nothing."""
    site = build("pass", {"migrate_id": "1066"}, {"test:asOutputs": as_outputs})
    assert site.stack.up().exit_code == 0
    before = site.stack.resource("orders")
    assert before is not None
    assert before["id"] == "ap-guangzhou/1066"
    assert before["outputs"]["migrate_id"] == 1066

    config = site.stack.config_file.read_text(encoding="utf-8")
    assert r"\"1066\"" in config
    site.stack.config_file.write_text(config.replace(r"\"1066\"", "1066"), encoding="utf-8")
    assert site.stack.run("preview", "--expect-no-changes").exit_code == 0
    assert site.stack.up().exit_code == 0
    after = site.stack.resource("orders")
    assert after is not None
    assert lasting(after) == lasting(before)


def lasting(resource: dict[str, Any]) -> dict[str, Any]:
    """Leave out of a resource's state what differs from update to update."""
    kept = {key: {**resource[key], "__provider": None} for key in ("inputs", "outputs")}
    return {**resource, **kept, "modified": None}


def test_text_that_is_no_plain_number_is_refused_where_it_was_an_output(build: Build) -> None:
    """One sentence names it, and nothing is asked."""
    site = build("pass", {"migrate_id": "01066"}, {"test:asOutputs": "true"})
    result = site.stack.up()
    assert result.exit_code != 0
    (sentence,) = errors(result)
    assert sentence.startswith("migrate_id is '01066'")
    assert sentence.endswith("but must be a whole number from 1 to 9007199254740991. Code: invalid-input")
    assert site.emulator.requests == []
