"""The plugin's components: what a gate returns, and when it refuses."""

import json
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf import empty_pb2
from harness.plugin_server import CHECK, GROUP, PluginServer, output, plain, secret, struct, until, urn
from pulumi.runtime.proto import alias_pb2, engine_pb2, provider_pb2

from pulumi_tcsql_check.plugin import gate, wire
from pulumi_tcsql_check.reading import reader


def test_an_update_returns_the_outputs_of_a_passed_check(plugin: PluginServer) -> None:
    """The component is registered with its inputs, and gets the same outputs as the program."""
    outputs = plugin.construct(plugin.request(migrateId=1))
    assert (outputs["total"], outputs["current"], outputs["passed"], outputs["status"]) == (8, 8, True, "passed")
    assert (outputs["migrateId"], outputs["region"]) == (1, "ap-guangzhou")
    assert outputs["steps"][0] == {
        "name": "Source database connectivity check",
        "status": 0,
        "state": "passed",
        "message": "Check whether the data transfer server can be connected to the source database.",
    }
    registered, completed = plugin.monitor.registered[0], plugin.monitor.completed[0]
    assert (registered.type, registered.name, plain(registered.object)) == (CHECK, "gate", {"migrateId": 1})
    assert registered.acceptSecrets
    assert not registered.custom
    assert not registered.remote
    assert (completed.urn, plain(completed.outputs)) == (urn("gate"), outputs)


def test_an_update_waits_and_shows_where_the_check_is(plugin: PluginServer) -> None:
    """The lines are on the gate's row, and the pass stays."""
    assert plugin.construct(plugin.request(migrateId=4, pollIntervalSeconds=0.1))["passed"] is True
    assert {one.urn for one in plugin.engine.logged} == {urn("gate")}
    assert any("Target database existence check: running" in line for line in plugin.lines())
    assert plugin.lines()[-1].startswith("migration check 4 (ap-guangzhou) has passed, after ")


def test_a_preview_queries_once_and_does_not_wait(plugin: PluginServer) -> None:
    """The outputs are those of now, and the row says what the update will do."""
    outputs = plugin.construct(plugin.request(migrateId=3, preview=True))
    assert (outputs["passed"], outputs["status"]) == (False, "running")
    assert plugin.lines()[-1].endswith("`pulumi up` will wait for up to 30 min")


def test_a_failed_check_is_refused_on_the_row_of_the_gate(plugin: PluginServer) -> None:
    """The laid-out error is an error of the gate; the engine's own line is short."""
    refusal = plugin.refusal(plugin.request(migrateId=2))
    assert refusal.startswith("migration check 2 (ap-guangzhou) failed at step 4 of 8")
    assert "Code: check-failed" in refusal
    assert plugin.engine.logged[-1].severity == engine_pb2.ERROR
    assert plugin.monitor.completed == []


def test_a_group_passes_once_all_have(plugin: PluginServer) -> None:
    """Its outputs have each check, in the engine's names."""
    outputs = plugin.construct(plugin.request(GROUP, migrateIds=[4, 1], pollIntervalSeconds=0.1))
    assert (outputs["total"], outputs["passed"], outputs["migrateIds"]) == (16, True, [4, 1])
    assert [check["migrateId"] for check in outputs["checks"]] == [4, 1]
    assert outputs["checks"][0]["steps"][7]["state"] == "passed"


def test_a_group_without_numbers_is_refused(plugin: PluginServer) -> None:
    """A group of nothing would pass."""
    cases: list[dict[str, Any]] = [{}, {"migrateIds": []}]
    for given in cases:
        assert "migrateIds is " in plugin.refusal(plugin.request(GROUP, **given))


def test_a_disabled_gate_warns_and_returns(plugin: PluginServer) -> None:
    """The failed check opens it, since the user has disabled it; the warning calls the inputs by the engine's names."""
    outputs = plugin.construct(plugin.request(migrateId=2, enforce=False, reason="rehearsal"))
    assert outputs["passed"] is False
    warnings = [one.message for one in plugin.engine.logged if one.severity == engine_pb2.WARNING]
    assert "does not hold" in warnings[-1]
    assert "rehearsal" in warnings[-1]


def test_a_wait_that_ends_without_a_pass_is_refused(plugin: PluginServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the reader returns, an enforced gate opens for a pass alone."""
    read = reader.read

    def spoiled(*given: object, **more: object) -> dict[str, object]:
        return {**read(*given, **more), "passed": "yes"}  # type: ignore[arg-type]

    monkeypatch.setattr(reader, "read", spoiled)
    refusal = "The gate stays shut: it failed with an unexpected error (NotPassedError). Code: unexpected"
    assert plugin.refusal(plugin.request(migrateId=1)) == refusal


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"migrateId": 0}, "migrateId is 0.0, but must be a whole number from 1 to"),
        ({}, "migrateId is None, but must be a whole number from 1 to"),
        ({"migrateId": 1, "region": ""}, "region is '', but must be the name of a region"),
        ({"migrateId": 1, "timeoutSeconds": -1}, "timeoutSeconds is -1.0, but must be a finite number"),
        (
            {"migrateId": 1, "timeoutSecond": 5},
            "timeoutSecond is 'given', but must be left out: there is no such input",
        ),
        ({"migrate_id": 1}, "'migrate_id' is 'given', but must be left out: there is no such input"),
        ({"migrateId": 1, "migrateIds": [1]}, "migrateIds is 'given', but must be left out"),
        ({"migrateId": 1, "triggers": ["1"]}, "triggers is 'given', but must be left out of a gate without a start"),
        ({"migrateId": 1, "start": "a start"}, "migrateId is 'given', but must be left out, since start gives it"),
        ({"start": "a start"}, "start is 'str', but must be a MigrationCheckStart"),
        ({"migrateId": 1, "enforce": "no"}, "enforce is 'no', but must be a boolean"),
        ({"migrateId": 1, "flowId": output(value=None)}, "flowId is None, but must be a whole number"),
        ({"migrateId": 1, "flowId": {"a": 1}}, "flowId is {'a': 1.0}, but must be a whole number"),
    ],
)
def test_an_invalid_input_is_refused_by_the_name_that_the_program_uses(
    plugin: PluginServer, emulator: object, given: dict[str, Any], words: str
) -> None:
    """Nothing is queried."""
    del emulator
    assert words in plugin.refusal(plugin.request(**given))


def test_a_secret_input_is_refused_without_its_value_and_stays_a_secret(plugin: PluginServer) -> None:
    """An output that repeats a secret input is a secret, too."""
    outputs = plugin.construct(plugin.request(migrateId=secret(1), region=output(value="ap-guangzhou", secret=True)))
    assert outputs["migrateId"] == secret(1)
    assert outputs["region"] == secret("ap-guangzhou")
    assert outputs["passed"] is True
    refusal = plugin.refusal(plugin.request(migrateId=secret("hunter2")))
    assert "hunter2" not in refusal
    assert "migrateId is '[secret]', but must be" in refusal


def test_a_secret_reason_is_not_shown(plugin: PluginServer) -> None:
    """The warning of a disabled gate says that there is one."""
    plugin.construct(plugin.request(migrateId=2, enforce=False, reason=secret("hunter2")))
    assert any("[secret]" in line for line in plugin.lines())
    assert not any("hunter2" in line for line in plugin.lines())


def test_a_component_that_cannot_be_registered_has_one_line(plugin: PluginServer) -> None:
    """The monitor's text is data."""
    request = plugin.request(migrateId=1)
    request.monitorEndpoint = "127.0.0.1:9"
    with pytest.raises(grpc.RpcError) as refused:
        plugin.construct(request)
    assert isinstance(refused.value, grpc.Call)
    assert "refused" in str(refused.value.details())


def test_the_engines_refusal_of_the_outputs_is_shown_as_it_is(plugin: PluginServer) -> None:
    """An update with a plan from the time before the pass ends so; the gate has no error of its own."""
    plugin.monitor.refuses_outputs = True
    with pytest.raises(grpc.RpcError) as refused:
        plugin.construct(plugin.request(migrateId=1))
    assert isinstance(refused.value, grpc.Call)
    assert refused.value.details() == "resource violates plan"
    assert all(one.severity != engine_pb2.ERROR for one in plugin.engine.logged)


def depending(request: provider_pb2.ConstructRequest, field: str) -> provider_pb2.ConstructRequest:
    """Let a component depend on `urn:pulumi:test::project::type::front`."""
    front = "urn:pulumi:test::project::type::front"
    if field == "inputDependencies":
        request.inputDependencies["migrateId"].urns.append(front)
    elif field in ("dependencies", "replace_with"):
        getattr(request, field).append(front)
    else:
        setattr(request, field, front)
    return request


@pytest.mark.parametrize("field", ["dependencies", "inputDependencies", "parent", "deletedWith", "replace_with"])
def test_a_gate_whose_new_dependency_is_left_out_is_not_registered(plugin: PluginServer, field: str) -> None:
    """Pulumi would write a state that it can't read; a preview and an existing dependency are accepted."""
    plugin.monitor.left_out.add("urn:pulumi:test::project::type::front")
    with pytest.raises(grpc.RpcError) as refused:
        plugin.construct(depending(plugin.request(migrateId=1), field))
    assert isinstance(refused.value, grpc.Call)
    assert str(refused.value.details()).startswith(
        "The gate gate depends on front, which is not in the stack: it failed,"
    )
    assert plugin.monitor.registered == []
    assert plugin.construct(depending(plugin.request(migrateId=1, preview=True), field))["passed"] is True
    plugin.monitor.left_out.clear()
    assert plugin.construct(depending(plugin.request(migrateId=1), field))["passed"] is True


def test_the_monitor_is_not_asked_about_the_stack(plugin: PluginServer) -> None:
    """Almost every gate has it as its parent, and asking would add the engine's own provider to the user's state."""
    request = plugin.request(migrateId=1)
    request.parent = "urn:pulumi:test::project::pulumi:pulumi:Stack::project-test"
    plugin.monitor.left_out.add(request.parent)
    assert plugin.construct(request)["passed"] is True


@pytest.mark.parametrize("key", ["camRoleName", "enablePodOidc", "assumeRole", "securityToken"])
def test_a_provider_that_says_who_sends_the_requests_says_it_alone(plugin: PluginServer, key: str) -> None:
    """The stack's settings about the caller would mix two accounts."""
    plugin.config[f"tencentcloud:{key}"] = "true"
    stack = plugin.config
    plugin.configure(secretId=stack["tencentcloud:secretId"], secretKey=stack["tencentcloud:secretKey"])
    assert plugin.construct(plugin.request(migrateId=1))["passed"] is True


def test_an_output_that_the_program_declares_as_secret_is_one(plugin: PluginServer) -> None:
    """`additionalSecretOutputs` are the engine's names."""
    request = plugin.request(migrateId=1)
    request.additionalSecretOutputs.extend(["migrateId", "nothing"])
    assert plugin.construct(request)["migrateId"] == secret(1)


@pytest.mark.parametrize("unknown", [wire.UNKNOWN, output(), {"a": [wire.UNKNOWN]}])
def test_a_preview_that_does_not_know_an_input_queries_nothing(plugin: PluginServer, unknown: object) -> None:
    """All outputs are unknown, and the row says why; an update with an unknown input is refused."""
    outputs = plugin.construct(plugin.request(preview=True, migrateId=unknown))
    assert outputs == dict.fromkeys(gate.OUTPUTS[CHECK] and map(wire.camel, gate.OUTPUTS[CHECK]), wire.UNKNOWN)
    assert plugin.lines()[-1].startswith("not queried in this preview: an input or a dependency is known only")
    assert plugin.refusal(plugin.request(migrateId=unknown)).startswith(
        "migrateId of the gate is not known in this update"
    )


def test_a_preview_that_does_not_know_the_flow_queries_without_it(plugin: PluginServer) -> None:
    """As in Python: the flow is often started by the same update."""
    outputs = plugin.construct(plugin.request(preview=True, migrateId=1, flowId=output("urn")))
    assert outputs["status"] == "unknown"


def test_the_flow_can_be_required(plugin: PluginServer) -> None:
    """The stack's setting holds for every gate that holds."""
    plugin.config["tcsql-check:requireFlow"] = "true"
    assert plugin.construct(plugin.request(migrateId=1, enforce=False))["passed"] is True
    assert "flowId is None, but must be given, since" in plugin.refusal(plugin.request(migrateId=1))
    plugin.config["tcsql-check:requireFlow"] = "yes"
    assert "tcsql-check:requireFlow is 'yes', but must be true or false" in plugin.refusal(plugin.request(migrateId=1))


def test_a_misspelt_key_keeps_the_gate_shut(plugin: PluginServer) -> None:
    """What it was meant to set is not set, in the stack's configuration or in the provider's."""
    plugin.config["tcsql-check:requireFlw"] = "true"
    assert "tcsql-check:requireFlw is 'given', but must be left out" in plugin.refusal(plugin.request(migrateId=1))
    del plugin.config["tcsql-check:requireFlw"]
    plugin.configure(endpont="http://127.0.0.1:1")
    assert "tcsql-check:endpont is 'given', but must be left out" in plugin.refusal(plugin.request(migrateId=1))


def test_the_providers_own_configuration_counts_before_the_stacks(plugin: PluginServer) -> None:
    """A key of Tencent Cloud's provider is one of its keys, any other is one of the gate's."""
    plugin.configure(region="ap-shanghai", language="zh", version="1.0.0")
    assert plugin.construct(plugin.request(migrateId=1))["region"] == "ap-shanghai"
    plugin.construct(plugin.request(migrateId=4, pollIntervalSeconds=0.1))
    assert "已通过" in plugin.lines()[-1]


def test_the_stacks_configuration_counts_before_that_of_the_engines_own_provider(
    plugin: PluginServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With `--target` of another resource, that has the configuration of the last update."""
    monkeypatch.setenv("PULUMI_CONFIG", "{}")
    old = struct({"region": "ap-shanghai"})
    plugin.stub.Configure(provider_pb2.ConfigureRequest(args=old, name="default_0_1_0"))
    assert plugin.construct(plugin.request(migrateId=1))["region"] == "ap-guangzhou"
    plugin.stub.Configure(provider_pb2.ConfigureRequest(args=old, name="default-of-shanghai"))
    assert plugin.construct(plugin.request(migrateId=1))["region"] == "ap-shanghai"


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("PULUMI_OPTION_CONFIG", "tcsql-check:endpoint=http://127.0.0.1:1"),
        ("PULUMI_OPTION_CONFIG_FILE", "other.yaml"),
        ("PULUMI_OPTION_OVERRIDE_ENV", "other"),
    ],
)
def test_pulumis_own_variables_choose_no_endpoint(
    plugin: PluginServer, monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    """As in Python; nothing is queried."""
    monkeypatch.setenv(variable, value)
    assert plugin.refusal(plugin.request(migrateId=1)).startswith(f"{variable} is '")


def test_an_unsupported_language_is_refused_in_english(plugin: PluginServer) -> None:
    """As any other invalid setting."""
    plugin.config["tcsql-check:language"] = "de"
    assert "tcsql-check:language is 'de', but must be en or zh" in plugin.refusal(plugin.request(migrateId=1))


def test_a_cancelled_update_ends_every_wait(plugin: PluginServer) -> None:
    """Each gate has an error."""
    calls = [
        plugin.stub.Construct.future(plugin.request(name=f"gate-{number}", migrateId=3), timeout=30)
        for number in range(8)
    ]
    until(lambda: len({one.urn for one in plugin.engine.logged}) == len(calls))
    plugin.stub.Cancel(empty_pb2.Empty())
    for call in calls:
        assert isinstance(call.exception(timeout=5), grpc.RpcError)
    errors = [one for one in plugin.engine.logged if one.severity == engine_pb2.ERROR]
    assert len(errors) == len(calls)
    assert all(one.message.startswith("The wait for the migration check was cancelled") for one in errors)


def test_a_refusal_ends_the_waits_of_the_other_gates(plugin: PluginServer) -> None:
    """The update has failed; the others say at which gate."""
    waiting = plugin.stub.Construct.future(plugin.request(name="waiting", migrateId=3), timeout=30)
    until(lambda: bool(plugin.engine.logged))
    plugin.refusal(plugin.request(name="failed", migrateId=2))
    assert isinstance(waiting.exception(timeout=5), grpc.RpcError)
    assert "failed" in plugin.lines()[-1]
    assert plugin.lines()[-1].endswith("Code: another-gate-failed")


def test_a_refused_preview_ends_no_other_wait(plugin: PluginServer) -> None:
    """An error in a preview isn't the end of an update."""
    plugin.refusal(plugin.request(preview=True, migrateId=0))
    assert plugin.construct(plugin.request(migrateId=1))["passed"] is True


def test_the_options_of_the_component_are_kept(plugin: PluginServer) -> None:
    """The engine gets them with the registration: a parent, an alias, and dependencies with those of each input."""
    request = plugin.request(migrateId=1)
    request.parent, request.protect = "urn:parent", True
    request.aliases.append(alias_pb2.Alias(urn="urn:alias"))
    request.dependencies.append("urn:dependency")
    request.providers["tcsql-check"] = "urn:provider::id"
    request.inputDependencies["migrateId"].urns.append("urn:migration")
    request.resource_hooks.before_create.append("a hook")
    plugin.construct(request)
    registered = plugin.monitor.registered[0]
    assert (registered.parent, registered.protect, [*registered.dependencies]) == (
        "urn:parent",
        True,
        ["urn:dependency"],
    )
    assert registered.aliases[0].urn == "urn:alias"
    assert registered.providers == {"tcsql-check": "urn:provider::id"}
    assert [*registered.propertyDependencies["migrateId"].urns] == ["urn:migration"]
    assert [*registered.hooks.before_create] == ["a hook"]


def test_a_report_is_written_and_an_earlier_one_is_removed(
    plugin: PluginServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A gate that is refused before its first query must not keep an earlier pass."""
    monkeypatch.setenv("TCSQL_CHECK_REPORT", str(tmp_path / "reports"))
    report = tmp_path / "reports" / "test.gate.json"
    plugin.construct(plugin.request(migrateId=1))
    written = json.loads(report.read_text(encoding="utf-8"))
    assert (written["gate"]["urn"], written["verdict"]) == (urn("gate"), "passed")
    plugin.construct(plugin.request(migrateId=1, preview=True))
    plugin.construct(plugin.request(GROUP, migrateIds=[1]))
    assert report.exists()  # two gates may have one name, below two components
    plugin.process.__init__(plugin.process.engine)  # type: ignore[misc]  # the next update's process
    plugin.refusal(plugin.request(migrateId=wire.UNKNOWN))
    assert not report.exists()
