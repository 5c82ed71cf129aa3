"""The plugin's start, and the gates that wait for it."""

from typing import Any

import grpc
import pytest
from google.protobuf import empty_pb2
from harness.plugin_server import (
    CALL_SECONDS,
    CHECK,
    GROUP,
    START,
    START_URN,
    PluginServer,
    output,
    plain,
    reference,
    secret,
    struct,
    until,
    urn,
)
from pulumi.runtime.proto import engine_pb2, provider_pb2

from pulumi_tcsql_check.emulator import DUMMY_SECRET_ID, DUMMY_SECRET_KEY, Emulator
from pulumi_tcsql_check.plugin import wire

INPUTS = {"migrateId": 1, "region": "ap-guangzhou", "triggers": ["run 1"]}
DIFF = provider_pb2.DiffResponse


@pytest.fixture
def configured(plugin: PluginServer, emulator: Emulator) -> PluginServer:
    """Configure the provider itself: the engine sends a start no other configuration."""
    plugin.configure(endpoint=emulator.url, secretId=DUMMY_SECRET_ID, secretKey=DUMMY_SECRET_KEY)
    return plugin


def check(plugin: PluginServer, given: dict[str, Any], of: str = START_URN) -> provider_pb2.CheckResponse:
    """Let the plugin check the inputs of a start, as the engine does before it creates or compares it."""
    request = provider_pb2.CheckRequest(urn=of, news=struct(given))
    response: provider_pb2.CheckResponse = plugin.stub.Check(request, timeout=CALL_SECONDS)
    return response


def create(plugin: PluginServer, given: dict[str, Any], of: str = START_URN) -> dict[str, Any]:
    """Check and create a start, and let the monitor know its outputs."""
    accepted = check(plugin, given, of)
    assert not accepted.failures
    request = provider_pb2.CreateRequest(urn=of, properties=accepted.inputs)
    made = plugin.stub.Create(request, timeout=CALL_SECONDS)
    plugin.monitor.states[of] = made.properties
    return plain(made.properties)


def test_a_start_that_is_created_starts_its_check(configured: PluginServer, emulator: Emulator) -> None:
    """Its outputs are those of the program's, and its row shows the flow."""
    outputs = create(configured, INPUTS)
    assert {**outputs, "startedAt": "now"} == {
        **INPUTS,
        "flowId": 1001,
        "endpoint": emulator.url,
        "startedAt": "now",
    }
    assert configured.lines()[-1] == "started flow 1001"
    assert configured.engine.logged[-1].urn == START_URN


def test_an_id_is_the_region_and_the_number(configured: PluginServer) -> None:
    """As the program's."""
    request = provider_pb2.CreateRequest(urn=START_URN, properties=check(configured, INPUTS).inputs)
    assert configured.stub.Create(request, timeout=CALL_SECONDS).id == "ap-guangzhou/1"


def test_a_preview_starts_nothing(configured: PluginServer) -> None:
    """What the start will bring is unknown, and the id is not empty as far as it is known."""
    request = provider_pb2.CreateRequest(urn=START_URN, properties=struct(INPUTS), preview=True)
    later = dict.fromkeys(("flowId", "endpoint", "startedAt"), wire.UNKNOWN)
    assert plain(configured.stub.Create(request, timeout=CALL_SECONDS).properties) == {**INPUTS, **later}
    unknown = {**INPUTS, "migrateId": wire.UNKNOWN}
    request = provider_pb2.CreateRequest(urn=START_URN, properties=struct(unknown), preview=True)
    made = configured.stub.Create(request, timeout=CALL_SECONDS)
    assert plain(made.properties) == {**unknown, **later}
    assert made.id == ""
    assert configured.engine.logged == []


def test_a_start_without_a_region_takes_the_providers(
    configured: PluginServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or else that of the environment."""
    given = {"migrateId": 1, "triggers": []}
    assert "given here, as tcsql-check:region in" in check(configured, given).failures[0].reason
    monkeypatch.setenv("TENCENTCLOUD_REGION", "ap-beijing")
    assert plain(check(configured, given).inputs)["region"] == "ap-beijing"
    configured.configure(region="ap-shanghai")
    assert plain(check(configured, given).inputs)["region"] == "ap-shanghai"


@pytest.mark.parametrize(
    ("given", "property_", "words"),
    [
        ({"migrateId": 0}, "migrateId", "migrateId is 0.0, but must be"),
        ({"region": "!"}, "region", "region is '!', but must be"),
        ({"triggers": "1"}, "triggers", "triggers is 'str', but must be a list"),
        ({"triggers": None}, "triggers", "triggers is 'NoneType', but must be a list"),
        ({"endpoint": "ftp://x"}, "endpoint", "endpoint is 'ftp://x', but must be"),
        ({"endpont": "x"}, "endpont", "endpont is 'given', but must be left out: there is no such input"),
        ({"migrateId": secret("hunter2")}, "migrateId", "migrateId is '[secret]', but must be"),
    ],
)
def test_an_invalid_input_of_a_start_is_refused(
    plugin: PluginServer, given: dict[str, Any], property_: str, words: str
) -> None:
    """The engine prints the failure beside the input."""
    (failure,) = check(plugin, {**INPUTS, **given}).failures
    assert failure.property == property_
    assert failure.reason.startswith(words)


def test_a_preview_checks_what_it_knows(plugin: PluginServer) -> None:
    """An unknown input is no failure."""
    given = {"migrateId": wire.UNKNOWN, "region": "!", "triggers": [wire.UNKNOWN]}
    assert [one.property for one in check(plugin, given).failures] == ["region"]


def test_a_secret_trigger_stays_a_secret(configured: PluginServer) -> None:
    """The outputs repeat the triggers."""
    assert create(configured, {**INPUTS, "triggers": secret(["run 1"])})["triggers"] == secret(["run 1"])


def test_a_start_that_fails_says_why_and_ends_the_waits(configured: PluginServer) -> None:
    """Nothing but its own error is on the row."""
    configured.process.config["tencentcloud:secretKey"] = "wrong"
    request = provider_pb2.CreateRequest(urn=START_URN, properties=struct(INPUTS))
    with pytest.raises(grpc.RpcError) as refused:
        configured.stub.Create(request, timeout=CALL_SECONDS)
    assert isinstance(refused.value, grpc.Call)
    assert "AuthFailure" in str(refused.value.details())
    until(lambda: configured.process.refused() == "start")


@pytest.mark.parametrize(
    ("news", "changes", "replaces"),
    [
        ({}, DIFF.DIFF_NONE, []),
        ({"endpoint": "sqlserver.tencentcloudapi.com"}, DIFF.DIFF_NONE, []),
        ({"triggers": ["run 2"]}, DIFF.DIFF_SOME, []),
        ({"triggers": wire.UNKNOWN}, DIFF.DIFF_SOME, []),
        ({"migrateId": 2}, DIFF.DIFF_SOME, ["migrateId"]),
        ({"migrateId": wire.UNKNOWN}, DIFF.DIFF_SOME, ["migrateId"]),
        ({"region": "ap-beijing"}, DIFF.DIFF_SOME, ["region"]),
    ],
)
def test_a_change_starts_the_check_again_or_replaces_the_start(
    plugin: PluginServer, news: dict[str, Any], changes: int, replaces: list[str]
) -> None:
    """Triggers start it again, another migration is another start, another endpoint starts nothing."""
    request = provider_pb2.DiffRequest(olds=struct({**INPUTS, "flowId": 1}), news=struct({**INPUTS, **news}))
    found = plugin.stub.Diff(request, timeout=CALL_SECONDS)
    assert (found.changes, [*found.replaces]) == (changes, replaces)


def test_a_change_of_an_input_that_the_gate_relies_on_cannot_be_ignored(plugin: PluginServer) -> None:
    """The engine would send the old triggers as those that the program declares."""
    request = provider_pb2.DiffRequest(olds=struct(INPUTS), news=struct(INPUTS), ignoreChanges=["triggers[0]"])
    with pytest.raises(grpc.RpcError, match=r"ignoreChanges is 'triggers\[0\]', but must be left out"):
        plugin.stub.Diff(request, timeout=CALL_SECONDS)
    request = provider_pb2.DiffRequest(olds=struct(INPUTS), news=struct(INPUTS), ignoreChanges=["endpoint"])
    assert plugin.stub.Diff(request, timeout=CALL_SECONDS).changes == DIFF.DIFF_NONE


def test_other_triggers_start_the_check_again(configured: PluginServer) -> None:
    """The update's outputs are of the new flow."""
    create(configured, INPUTS)
    news = {**INPUTS, "triggers": ["run 2"]}
    request = provider_pb2.UpdateRequest(urn=START_URN, id="ap-guangzhou/1", news=struct(news))
    outputs = plain(configured.stub.Update(request, timeout=CALL_SECONDS).properties)
    assert (outputs["flowId"], outputs["triggers"]) == (1002, ["run 2"])


def test_a_refresh_keeps_the_outputs_and_an_import_is_refused(plugin: PluginServer) -> None:
    """The API has no query for a start."""
    stored = struct({**INPUTS, "flowId": 1})
    request = provider_pb2.ReadRequest(id="ap-guangzhou/1", properties=stored, inputs=struct(INPUTS))
    found = plugin.stub.Read(request, timeout=CALL_SECONDS)
    assert (found.id, found.properties, found.inputs) == ("ap-guangzhou/1", stored, struct(INPUTS))
    with pytest.raises(grpc.RpcError, match="import is 'ap-guangzhou/1', but must be left out"):
        plugin.stub.Read(provider_pb2.ReadRequest(id="ap-guangzhou/1"), timeout=CALL_SECONDS)


def test_a_deleted_start_is_forgotten(plugin: PluginServer) -> None:
    """A flow can't be taken back."""
    assert plugin.stub.Delete(provider_pb2.DeleteRequest(), timeout=CALL_SECONDS) == empty_pb2.Empty()


def test_a_gate_waits_for_its_start(configured: PluginServer) -> None:
    """It queries the flow of that start, and the command to start again names the start."""
    create(configured, INPUTS)
    outputs = configured.construct(configured.request(start=reference(START_URN)))
    assert (outputs["migrateId"], outputs["passed"]) == (1, True)
    two = urn("two", START)
    create(configured, {**INPUTS, "migrateId": 2}, two)
    refusal = configured.refusal(configured.request(start=reference(two)))
    assert f"{two} Code: flow-failed" in refusal


def test_a_group_waits_for_its_starts(configured: PluginServer) -> None:
    """They are of one region."""
    other = urn("other", START)
    create(configured, INPUTS)
    create(configured, {**INPUTS, "migrateId": 4}, other)
    starts = [reference(START_URN), reference(other)]
    outputs = configured.construct(configured.request(GROUP, starts=starts, pollIntervalSeconds=0.1))
    assert (outputs["migrateIds"], outputs["passed"]) == ([1, 4], True)
    create(configured, {**INPUTS, "region": "ap-beijing"}, other)
    assert "its starts are of the regions ap-beijing and ap-guangzhou" in configured.refusal(
        configured.request(GROUP, starts=starts)
    )


def test_a_start_without_triggers_is_shown_with_its_date(configured: PluginServer) -> None:
    """It may be of an earlier update."""
    started_at = create(configured, {**INPUTS, "triggers": []})["startedAt"]
    configured.construct(configured.request(start=reference(START_URN)))
    assert started_at in configured.lines()[-1]


def test_a_start_that_this_update_left_out_is_refused(configured: PluginServer) -> None:
    """The engine checks every start that it includes, so one that it didn't check isn't of this update."""
    create(configured, INPUTS)
    configured.configure(endpoint="http://127.0.0.1:9")  # as in the next update
    refusal = configured.refusal(configured.request(start=reference(START_URN)))
    assert refusal.startswith("The engine didn't check the start start with the gate's provider in this command")
    assert f"--target {START_URN}" in refusal


@pytest.mark.parametrize("changed", [{"triggers": ["run 2"]}, {"region": "ap-beijing"}, {"migrateId": 3}])
def test_a_start_that_ran_with_other_inputs_is_refused(configured: PluginServer, changed: dict[str, Any]) -> None:
    """Such as with `--target` of the gate alone, after its triggers changed."""
    create(configured, INPUTS)
    check(configured, {**INPUTS, **changed})
    refusal = configured.refusal(configured.request(start=reference(START_URN)))
    assert refusal.startswith("The start start has the outputs of an earlier update")


def test_the_triggers_of_the_gate_are_compared(configured: PluginServer) -> None:
    """A start that isn't of this run is refused even if the engine says that it is as declared."""
    create(configured, INPUTS)
    gate: dict[str, Any] = {"start": reference(START_URN)}
    assert configured.construct(configured.request(**gate, triggers=["run 1"]))["passed"] is True
    create(configured, {**INPUTS, "triggers": ["1"]})
    assert configured.construct(configured.request(**gate, triggers=[1]))["passed"] is True  # as YAML sends "1"
    refusal = configured.refusal(configured.request(**gate, triggers=["run 2"]))
    assert refusal.startswith("The start start ran with other triggers than the gate is given.")


def test_a_disabled_gate_does_not_compare(configured: PluginServer) -> None:
    """Nothing fails it."""
    create(configured, INPUTS)
    configured.process.declared.clear()
    assert configured.construct(configured.request(start=reference(START_URN), enforce=False))["passed"] is True


@pytest.mark.parametrize("missing", ["flowId", "startedAt", "migrateId"])
@pytest.mark.parametrize("enforce", [True, False])
def test_a_start_without_its_outputs_is_refused(configured: PluginServer, missing: str, *, enforce: bool) -> None:
    """It was never created: there is nothing to query, even for a disabled gate."""
    create(configured, INPUTS)
    del configured.monitor.states[START_URN].fields[missing]
    refusal = configured.refusal(configured.request(start=reference(START_URN), enforce=enforce))
    assert refusal.startswith("The start start has the outputs of an earlier update")


def test_an_ignored_change_is_refused_where_the_engine_does_not_tell(
    configured: PluginServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With that variable the engine skips `Diff`, which alone knows what is ignored; the gate's triggers replace it."""
    monkeypatch.setenv("PULUMI_ENABLE_LEGACY_DIFF", "true")
    create(configured, INPUTS)
    gate: dict[str, Any] = {"start": reference(START_URN)}
    assert configured.construct(configured.request(**gate, triggers=["run 1"]))["passed"] is True
    assert configured.refusal(configured.request(**gate)).startswith(
        "PULUMI_ENABLE_LEGACY_DIFF is 'true', but must be unset, or the gate given the triggers of its start"
    )


def test_a_gate_that_only_depends_on_the_start_of_its_migration_is_refused(configured: PluginServer) -> None:
    """By `dependsOn` or as its parent: an older pass would count. A start of another migration may be in front."""
    create(configured, INPUTS)
    other = configured.request(migrateId=4, pollIntervalSeconds=0.1)
    other.dependencies.append(START_URN)
    assert configured.construct(other)["passed"] is True
    given = configured.request(start=reference(START_URN))
    given.dependencies.append(START_URN)
    assert configured.construct(given)["passed"] is True
    child = configured.request(GROUP, migrateIds=["1", 4])
    child.parent = START_URN
    assert configured.refusal(child).startswith("The gate depends on the start start of its own migration")


def test_a_secret_of_a_start_is_a_secret_of_its_gate(configured: PluginServer) -> None:
    """Also within the checks of a group."""
    create(configured, {**INPUTS, "migrateId": secret(1)})
    assert configured.construct(configured.request(start=reference(START_URN)))["migrateId"] == secret(1)
    outputs = configured.construct(configured.request(GROUP, starts=[reference(START_URN)]))
    assert outputs["migrateIds"] == secret([1])
    assert set(outputs["checks"]) == {wire.SIGNATURE, "value"}


def test_the_name_of_a_start_cannot_write_on_the_screen(configured: PluginServer) -> None:
    """It is the program's, and maybe another's input."""
    name = urn("a\x1b[31m\nb", START)
    create(configured, INPUTS, name)
    configured.process.declared.clear()
    assert "\x1b" not in configured.refusal(configured.request(start=reference(name)))


def test_a_failure_of_an_input_is_in_the_providers_language(plugin: PluginServer) -> None:
    """In English if that is unsupported."""
    plugin.configure(language="zh")
    assert "应为" in check(plugin, {**INPUTS, "migrateId": 0}).failures[0].reason
    plugin.configure(language="de")
    assert "must be" in check(plugin, {**INPUTS, "migrateId": 0}).failures[0].reason


def test_an_output_of_a_start_that_the_gate_is_not_given_is_refused(configured: PluginServer) -> None:
    """The gate could not compare it."""
    flow = {wire.SIGNATURE: wire.OUTPUT, "value": 1001}  # its dependencies are in the request itself
    request = configured.request(migrateId=1, flowId=flow)
    request.inputDependencies["flowId"].urns.append(START_URN)
    assert configured.refusal(request).startswith("flowId is an output of the start start")
    request = configured.request(migrateId=1, flowId=output(START_URN, value=1001))
    assert configured.refusal(request).startswith("flowId is an output of the start start")


def test_a_preview_before_a_start_queries_nothing(configured: PluginServer) -> None:
    """An earlier pass would be misleading."""
    later = dict.fromkeys(("flowId", "endpoint", "startedAt"), wire.UNKNOWN)
    configured.monitor.states[START_URN] = struct({**INPUTS, **later})
    cases: list[dict[str, Any]] = [{}, {"timeoutSeconds": wire.UNKNOWN}]
    for given in cases:
        outputs = configured.construct(configured.request(preview=True, start=reference(START_URN), **given))
        assert outputs["passed"] == wire.UNKNOWN
        assert configured.lines()[-1] == "not queried in this preview: the update starts the check first"


def test_a_start_elsewhere_is_refused(configured: PluginServer, emulator: Emulator) -> None:
    """There the number of the flow would be another flow's."""
    create(configured, {**INPUTS, "endpoint": emulator.url})
    assert configured.construct(configured.request(start=reference(START_URN)))["passed"] is True
    refusal = configured.refusal(configured.request(start=reference(START_URN), endpoint="http://127.0.0.1:9"))
    assert "but must be a start that was sent to http://127.0.0.1:9" in refusal


def test_a_reference_to_another_resource_is_refused(configured: PluginServer) -> None:
    """Also within a list, and an empty list."""
    assert "start is 'Reference', but must be a MigrationCheckStart" in configured.refusal(
        configured.request(start=reference(urn("other", CHECK)))
    )
    assert "starts is [], but must be a list of one MigrationCheckStart" in configured.refusal(
        configured.request(GROUP, starts=[])
    )


def test_a_start_has_no_error_on_the_engine_log(configured: PluginServer) -> None:
    """The engine prints the call's own error."""
    create(configured, INPUTS)
    assert all(one.severity != engine_pb2.ERROR for one in configured.engine.logged)
