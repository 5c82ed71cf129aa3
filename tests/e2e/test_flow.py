"""A real `pulumi up` with a flow, and with ids from plain values and outputs, against the emulator."""

from typing import Any

import pytest
from harness.error_texts import without_endpoint
from harness.sandbox import BuildSandbox, error_messages

FAST = {"poll_interval_seconds": 0.2}
FLOW = "DescribeFlowStatus"
STEPS = "QueryMigrationCheckProcess"


def test_a_flow_that_has_succeeded_opens_the_gate_with_the_steps(build: BuildSandbox) -> None:
    """The gate sends one request for the flow and then one for the steps; a preview and a refresh send the same."""
    sandbox = build("flow", {"migrate_id": 1, "flow_id": 1001, **FAST})
    assert sandbox.emulator.start_check(1) == 1001
    result = sandbox.stack.up()
    assert result.exit_code == 0, result.screen
    assert sandbox.records == {"behind": "new"}
    asked = [(request["action"], request["migrate_id"], request["flow_id"]) for request in sandbox.emulator.requests]
    assert asked[1:] == [(FLOW, None, 1001), (STEPS, 1, None)]
    check = sandbox.stack.resource("orders")
    assert check is not None
    assert check["outputs"]["flow_id"] == 1001
    assert not {"wait", "from_outputs"} & set(check["outputs"])

    assert sandbox.stack.run("preview", "--expect-no-changes").exit_code == 0
    assert sandbox.stack.run("refresh", "--yes", "--skip-preview").exit_code == 0
    assert [request["action"] for request in sandbox.emulator.requests[3:]] == [FLOW, STEPS] * 2
    assert sandbox.stack.outputs()["passed"] is True


def test_a_stack_can_require_a_flow_of_every_gate(build: BuildSandbox) -> None:
    """Preview and update refuse a gate without one and send no request, until the requirement is off."""
    sandbox = build("pass", {"migrate_id": 1, **FAST})
    assert sandbox.stack.run("config", "set", "tcsql-check:requireFlow", "true").exit_code == 0
    for command in (["preview"], ["up", "--yes", "--skip-preview"]):
        result = sandbox.stack.run(*command)
        assert result.exit_code != 0
        assert "flow_id is None, but must be given, since tcsql-check:requireFlow is true in this" in result.words
    assert (sandbox.emulator.requests, sandbox.records) == ([], {})
    assert sandbox.stack.run("up", "--yes", "-c", "tcsql-check:requireFlow=false").exit_code == 0
    assert sandbox.records == {"behind": "new"}


def test_a_refresh_never_reports_a_pass_that_its_flow_does_not_confirm(build: BuildSandbox) -> None:
    """The state has no pass after the refresh, whatever the steps are."""
    sandbox = build("flow", {"migrate_id": 5, "flow_id": 1001, "enforce": False})
    sandbox.emulator.start_check(5)
    assert sandbox.stack.up().exit_code == 0
    assert sandbox.stack.run("refresh", "--yes", "--skip-preview").exit_code == 0
    check = sandbox.stack.resource("orders")
    assert check is not None
    assert (check["outputs"]["passed"], check["outputs"]["status"]) == (False, "running")
    assert [request["action"] for request in sandbox.emulator.requests[1:]] == [FLOW, STEPS] * 2


def test_a_pass_of_an_earlier_start_waits_for_the_flow(build: BuildSandbox) -> None:
    """A preview shows it as not passed; the update's row says what it waits for, and the gate opens after the flow."""
    sandbox = build("flow", {"migrate_id": 2, "flow_id": 1001, **FAST})
    sandbox.emulator.start_check(2)

    def see(line: str) -> None:
        if "waiting for flow 1001" in line:
            assert sandbox.records == {}

    result = sandbox.stack.watch(see, "up", "--yes", "--skip-preview")
    screen = result.screen
    assert result.exit_code == 0, screen
    assert " left · waiting for flow 1001" in screen
    assert screen.index("Target database existence check: running") > screen.index("waiting for flow 1001")
    assert screen.index("Target database existence check: passed") < screen.index("Record behind created")
    assert sandbox.records == {"behind": "new"}


def test_a_preview_queries_once_and_reports_that_the_flow_has_not_succeeded(build: BuildSandbox) -> None:
    """The row says what an update would wait for, and the outputs have no pass."""
    sandbox = build("flow", {"migrate_id": 5, "flow_id": 1001})
    sandbox.emulator.start_check(5)
    result = sandbox.stack.run("preview")
    assert result.exit_code == 0, result.screen
    assert "waiting for flow 1001" in result.screen
    assert "passed    : false" in result.screen
    assert 'status    : "running"' in result.screen
    assert [request["action"] for request in sandbox.emulator.requests[1:]] == [FLOW, STEPS]


def test_a_flow_that_has_failed_ends_the_update_although_the_steps_have_passed(build: BuildSandbox) -> None:
    """The error says what failed, what the steps showed, and how to start the check again."""
    sandbox = build("flow", {"migrate_id": 3, "flow_id": 1001, **FAST})
    sandbox.emulator.start_check(3)
    sentence = sandbox.refused_up()
    assert sentence.startswith("migration check 3 (ap-guangzhou) failed: flow 1001 has failed ✓ 1 Source database")
    assert (
        "✓ 8 Target database existence check Check: the API reports no cause; look at the steps in the console Then: "
        "fix the cause; run these with the new FlowId as flow_id (`pulumi config set` if configured): "
        "tcsql-check start 3 --region ap-guangzhou pulumi up Code: flow-failed Request: "
    ) in without_endpoint(sentence)


@pytest.mark.thorough
def test_a_flow_that_runs_until_the_deadline_is_named_in_the_error(build: BuildSandbox) -> None:
    """The steps had passed, which opened nothing."""
    sandbox = build("flow", {"migrate_id": 5, "flow_id": 1001, "timeout_seconds": 1, **FAST})
    sandbox.emulator.start_check(5)
    sentence = sandbox.refused_up()
    assert sentence.startswith("migration check 5 (ap-guangzhou) had not passed after 1 s ✓ 1 Source database")
    assert (
        "Seen: flow 1001 had not succeeded; 8/8 Target database existence check: passed Then: raise "
        "timeout_seconds, or run again to continue waiting: pulumi up Code: timed-out Request: "
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
                "Check the flow's number, the region, and that the flow is of the same",
            ),
            marks=pytest.mark.thorough,
        ),
    ],
)
def test_a_flow_that_cannot_be_queried_ends_the_update_at_once(
    build: BuildSandbox, migrate_id: int, flow_id: int, code: str, advice: str
) -> None:
    """There is one request and one error, and nothing is created."""
    sandbox = build("flow", {"migrate_id": migrate_id, "flow_id": flow_id, **FAST})
    sandbox.emulator.start_check(migrate_id)
    sentence = sandbox.refused_up()
    assert sentence.startswith(f"migration check {migrate_id} (ap-guangzhou): flow {flow_id}: ")
    assert code in sentence
    assert advice in sentence
    assert [request["action"] for request in sandbox.emulator.requests[1:]] == [FLOW]


def test_a_gate_that_is_not_enforced_queries_its_flow_and_never_fails(build: BuildSandbox) -> None:
    """The warning names the failed flow, and the resources behind the gate are created."""
    sandbox = build("flow", {"migrate_id": 3, "flow_id": 1001, "enforce": False})
    sandbox.emulator.start_check(3)
    result = sandbox.stack.up()
    assert result.exit_code == 0, result.screen
    assert sandbox.records == {"behind": "new"}
    assert "does not hold the update. Its status: flow 1001 has failed; 8/8" in result.words
    outputs = sandbox.stack.outputs()
    assert (outputs["passed"], outputs["status"]) == (False, "failed")


def test_a_flow_started_by_the_same_program_is_unknown_in_preview_and_awaited_on_up(build: BuildSandbox) -> None:
    """The preview succeeds, and the update queries the new flow."""
    sandbox = build("flow", {"migrate_id": 1, **FAST}, {"test:flowFromResource": "true"})
    sandbox.emulator.start_check(1)
    preview = sandbox.stack.run("preview")
    assert preview.exit_code == 0, preview.screen
    result = sandbox.stack.up()
    assert result.exit_code == 0, result.screen
    assert {request["flow_id"] for request in sandbox.emulator.requests} == {None, 1001}
    assert sandbox.records == {"behind": "new"}


def test_an_output_without_a_flow_is_refused_before_any_request(build: BuildSandbox) -> None:
    """A gate with `flow_id` never runs without a flow."""
    sandbox = build("flow", {"migrate_id": 1, "flow_id": None}, {"test:asOutputs": "true"})
    result = sandbox.stack.up()
    assert result.exit_code != 0
    assert error_messages(result) == [
        "flow_id is None, but must be a whole number from 1 to 9007199254740991. Code: invalid-input"
    ]
    assert sandbox.emulator.requests == []
    assert sandbox.records == {}


def test_an_id_of_a_new_migration_is_queried_again(build: BuildSandbox) -> None:
    """The API may not know an id from an output yet, which the row shows; the update waits for it, and passes."""
    sandbox = build("flow", FAST, {"test:idFromResource": "true"})
    result = sandbox.stack.up()
    assert result.exit_code == 0, result.screen
    assert "not known to the API yet for 0 s, retrying" in result.screen
    assert sandbox.emulator.requests[0]["outcome"] == "ResourceNotFound.DBNotFound"
    assert sandbox.records == {"behind": "new"}


def test_an_id_from_a_plain_value_must_be_known_at_once(build: BuildSandbox) -> None:
    """The first response ends the update if the API doesn't know the id."""
    sandbox = build("flow", FAST)
    result = sandbox.stack.up()
    assert result.exit_code != 0
    assert "ResourceNotFound.DBNotFound" in error_messages(result)[0]
    assert len(sandbox.emulator.requests) == 1
    assert sandbox.records == {}


@pytest.mark.thorough
@pytest.mark.parametrize("as_outputs", ["true", pytest.param("false", marks=pytest.mark.thorough)])
def test_an_id_as_text_or_number_gives_one_state(build: BuildSandbox, as_outputs: str) -> None:
    """`"1066"` gives the same state as `1066`, so replacing one with the other changes nothing."""
    sandbox = build("pass", {"migrate_id": "1066"}, {"test:asOutputs": as_outputs})
    assert sandbox.stack.up().exit_code == 0
    before = sandbox.stack.resource("orders")
    assert before is not None
    assert before["id"] == "ap-guangzhou/1066"
    assert before["outputs"]["migrate_id"] == 1066

    config = sandbox.stack.config_file.read_text(encoding="utf-8")
    assert r"\"1066\"" in config
    sandbox.stack.config_file.write_text(config.replace(r"\"1066\"", "1066"), encoding="utf-8")
    assert sandbox.stack.run("preview", "--expect-no-changes").exit_code == 0
    assert sandbox.stack.up().exit_code == 0
    after = sandbox.stack.resource("orders")
    assert after is not None
    assert lasting(after) == lasting(before)


def lasting(resource: dict[str, Any]) -> dict[str, Any]:
    """Leave out the fields of a resource's state that differ from update to update."""
    kept = {key: {**resource[key], "__provider": None} for key in ("inputs", "outputs")}
    return {**resource, **kept, "modified": None}


def test_an_output_with_an_invalid_id_is_refused(build: BuildSandbox) -> None:
    """One error names the text that isn't a plain number, and no request is sent."""
    sandbox = build("pass", {"migrate_id": "01066"}, {"test:asOutputs": "true"})
    sentence = sandbox.refused_up()
    assert sentence.startswith("migrate_id is '01066'")
    assert sentence.endswith("but must be a whole number from 1 to 9007199254740991. Code: invalid-input")
    assert sandbox.emulator.requests == []
