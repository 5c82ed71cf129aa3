"""A real `pulumi up` in one of two accounts, which both have a migration with the same number.

The check has passed in the first account and failed in the second, or the other way round. The emulator also replaces
the token service and the instance metadata.
"""

import json
from typing import Any

import pytest
from harness.emulated_services import make_role_arn
from harness.sandbox import BuildSandbox, Sandbox, error_messages

from pulumi_tcsql_check.emulator import ACCOUNT_ID, OTHER_ACCOUNT_ID

FAST = {"poll_interval_seconds": 0.2}
QUERY = "QueryMigrationCheckProcess"
KEYS = ("TENCENTCLOUD_SECRET_ID", "TENCENTCLOUD_SECRET_KEY")


def asked(sandbox: Sandbox) -> list[tuple[Any, Any]]:
    """Return the requests, each with its account."""
    return [(request["action"], request["account"]) for request in sandbox.emulator.requests]


def configure(sandbox: Sandbox, path: str, value: str, *flags: str) -> None:
    """Set a part of the stack's configuration, as a user does."""
    done = sandbox.stack.run("config", "set", "--path", *flags, path, value)
    assert done.exit_code == 0, done.screen


def test_a_gate_queries_as_the_role_that_the_stack_assumes(build: BuildSandbox) -> None:
    """A failed check in the role's account holds the stack, although the check in the caller's account has passed."""
    sandbox = build("pass", FAST, other="failed")
    sandbox.emulate_services()
    configure(sandbox, "tencentcloud:assumeRole.roleArn", make_role_arn(OTHER_ACCOUNT_ID))
    configure(sandbox, "tencentcloud:assumeRole.sessionName", "deploy")
    configure(sandbox, "tencentcloud:assumeRole.sessionDuration", "900")
    configure(sandbox, "tencentcloud:assumeRole.externalId", "an-external-id", "--secret")
    refused = sandbox.stack.up()
    assert refused.exit_code != 0
    (sentence,) = error_messages(refused)
    assert sentence.startswith("migration check 1066 (ap-guangzhou) failed at step 4 of 8")
    assert sandbox.records == {}
    as_the_role = [(action, OTHER_ACCOUNT_ID) for action in (QUERY, "DescribeMigrations", QUERY)]
    assert asked(sandbox) == [("AssumeRole", ACCOUNT_ID), *as_the_role]
    assert "an-external-id" not in refused.screen + str(sandbox.stack.state())


def test_a_role_in_the_environment_passes_where_its_own_check_has_passed(build: BuildSandbox) -> None:
    """A failed check with the same id in the account that assumes the role has no effect."""
    role = {
        "TENCENTCLOUD_ASSUME_ROLE_ARN": make_role_arn(OTHER_ACCOUNT_ID),
        "TENCENTCLOUD_ASSUME_ROLE_SESSION_NAME": "deploy",
    }
    sandbox = build("failed", FAST, environ=role, other="pass")
    sandbox.emulate_services()
    result = sandbox.stack.up()
    assert result.exit_code == 0, result.screen
    assert sandbox.records == {"behind": "new"}
    assert asked(sandbox) == [("AssumeRole", ACCOUNT_ID), (QUERY, OTHER_ACCOUNT_ID)]


def test_a_wrong_account_is_refused_before_any_query(build: BuildSandbox) -> None:
    """Neither preview nor update sees that the check with the same number has passed in that account."""
    sandbox = build("pass", FAST)
    sandbox.emulate_services()
    configure(sandbox, "tencentcloud:allowedAccountIds[0]", OTHER_ACCOUNT_ID)
    for command in (("preview",), ("up", "--yes", "--skip-preview")):
        refused = sandbox.stack.run(*command)
        assert refused.exit_code != 0
        assert error_messages(refused)[0].removeprefix("Preview failed: ") == (
            f"The credentials ...Q7Z9 from the environment belong to account {ACCOUNT_ID}, which "
            "tencentcloud:allowedAccountIds does not list. Then: nothing was queried with them. Use those of an "
            "allowed account, then run again: pulumi up Code: account"
        )
        assert "Traceback" not in refused.screen
    assert sandbox.records == {}
    assert set(asked(sandbox)) == {("GetCallerIdentity", ACCOUNT_ID)}

    configure(sandbox, "tencentcloud:allowedAccountIds[1]", ACCOUNT_ID)
    result = sandbox.stack.up()
    assert result.exit_code == 0, result.screen
    assert sandbox.records == {"behind": "new"}
    assert asked(sandbox)[-2:] == [("GetCallerIdentity", ACCOUNT_ID), (QUERY, ACCOUNT_ID)]


def test_a_gate_that_is_not_enforced_holds_nothing_in_a_wrong_account(build: BuildSandbox) -> None:
    """With `enforce=False` a warning names the problem, and the API still gets no query."""
    sandbox = build("pass", {"enforce": False})
    sandbox.emulate_services()
    configure(sandbox, "tencentcloud:forbiddenAccountIds[0]", ACCOUNT_ID)
    result = sandbox.stack.up()
    assert result.exit_code == 0, result.screen
    assert f"belong to account {ACCOUNT_ID}, which tencentcloud:forbiddenAccountIds forbids" in result.words
    assert sandbox.stack.outputs()["passed"] is False
    assert asked(sandbox) == [("GetCallerIdentity", ACCOUNT_ID)]


def test_an_instance_queries_as_its_role(build: BuildSandbox) -> None:
    """With `camRoleName` the credentials come from the instance metadata, even if the environment has a key pair."""
    sandbox = build("pass", FAST, {"tencentcloud:camRoleName": "emulated"})
    sandbox.emulate_services()
    result = sandbox.stack.up()
    assert result.exit_code == 0, result.screen
    assert asked(sandbox) == [(None, None), (QUERY, ACCOUNT_ID)]


def test_a_pod_queries_as_the_role_of_its_identity(build: BuildSandbox) -> None:
    """Without other credentials, the gate exchanges the pod's identity for the role's credentials."""
    sandbox = build("failed", FAST, other="pass")
    sandbox.emulate_services()
    identity = sandbox.folder.parent / "identity"
    identity.write_text("an identity", encoding="utf-8")
    for name in KEYS:
        del sandbox.stack.environ[name]
    sandbox.stack.environ |= {
        "TKE_REGION": "ap-guangzhou",
        "TKE_PROVIDER_ID": "OIDC",
        "TKE_WEB_IDENTITY_TOKEN_FILE": str(identity),
        "TKE_ROLE_ARN": make_role_arn(OTHER_ACCOUNT_ID),
    }
    result = sandbox.stack.up()
    assert result.exit_code == 0, result.screen
    assert asked(sandbox) == [("AssumeRoleWithWebIdentity", None), (QUERY, OTHER_ACCOUNT_ID)]


@pytest.mark.thorough
def test_a_session_that_expires_during_a_wait_is_renewed(build: BuildSandbox) -> None:
    """The gate assumes the role again for as long as the check takes, and the update passes."""
    role = {"roleArn": make_role_arn(ACCOUNT_ID), "sessionName": "deploy", "sessionDuration": 2}
    sandbox = build("slow", FAST, {"tencentcloud:assumeRole": json.dumps(role)})
    sandbox.emulate_services()
    result = sandbox.stack.up()
    assert result.exit_code == 0, result.screen
    assert sandbox.records == {"behind": "new"}
    actions = [action for action, _ in asked(sandbox)]
    assert actions.count("AssumeRole") >= 3
    assert actions[-1] == QUERY


@pytest.mark.parametrize(
    ("config", "environ", "sentence"),
    [
        pytest.param(
            {"tencentcloud:assumeRoleWithSaml": '{"roleArn": "r"}'},
            {},
            "The stack's configuration sets tencentcloud:assumeRoleWithSaml, which the gate doesn't honour",
            marks=pytest.mark.thorough,
        ),
        (
            {"tencentcloud:profile": "prod"},
            dict.fromkeys(KEYS, ""),
            "tencentcloud:profile asks for ~/.tccli/prod.credential and ~/.tencentcloud/credentials (prod), where",
        ),
        (
            {"tencentcloud:protocol": "HTTP", "tcsql-check:endpoint": ""},
            {},
            "tencentcloud:protocol is 'HTTP', but must be HTTPS: over HTTP only this machine is queried",
        ),
    ],
)
def test_an_unsupported_configuration_is_refused_in_one_sentence(
    build: BuildSandbox, config: dict[str, str], environ: dict[str, str], sentence: str
) -> None:
    """The gate sends no request."""
    sandbox = build("pass", FAST, config, environ)
    sandbox.emulate_services()
    refused = sandbox.stack.up()
    assert refused.exit_code != 0
    assert error_messages(refused)[0].startswith(sentence)
    assert sandbox.emulator.requests == []


@pytest.mark.thorough
def test_every_variable_that_looks_like_an_endpoint_is_ignored(build: BuildSandbox) -> None:
    """The stack's own endpoint gets the queries; preview and update name it and the unknown keys in warnings."""
    names = ("ENDPOINT", "SQLSERVER_ENDPOINT", "STS_ENDPOINT", "DOMAIN", "PROTOCOL", "ROOT_DOMAIN", "API_ENDPOINT")
    environ = {f"TENCENTCLOUD_{name}": "http://127.0.0.1:9" for name in names}
    environ |= {"TCSQL_CHECK_ENDPOINT": "http://127.0.0.1:9", "TCCLI_ENDPOINT": "http://127.0.0.1:9"}
    sandbox = build("pass", FAST, {"tencentcloud:zeal": "much"}, environ)
    url = sandbox.emulator.url
    warning = f"warning: migration check 1066 (ap-guangzhou) is queried at {url}, which is not Tencent Cloud."
    for command in (("preview",), ("up", "--yes", "--skip-preview")):
        result = sandbox.stack.run(*command)
        assert result.exit_code == 0, result.screen
        assert warning in result.words
        assert (
            "warning: The gate ignores what it doesn't know in the stack's configuration: tencentcloud:zeal"
            in result.words
        )
    assert asked(sandbox) == [(QUERY, ACCOUNT_ID)] * 2
