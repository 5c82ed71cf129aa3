"""A real `pulumi up` with a gate, against the emulator."""

import json
from pathlib import Path

import pytest
import trustme
from harness.sandbox import BuildSandbox, Sandbox, error_messages
from harness.scripted_server import ScriptedServer, answer, behind_connect, tls_of
from harness.stack import ENDPOINT_KEY

FAST = {"poll_interval_seconds": 0.2}
PREVIEW, UP = ("preview",), ("up", "--yes", "--skip-preview")
PASSED = (
    '{"Response":{"TotalStep":1,"CurrentStep":1,"StepDetails":[{"Name":"n","Status":0,"Msg":"m"}],"RequestId":"r"}}'
)


def test_a_passed_check_costs_one_request_per_command_and_none_on_destroy(build: BuildSandbox) -> None:
    """An update, a second one and a refresh send one request each, a destroy none, and outputs have their types.

    The state has an external resource with the pinned type, id and outputs, and without a request id.
    """
    sandbox = build("pass")
    first = sandbox.stack.up()
    assert first.exit_code == 0, first.screen
    assert sandbox.records == {"behind": "new"}
    outputs = sandbox.stack.outputs()
    assert (outputs["total"], outputs["current"], outputs["passed"], outputs["status"]) == (8, 8, True, "passed")
    assert (outputs["migrate_id"], outputs["region"], outputs["types"]) == (1066, "ap-guangzhou", ["Step"])
    assert [step["state"] for step in outputs["steps"]] == ["passed"] * 8
    assert set(outputs["steps"][0]) == {"name", "status", "state", "message"}
    check = sandbox.stack.resource("orders")
    assert check is not None
    assert check["external"] is True
    assert check["type"] == "pulumi-python:dynamic/tcsql:MigrationCheck"
    assert check["id"] == "ap-guangzhou/1066"
    names = {"total", "current", "steps", "passed", "status", "migrate_id", "region", "enforce", "failed_statuses"}
    assert set(check["outputs"]) == names | {"__provider"}
    assert len(sandbox.emulator.requests) == 1

    assert sandbox.stack.up().exit_code == 0
    assert len(sandbox.emulator.requests) == 2

    assert sandbox.stack.run("preview", "--expect-no-changes").exit_code == 0
    assert len(sandbox.emulator.requests) == 3

    assert sandbox.stack.run("refresh", "--yes", "--skip-preview").exit_code == 0
    assert len(sandbox.emulator.requests) == 4

    assert sandbox.stack.run("destroy", "--yes", "--skip-preview").exit_code == 0
    assert len(sandbox.emulator.requests) == 4
    assert sandbox.records == {}


@pytest.mark.thorough
def test_the_nonce_changes_nothing_else(build: BuildSandbox) -> None:
    """No update or refresh has a change, no diff shows the field, and no output of the stack has it."""
    sandbox = build("pass", config={"test:exportAll": "true"})
    assert sandbox.stack.up().exit_code == 0
    (exported, provider) = (sandbox.stack.outputs(), provider_of(sandbox))
    assert not set(exported["check"]) & {"wait", "from_outputs", "__provider"}
    for command in (UP, ("up", "--yes", "--refresh"), ("refresh", "--yes")):
        seen = sandbox.stack.run(*command, "--diff", "--expect-no-changes")
        assert seen.exit_code == 0, seen.screen
        assert "__provider" not in seen.screen
        assert provider not in seen.screen
    assert provider_of(sandbox) != provider
    assert sandbox.stack.outputs() == exported


def own_endpoint(sandbox: Sandbox, endpoint: str) -> None:
    """Set an endpoint other than the emulator's in the stack's file."""
    config = sandbox.stack.config_file.read_text(encoding="utf-8")
    assert sandbox.emulator.url in config
    sandbox.stack.config_file.write_text(config.replace(sandbox.emulator.url, endpoint), encoding="utf-8")


@pytest.mark.parametrize(
    ("variable", "command"),
    [
        ("PULUMI_OPTION_CONFIG", UP),
        ("PULUMI_OPTION_CONFIG_FILE", PREVIEW),
        pytest.param("PULUMI_OPTION_CONFIG", PREVIEW, marks=pytest.mark.thorough),
        pytest.param("PULUMI_OPTION_CONFIG_FILE", UP, marks=pytest.mark.thorough),
    ],
)
def test_a_variable_of_pulumi_does_not_choose_the_endpoint(
    build: BuildSandbox, variable: str, command: tuple[str, ...]
) -> None:
    """A stand-in that would pass gets no query, and nothing is created; the error names the variable."""
    sandbox = build("pass")
    other = sandbox.stack.config_file.with_name("Pulumi.other.yaml")
    other.write_bytes(sandbox.stack.config_file.read_bytes())
    own_endpoint(sandbox, "https://sqlserver.tencentcloudapi.com")
    values = {"PULUMI_OPTION_CONFIG": f"{ENDPOINT_KEY}={sandbox.emulator.url}", "PULUMI_OPTION_CONFIG_FILE": str(other)}
    sandbox.stack.environ[variable] = values[variable]
    refused = sandbox.stack.run(*command)
    assert refused.exit_code != 0
    assert any(f"{variable} is " in error for error in error_messages(refused)), refused.screen
    assert sandbox.records == {}
    assert sandbox.emulator.requests == []


def test_the_error_says_how_to_undo_what_pulumi_has_saved(build: BuildSandbox) -> None:
    """Pulumi writes what `PULUMI_OPTION_CONFIG` sets into the stack's file, where it outlives the variable."""
    sandbox = build("pass")
    stand_in = sandbox.emulator.url
    own_endpoint(sandbox, "https://sqlserver.tencentcloudapi.com")
    sandbox.stack.environ["PULUMI_OPTION_CONFIG"] = f"other:key=value,endpoint={stand_in}"  # the project is tcsql-check
    refused = sandbox.stack.run("preview")
    (error,) = error_messages(refused)
    assert "Pulumi has saved the key in the stack's file as well" in error
    assert stand_in in sandbox.stack.config_file.read_text(encoding="utf-8")
    del sandbox.stack.environ["PULUMI_OPTION_CONFIG"]
    assert f"`pulumi config rm {ENDPOINT_KEY}`" in error
    assert sandbox.stack.run("config", "rm", ENDPOINT_KEY).exit_code == 0
    assert stand_in not in sandbox.stack.config_file.read_text(encoding="utf-8")
    assert sandbox.emulator.requests == []


def test_a_variable_of_pulumi_does_not_choose_the_endpoint_of_a_refresh(build: BuildSandbox) -> None:
    """A refresh reads the gate too, and could write a stand-in's pass into the state."""
    sandbox = build("pass")
    passed = sandbox.stack.up()
    assert passed.exit_code == 0, passed.screen
    before = len(sandbox.emulator.requests)
    sandbox.stack.environ["PULUMI_OPTION_CONFIG"] = f"{ENDPOINT_KEY}={sandbox.emulator.url}"
    refused = sandbox.stack.run("refresh", "--yes")
    assert refused.exit_code != 0
    assert any("PULUMI_OPTION_CONFIG is " in error for error in error_messages(refused)), refused.screen
    assert len(sandbox.emulator.requests) == before


def test_a_variable_of_pulumi_may_set_another_key(build: BuildSandbox) -> None:
    """The gate uses the endpoint from the stack's own file."""
    option = "test:other=value,shop:domain=cloud.example,domain=cloud.example"
    sandbox = build("pass", environ={"PULUMI_OPTION_CONFIG": option})
    passed = sandbox.stack.up()
    assert passed.exit_code == 0, passed.screen
    assert sandbox.records == {"behind": "new"}


@pytest.mark.thorough
def test_a_proxy_that_can_answer_for_tencent_cloud_works_and_is_named(build: BuildSandbox, tmp_path: Path) -> None:
    """A preview and an update each name both variables in one warning, without the proxy's password."""
    sandbox, authority, bundle = build("pass"), trustme.CA(), tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(str(bundle))
    host = "sqlserver.tencentcloudapi.com"
    own_endpoint(sandbox, f"https://{host}")
    with ScriptedServer(behind_connect(tls_of(authority, host), answer(PASSED))) as proxy:
        sandbox.stack.environ["HTTPS_PROXY"] = f"http://somebody:a-password@{proxy.host}"
        sandbox.stack.environ["REQUESTS_CA_BUNDLE"] = str(bundle)
        for command in (("preview",), ("up", "--yes", "--skip-preview")):
            result = sandbox.stack.run(*command)
            assert result.exit_code == 0, result.screen
            named = "the proxy in HTTPS_PROXY and trust the certificates in REQUESTS_CA_BUNDLE"
            assert result.words.count(named) == 1, result.screen
            assert "a-password" not in result.screen
    assert sandbox.records == {"behind": "new"}
    assert {request.line.split()[1] for request in proxy.requests} == {f"{host}:443"}


def provider_of(sandbox: Sandbox) -> str:
    """Return the pickled provider in the gate's state."""
    check = sandbox.stack.resource("orders")
    assert check is not None
    provider: str = check["outputs"]["__provider"]
    return provider


def test_what_depends_on_a_running_check_is_created_only_after_it_passed(build: BuildSandbox) -> None:
    """The update waits, shows each step on the gate's row, and then creates what is behind it."""
    sandbox = build("quick", FAST)

    def see(line: str) -> None:
        if ": running" in line:
            assert sandbox.records == {}

    result = sandbox.stack.watch(see, "up", "--yes", "--skip-preview")
    screen = result.screen
    assert result.exit_code == 0, screen
    assert "1/8 · 30 min left · Source database connectivity check: running" in screen
    assert "4/8 · 30 min left · Character set check: running" in screen
    assert screen.index("Target database existence check: passed") < screen.index("Record behind created")
    assert sandbox.records == {"behind": "new"}


def test_a_failed_check_ends_the_update_and_creates_nothing(build: BuildSandbox) -> None:
    """The exit code isn't 0, one error names the step and what to do, and there is no traceback."""
    sandbox = build("failed", FAST)
    sentence = sandbox.refused_up()
    assert sentence.startswith("migration check 1066 (ap-guangzhou) failed at step 4 of 8 ✓ 1 Source database")
    assert (
        "Check: The source and the target database need the same character set (collation): compare the two at the "
        'level of the database, and make them the same. API: "Check whether the character sets are consistent." '
        "Then: fix the cause, then run: "
        f"tcsql-check start 1066 --region ap-guangzhou --endpoint {sandbox.emulator.url} pulumi up "
        "Code: check-failed Request: "
    ) in sentence
    polls = [one for one in sandbox.emulator.requests if one["action"] == "QueryMigrationCheckProcess"]
    assert len(polls) == 2


def test_a_check_that_does_not_pass_in_time_ends_the_update(build: BuildSandbox) -> None:
    """At the deadline the error says what was last seen, and nothing is created."""
    sandbox = build("running", {"timeout_seconds": 1, **FAST})
    sentence = sandbox.refused_up()
    assert sentence.startswith("migration check 1066 (ap-guangzhou) had not passed after 1 s ✓ 1 Source database")
    assert (
        "Seen: 3/8 Hard disk space check: running, with status 1, for 1 s; for the check as a whole the API last "
        'reported "checking" (CheckFlag 3) Looks: as if the step still runs Then: raise timeout_seconds, or run again '
        "to continue waiting: pulumi up Code: timed-out"
    ) in sentence


@pytest.mark.parametrize("scenario", ["running", "failed"])
def test_a_preview_shows_the_check_and_never_waits_or_fails(build: BuildSandbox, scenario: str) -> None:
    """For every verdict there is one request, exit code 0, and known outputs."""
    sandbox = build(scenario, {"timeout_seconds": 3600})
    result = sandbox.stack.run("preview")
    assert result.exit_code == 0, result.screen
    assert {"running": "3/8 Hard disk space check: running", "failed": "4/8 Character set check: failed"}[
        scenario
    ] in result.screen
    assert f'status    : "{scenario}"' in result.screen
    assert len(sandbox.emulator.requests) == 1


def test_target_of_a_dependent_does_not_bypass_the_gate(build: BuildSandbox) -> None:
    """With `--target` of the resource behind the gate, a failed check still ends the update."""
    sandbox = build("failed", FAST)
    behind = "urn:pulumi:rehearsal::tcsql-check::pulumi-python:dynamic/cutover:Record::behind"
    sandbox.refused_up("--target", behind)


@pytest.mark.thorough
def test_a_refusal_deletes_nothing_even_with_continue_on_error(build: BuildSandbox) -> None:
    """A resource that the program no longer declares stays until the check has passed, and is deleted then."""
    sandbox = build("by-id", {"migrate_id": 1, **FAST})
    program = sandbox.stack.project / "__main__.py"
    text = program.read_text(encoding="utf-8")
    program.write_text(text + 'Record("old", config.require("folder"), "old")\n', encoding="utf-8")
    assert sandbox.stack.up().exit_code == 0
    assert sandbox.records == {"behind": "new", "old": "old"}

    program.write_text(text, encoding="utf-8")
    config = sandbox.stack.config_file.read_text(encoding="utf-8")
    sandbox.stack.config_file.write_text(config.replace('"migrate_id\\": 1,', '"migrate_id\\": 2,'), encoding="utf-8")
    refused = sandbox.stack.up("--continue-on-error")
    assert refused.exit_code != 0
    assert sandbox.records == {"behind": "new", "old": "old"}
    assert any(
        error.startswith("migration check 2 (ap-guangzhou) failed at step 4") for error in error_messages(refused)
    )
    assert (
        "The gate orders did not pass, so the program ends before the engine deletes what was removed from it"
        in refused.words
    )
    assert "Traceback" not in refused.screen

    sandbox.stack.config_file.write_text(config, encoding="utf-8")
    assert sandbox.stack.up("--continue-on-error").exit_code == 0
    assert sandbox.records == {"behind": "new"}


def test_enforce_false_queries_once_warns_and_holds_nothing(build: BuildSandbox) -> None:
    """With `enforce=False` a failed check lets the update through, and a warning says so, with the reason."""
    sandbox = build("failed", {"enforce": False, "reason": "change 4711"})
    result = sandbox.stack.up()
    assert result.exit_code == 0, result.screen
    assert sandbox.records == {"behind": "new"}
    assert "warning: enforce is false: migration check 1066 (ap-guangzhou) does not hold the update" in result.words
    assert " Reason: change 4711 " in result.words
    assert sandbox.stack.outputs()["passed"] is False
    assert len(sandbox.emulator.requests) == 1
    assert sandbox.stack.run("refresh", "--yes", "--skip-preview").exit_code == 0


def test_an_id_from_another_resource_is_unknown_in_preview_and_awaited_on_up(build: BuildSandbox) -> None:
    """A preview sends no request, and the update waits for the migration that it created."""
    sandbox = build("quick", FAST, {"test:idFromResource": "true"})
    assert sandbox.stack.run("preview").exit_code == 0
    assert sandbox.emulator.requests == []
    result = sandbox.stack.up()
    assert result.exit_code == 0, result.screen
    polls = [one for one in sandbox.emulator.requests if one["action"] == "QueryMigrationCheckProcess"]
    assert {request["migrate_id"] for request in polls} == {1066}
    assert sandbox.records == {"behind": "new"}
    check = sandbox.stack.resource("orders")
    assert check is not None
    assert check["id"] == "ap-guangzhou/1066"


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("endpoint", None),
        pytest.param("enforce", False, marks=pytest.mark.thorough),
        pytest.param("failed_statuses", [-7], marks=pytest.mark.thorough),
    ],
)
def test_a_preview_sends_no_request_while_an_input_is_unknown(build: BuildSandbox, name: str, value: object) -> None:
    """With a default in its place, it could query another endpoint than the update, or ignore `enforce`."""
    sandbox = build("failed", {}, {"test:late": name})
    inputs = {name: sandbox.emulator.url if name == "endpoint" else value, **FAST}
    config = sandbox.stack.config_file.read_text(encoding="utf-8")
    sandbox.stack.config_file.write_text(
        config.replace('test:inputs: "{}"', f"test:inputs: {json.dumps(json.dumps(inputs))}"), encoding="utf-8"
    )
    preview = sandbox.stack.run("preview")
    assert preview.exit_code == 0, preview.screen
    assert sandbox.emulator.requests == []
    assert "passed    : [unknown]" in preview.screen
    assert (sandbox.stack.up().exit_code == 0) is (name == "enforce")
    assert sandbox.emulator.requests != []


@pytest.mark.thorough
def test_leaving_out_the_resource_that_gives_the_id_keeps_the_state_valid(build: BuildSandbox) -> None:
    """One error ends the update before the engine writes a gate with a missing dependency; the next update works."""
    sandbox = build("pass", config={"test:idFromResource": "true"})
    refused = sandbox.stack.up("--target", "**:Record::*")
    assert refused.exit_code != 0
    assert error_messages(refused)[0].startswith(
        "migrate_id of the gate is not known in this update: the resource that brings it has failed, or was left out "
        "by --target or --exclude."
    )
    assert sandbox.records == {}
    assert sandbox.stack.up().exit_code == 0
    assert sandbox.records == {"behind": "new"}


def test_a_bad_plain_value_is_refused_at_the_users_line(build: BuildSandbox) -> None:
    """The error names the user's line, and no request is sent."""
    sandbox = build("pass", {"migrate_id": 1.5})
    result = sandbox.stack.up()
    assert result.exit_code != 0
    program = (sandbox.stack.project / "__main__.py").read_text(encoding="utf-8").splitlines()
    line = next(number for number, text in enumerate(program, start=1) if text.startswith("check = MigrationCheck("))
    assert error_messages(result)[0] == (
        f"migrate_id is 1.5, but must be a whole number from 1 to 9007199254740991. (__main__.py, line {line})"
    )
    assert "Traceback" not in result.screen
    assert sandbox.emulator.requests == []


@pytest.mark.parametrize(
    ("inputs", "sentence"),
    [
        ({"migrate_id": 1.5}, "migrate_id is 1.5, but must be a whole number from 1 to 9007199254740991."),
        pytest.param(
            {"timeout_seconds": 0},
            "timeout_seconds is 0.0, but must be a finite number of seconds greater than 0.",
            marks=pytest.mark.thorough,
        ),
        (
            {"endpoint": "http://sqlserver.tencentcloudapi.com"},
            (
                "endpoint is 'http://sqlserver.tencentcloudapi.com', but must be a bare host or https://host[:port], "
                "or http://host[:port] where the host is a loopback address."
            ),
        ),
    ],
)
def test_a_bad_value_from_an_output_is_refused_by_the_provider(
    build: BuildSandbox, inputs: dict[str, object], sentence: str
) -> None:
    """The provider validates an output's value once it is known, with the same text, before any request."""
    sandbox = build("pass", inputs, {"test:asOutputs": "true"})
    result = sandbox.stack.up()
    assert result.exit_code != 0
    assert error_messages(result) == [f"{sentence} Code: invalid-input"]
    assert sandbox.emulator.requests == []
    assert sandbox.records == {}


def test_a_gate_works_inside_a_component(build: BuildSandbox) -> None:
    """A component as the parent changes only the URN."""
    sandbox = build("pass", config={"test:inComponent": "true"})
    assert sandbox.stack.up().exit_code == 0
    check = sandbox.stack.resource("orders")
    assert check is not None
    assert "test:index:Database$pulumi-python:dynamic/tcsql:MigrationCheck" in check["urn"]


def test_credentials_come_from_the_stack_configuration(build: BuildSandbox) -> None:
    """The gate uses the stack's own key pair if the environment has none."""
    sandbox = build("pass")
    secret_id = sandbox.stack.environ.pop("TENCENTCLOUD_SECRET_ID")
    secret_key = sandbox.stack.environ.pop("TENCENTCLOUD_SECRET_KEY")
    token = sandbox.stack.environ.pop("TENCENTCLOUD_TOKEN")
    without = sandbox.stack.up()
    assert without.exit_code != 0
    assert error_messages(without)[0].startswith(
        "No Tencent Cloud credentials were found. Tried: in this order: the stack's config"
    )
    assert sandbox.emulator.requests == []

    sandbox.stack.set_secret("tencentcloud:secretId", secret_id)
    sandbox.stack.set_secret("tencentcloud:secretKey", secret_key)
    sandbox.stack.set_secret("tencentcloud:securityToken", token)
    result = sandbox.stack.up()
    assert result.exit_code == 0, result.screen
    assert len(sandbox.emulator.requests) == 1


@pytest.mark.parametrize("source", ["config", pytest.param("environment", marks=pytest.mark.thorough)])
def test_the_messages_of_a_stack_can_be_chinese(build: BuildSandbox, source: str) -> None:
    """The row, warning, error and the program's own output are Chinese; the state and the codes are unchanged."""
    sandbox = build(
        "failed", {**FAST, "enforce": False}, config={"tcsql-check:language": "zh"} if source == "config" else {}
    )
    if source == "environment":
        sandbox.stack.environ["TCSQL_CHECK_LANGUAGE"] = "zh"
    let_through = sandbox.stack.up()
    assert let_through.exit_code == 0, let_through.screen
    assert "warning: enforce 为 false：无论结果如何，迁移校验 1066（ap-guangzhou）" in let_through.screen
    assert sandbox.stack.outputs()["steps"][3]["name"] == "Character set check"

    refused = sandbox.stack.run("up", "--yes", "--skip-preview", "-c", f"test:inputs={json.dumps(FAST)}")
    assert refused.exit_code != 0
    assert "error: 迁移校验 1066（ap-guangzhou）失败：第 4 步未通过，共 8 步\n" in refused.screen
    assert "      ✗ 4 字符集检查：失败（状态码 -1）\n" in refused.screen
    assert "      代码：   check-failed\n" in refused.screen
