"""A real `pulumi up` as one account or another, both with a migration of the same number.

In the first account the check has passed, in the second it has failed, or the other way round. The emulator stands
where the token service and the metadata are as well.
"""

import json
from typing import Any

import pytest
from harness.site import Build, Site, errors
from harness.standing_in import role_of

from pulumi_tcsql_check.emulator import ACCOUNT_ID, OTHER_ACCOUNT_ID

FAST = {"poll_interval_seconds": 0.2}
QUERY = "QueryMigrationCheckProcess"
KEYS = ("TENCENTCLOUD_SECRET_ID", "TENCENTCLOUD_SECRET_KEY")


def asked(site: Site) -> list[tuple[Any, Any]]:
    """Return what was asked, and as which account."""
    return [(request["action"], request["account"]) for request in site.emulator.requests]


def configure(site: Site, path: str, value: str, *flags: str) -> None:
    """Set a part of the stack's configuration, as a user does."""
    done = site.stack.run("config", "set", "--path", *flags, path, value)
    assert done.exit_code == 0, done.screen


def test_a_gate_asks_as_the_role_that_the_stack_assumes(build: Build) -> None:
    """What has failed in the role's account holds the stack, although it has passed in the account that assumes it."""
    site = build("pass", FAST, other="failed")
    site.stand_in()
    configure(site, "tencentcloud:assumeRole.roleArn", role_of(OTHER_ACCOUNT_ID))
    configure(site, "tencentcloud:assumeRole.sessionName", "deploy")
    configure(site, "tencentcloud:assumeRole.sessionDuration", "900")
    configure(site, "tencentcloud:assumeRole.externalId", "an-external-id", "--secret")
    refused = site.stack.up()
    assert refused.exit_code != 0
    (sentence,) = errors(refused)
    assert sentence.startswith("migration check 1066 (ap-guangzhou) failed at step 4 of 8")
    assert site.records == {}
    as_the_role = [(action, OTHER_ACCOUNT_ID) for action in (QUERY, "DescribeMigrations", QUERY)]
    assert asked(site) == [("AssumeRole", ACCOUNT_ID), *as_the_role]
    assert "an-external-id" not in refused.screen + str(site.stack.state())


def test_a_role_in_the_environment_passes_where_its_own_check_has_passed(build: Build) -> None:
    """The account that assumes it has a failed check of the same number, which is nobody's business here."""
    role = {
        "TENCENTCLOUD_ASSUME_ROLE_ARN": role_of(OTHER_ACCOUNT_ID),
        "TENCENTCLOUD_ASSUME_ROLE_SESSION_NAME": "deploy",
    }
    site = build("failed", FAST, environ=role, other="pass")
    site.stand_in()
    result = site.stack.up()
    assert result.exit_code == 0, result.screen
    assert site.records == {"behind": "new"}
    assert asked(site) == [("AssumeRole", ACCOUNT_ID), (QUERY, OTHER_ACCOUNT_ID)]


def test_a_wrong_account_is_refused_before_any_query(build: Build) -> None:
    """Its check of the same number has passed, and neither preview nor update sees it."""
    site = build("pass", FAST)
    site.stand_in()
    configure(site, "tencentcloud:allowedAccountIds[0]", OTHER_ACCOUNT_ID)
    for command in (("preview",), ("up", "--yes", "--skip-preview")):
        refused = site.stack.run(*command)
        assert refused.exit_code != 0
        assert errors(refused)[0].removeprefix("Preview failed: ") == (
            f"The credentials ...Q7Z9 from the environment belong to account {ACCOUNT_ID}, which "
            "tencentcloud:allowedAccountIds does not list. Then: nothing was queried with them. Use those of an "
            "allowed account, then run again: pulumi up Code: account"
        )
        assert "Traceback" not in refused.screen
    assert site.records == {}
    assert set(asked(site)) == {("GetCallerIdentity", ACCOUNT_ID)}

    configure(site, "tencentcloud:allowedAccountIds[1]", ACCOUNT_ID)
    result = site.stack.up()
    assert result.exit_code == 0, result.screen
    assert site.records == {"behind": "new"}
    assert asked(site)[-2:] == [("GetCallerIdentity", ACCOUNT_ID), (QUERY, ACCOUNT_ID)]


def test_a_gate_that_is_not_enforced_holds_nothing_as_a_wrong_account(build: Build) -> None:
    """The glass is broken: the warning says what is wrong, and the API is not asked all the same."""
    site = build("pass", {"enforce": False})
    site.stand_in()
    configure(site, "tencentcloud:forbiddenAccountIds[0]", ACCOUNT_ID)
    result = site.stack.up()
    assert result.exit_code == 0, result.screen
    assert f"belong to account {ACCOUNT_ID}, which tencentcloud:forbiddenAccountIds forbids" in result.words
    assert site.stack.outputs()["passed"] is False
    assert asked(site) == [("GetCallerIdentity", ACCOUNT_ID)]


def test_an_instance_asks_as_its_role(build: Build) -> None:
    """With `camRoleName` the metadata give the credentials, whatever pair there is."""
    site = build("pass", FAST, {"tencentcloud:camRoleName": "emulated"})
    site.stand_in()
    result = site.stack.up()
    assert result.exit_code == 0, result.screen
    assert asked(site) == [(None, None), (QUERY, ACCOUNT_ID)]


def test_a_pod_asks_as_whom_its_identity_makes(build: Build) -> None:
    """With nothing else to go by, the identity is exchanged for the role's credentials."""
    site = build("failed", FAST, other="pass")
    site.stand_in()
    identity = site.folder.parent / "identity"
    identity.write_text("an identity", encoding="utf-8")
    for name in KEYS:
        del site.stack.environ[name]
    site.stack.environ |= {
        "TKE_REGION": "ap-guangzhou",
        "TKE_PROVIDER_ID": "OIDC",
        "TKE_WEB_IDENTITY_TOKEN_FILE": str(identity),
        "TKE_ROLE_ARN": role_of(OTHER_ACCOUNT_ID),
    }
    result = site.stack.up()
    assert result.exit_code == 0, result.screen
    assert asked(site) == [("AssumeRoleWithWebIdentity", None), (QUERY, OTHER_ACCOUNT_ID)]


def test_a_session_that_runs_out_in_the_middle_of_a_wait_is_renewed(build: Build) -> None:
    """The role is assumed anew for as long as the check takes, and the update passes."""
    role = {"roleArn": role_of(ACCOUNT_ID), "sessionName": "deploy", "sessionDuration": 2}
    site = build("slow", FAST, {"tencentcloud:assumeRole": json.dumps(role)})
    site.stand_in()
    result = site.stack.up()
    assert result.exit_code == 0, result.screen
    assert site.records == {"behind": "new"}
    actions = [action for action, _ in asked(site)]
    assert actions.count("AssumeRole") >= 3
    assert actions[-1] == QUERY


@pytest.mark.parametrize(
    ("config", "environ", "sentence"),
    [
        pytest.param(
            {"tencentcloud:assumeRoleWithSaml": '{"roleArn": "r"}'},
            {},
            "The stack's configuration sets tencentcloud:assumeRoleWithSaml, which the gate doesn't honour",
            marks=pytest.mark.whole_table,
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
def test_what_cannot_be_honoured_is_one_sentence(
    build: Build, config: dict[str, str], environ: dict[str, str], sentence: str
) -> None:
    """Nothing is sent there."""
    site = build("pass", FAST, config, environ)
    site.stand_in()
    refused = site.stack.up()
    assert refused.exit_code != 0
    assert errors(refused)[0].startswith(sentence)
    assert site.emulator.requests == []


def test_every_variable_that_looks_like_an_endpoint_is_passed_over(build: Build) -> None:
    """The stack's own endpoint is asked, a stand-in is named on preview and update, and unknown keys are too."""
    names = ("ENDPOINT", "SQLSERVER_ENDPOINT", "STS_ENDPOINT", "DOMAIN", "PROTOCOL", "ROOT_DOMAIN", "API_ENDPOINT")
    environ = {f"TENCENTCLOUD_{name}": "http://127.0.0.1:9" for name in names}
    environ |= {"TCSQL_CHECK_ENDPOINT": "http://127.0.0.1:9", "TCCLI_ENDPOINT": "http://127.0.0.1:9"}
    site = build("pass", FAST, {"tencentcloud:zeal": "much"}, environ)
    warning = (
        f"warning: migration check 1066 (ap-guangzhou) is queried at {site.emulator.url}, which is not Tencent Cloud."
    )
    for command in (("preview",), ("up", "--yes", "--skip-preview")):
        result = site.stack.run(*command)
        assert result.exit_code == 0, result.screen
        assert warning in result.words
        assert "warning: The gate knows nothing of tencentcloud:zeal in the stack's configuration" in result.words
    assert asked(site) == [(QUERY, ACCOUNT_ID)] * 2
