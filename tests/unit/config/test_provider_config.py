"""Every key of Pulumi's Tencent Cloud provider is supported, refused, or named in a warning."""

import json
from collections.abc import Mapping

import pytest
from harness.error_texts import full_text, headline, raises_error

from pulumi_tcsql_check.config import assumed_role, provider_config
from pulumi_tcsql_check.config.provider_config import Named, ProviderConfig
from pulumi_tcsql_check.errors import CredentialsError, InvalidInputError
from pulumi_tcsql_check.model.role import Role

ARN = "qcs::cam::uin/100000000001:roleName/gatekeeper"
OTHER_ARN = "qcs::cam::uin/100000000002:roleName/gatekeeper"
NOTHING = ProviderConfig(None, None, None, pod_oidc=False, role=None, allowed=frozenset(), forbidden=frozenset())
ROLE_ENVIRON = {"TENCENTCLOUD_ASSUME_ROLE_ARN": ARN, "TENCENTCLOUD_ASSUME_ROLE_SESSION_NAME": "deploy"}


def role_key(**fields: object) -> dict[str, str]:
    """Encode the key as Pulumi passes it."""
    return {"tencentcloud:assumeRole": json.dumps(fields)}


@pytest.mark.parametrize(
    "config", [{}, {f"tencentcloud:{name}": "" for name in (*provider_config.HONOURED, *provider_config.REFUSED)}]
)
def test_empty_keys_and_variables_change_nothing(config: Mapping[str, str]) -> None:
    """Missing and empty keys change nothing, and neither do empty variables."""
    assert provider_config.read(config, {}) == NOTHING
    assert provider_config.read(config, dict.fromkeys(ROLE_ENVIRON, "")) == NOTHING


REFUSED = ["assumeRoleWithSaml", "assumeRoleWithWebIdentity", "assumeRoleWithOidc", "mfaCertification"]
"""A second list, so that the test detects a name that the package no longer has."""


def test_no_other_key_is_refused_by_name() -> None:
    """The documentation's table is made of these keys."""
    assert sorted(provider_config.REFUSED) == sorted(REFUSED)


@pytest.mark.parametrize("key", REFUSED)
def test_a_key_that_changes_the_caller_is_refused(key: str) -> None:
    """The gate stops at once; the error hides the value and says what to do."""
    config = {f"tencentcloud:{key}": '{"roleArn": "somebody-else"}'}
    with raises_error(CredentialsError, rf"sets tencentcloud:{key}, which the gate doesn't honour") as caught:
        provider_config.read(config, {})
    assert "somebody-else" not in headline(caught.value)
    assert (
        full_text(caught.value)
        .removesuffix(" Code: credentials")
        .endswith(
            " Take it out of this stack's configuration or environment, or give the gate a stack of its own with "
            "credentials of its own."
        )
    )
    assert "pulumi config set" not in headline(caught.value)  # a second set of credentials would be refused too


def test_an_unknown_key_about_roles_is_refused() -> None:
    """If the keys can be listed, an unknown key with the prefix of a role's is refused, not just named."""
    key = "tencentcloud:assumeRoleWithMagic"
    with raises_error(CredentialsError, f"sets {key}, which the gate doesn't honour"):
        provider_config.read({key: "{}"}, {}, [key])
    assert provider_config.read({key: "false"}, {}, [key]) == NOTHING


@pytest.mark.parametrize(
    "name",
    [
        "TENCENTCLOUD_ASSUME_ROLE_SAML_ASSERTION",
        "TENCENTCLOUD_ASSUME_ROLE_PRINCIPAL_ARN",
        "TENCENTCLOUD_ASSUME_ROLE_WEB_IDENTITY_TOKEN",
        "TENCENTCLOUD_ASSUME_ROLE_WEB_IDENTITY_TOKEN_FILE",
        "TENCENTCLOUD_ASSUME_ROLE_PROVIDER_ID",
        "TENCENTCLOUD_ASSUME_ROLE_SERIAL_NUMBER",
        "TENCENTCLOUD_ASSUME_ROLE_TOKEN_CODE",
        "TENCENTCLOUD_MFA_CERTIFICATION_SERIAL_NUMBER",
        "TENCENTCLOUD_MFA_CERTIFICATION_TOKEN_CODE",
    ],
)
def test_a_variable_that_changes_the_caller_is_refused(name: str) -> None:
    """Otherwise the stack's resources would be in a different account from the gate's query."""
    with pytest.raises(
        CredentialsError, match=rf"^The environment sets {name}, which the gate doesn't honour"
    ) as caught:
        provider_config.read({}, {name: "a value"})
    assert "a value" not in headline(caught.value)
    assert provider_config.read({}, {name: ""}) == NOTHING


@pytest.mark.parametrize(
    ("field", "key", "variable"),
    [
        ("profile", "profile", "TENCENTCLOUD_PROFILE"),
        ("credentials_dir", "sharedCredentialsDir", "TENCENTCLOUD_SHARED_CREDENTIALS_DIR"),
        ("cam_role", "camRoleName", "TENCENTCLOUD_CAM_ROLE_NAME"),
    ],
)
def test_a_key_precedes_its_variable(field: str, key: str, variable: str) -> None:
    """The package reads both, and the error names the one that it used."""
    key = f"tencentcloud:{key}"
    assert getattr(provider_config.read({key: "a"}, {variable: "b"}), field) == Named("a", key)
    assert getattr(provider_config.read({}, {variable: "b"}), field) == Named("b", variable)
    with pytest.raises(InvalidInputError, match=rf"^{key} is 1, but must be text without control characters\.$"):
        provider_config.read({key: 1}, {})


@pytest.mark.parametrize("value", ["\x1b[31mred", "two\nlines", "\u202eright to left"])
@pytest.mark.parametrize(
    ("key", "variable"),
    [
        ("profile", "TENCENTCLOUD_PROFILE"),
        ("sharedCredentialsDir", "TENCENTCLOUD_SHARED_CREDENTIALS_DIR"),
        ("camRoleName", "TENCENTCLOUD_CAM_ROLE_NAME"),
    ],
)
def test_names_are_escaped_in_errors(key: str, variable: str, value: str) -> None:
    """The screen shows names of profiles, folders and roles; the error escapes control characters."""
    for config, environ, by in (
        ({f"tencentcloud:{key}": value}, {}, f"tencentcloud:{key}"),
        ({}, {variable: value}, variable),
    ):
        with pytest.raises(InvalidInputError) as refused:
            provider_config.read(config, environ)
        assert refused.value.name == by
        assert headline(refused.value).isprintable()
        assert headline(refused.value).endswith("but must be text without control characters.")


@pytest.mark.parametrize("value", ["../../x", "/etc/passwd", "a/b"])
def test_a_profile_cannot_leave_its_folder(value: str) -> None:
    """A profile's name is part of a file's name."""
    for config, environ in (({"tencentcloud:profile": value}, {}), ({}, {"TENCENTCLOUD_PROFILE": value})):
        with pytest.raises(InvalidInputError, match=r"but must be a name without a slash\.$"):
            provider_config.read(config, environ)


def test_a_flag_is_true_or_false() -> None:
    """Any other value is refused."""
    assert provider_config.read({"tencentcloud:enablePodOidc": "true"}, {}).pod_oidc
    with pytest.raises(InvalidInputError, match="enablePodOidc is 'yes', but must be true or false"):
        provider_config.read({"tencentcloud:enablePodOidc": "yes"}, {})


def test_a_pods_identity_together_with_a_role_is_refused() -> None:
    """The provider would assume the role and then act as the pod, so the intent is ambiguous."""
    config = {"tencentcloud:enablePodOidc": "true", **role_key(roleArn=ARN, sessionName="deploy")}
    with raises_error(CredentialsError, r"^tencentcloud:enablePodOidc and a role to assume are both set"):
        provider_config.read(config, {})
    with raises_error(CredentialsError, "Take one of them out of this stack's configuration or environment"):
        provider_config.read(config, {})


@pytest.mark.parametrize("key", ["allowed", "forbidden"])
@pytest.mark.parametrize("written", ['["1001", "1002"]', "[1001,1002]", ' [1001, "1002"] '])
def test_account_ids_may_be_text_or_numbers(key: str, written: str) -> None:
    """`pulumi config set --path` writes numbers, and Pulumi passes them as numbers."""
    found = provider_config.read({f"tencentcloud:{key}AccountIds": written}, {})
    assert getattr(found, key) == {"1001", "1002"}


@pytest.mark.parametrize("key", ["allowedAccountIds", "forbiddenAccountIds"])
@pytest.mark.parametrize(
    "written",
    ["[]", "1001", '"1001"', "[1001.5]", "[true]", "[null]", '["x"]', '[""]', '["\uff11"]', "{}", "x", "[" * 9999],
)
def test_an_invalid_list_of_account_ids_is_refused(key: str, written: str) -> None:
    """An empty or unreadable list must not mean that there is no restriction."""
    with pytest.raises(
        InvalidInputError, match=f"^tencentcloud:{key} is .* but must be a list of one account id or more"
    ):
        provider_config.read({f"tencentcloud:{key}": written}, {})


def test_a_role_is_read_in_pulumis_encoding() -> None:
    """All fields of the provider's schema but the one-time code are supported."""
    config = role_key(
        roleArn=ARN, sessionName="deploy", sessionDuration=3600, policy="{}", externalId="e", sourceIdentity="s"
    )
    assert assumed_role.read(config, {}) == Role(ARN, "deploy", 3600, "{}", "e", "s")
    assert assumed_role.read(role_key(roleArn=ARN, sessionName="deploy"), {}) == Role(ARN, "deploy", 7200)


def test_a_role_is_read_from_variables() -> None:
    """They are those of Pulumi's provider."""
    more = {
        "TENCENTCLOUD_ASSUME_ROLE_SESSION_DURATION": "900",
        "TENCENTCLOUD_ASSUME_ROLE_EXTERNAL_ID": "e",
        "TENCENTCLOUD_ASSUME_ROLE_SOURCE_IDENTITY": "s",
    }
    assert assumed_role.read({}, ROLE_ENVIRON) == Role(ARN, "deploy", 7200)
    assert assumed_role.read({}, {**ROLE_ENVIRON, **more}) == Role(ARN, "deploy", 900, None, "e", "s")


def test_a_variable_is_the_default_of_its_field() -> None:
    """A field that the key omits comes from the environment, as the provider's schema says."""
    found = assumed_role.read(
        role_key(externalId="mine"), {**ROLE_ENVIRON, "TENCENTCLOUD_ASSUME_ROLE_EXTERNAL_ID": "e"}
    )
    assert found == Role(ARN, "deploy", 7200, None, "mine")
    assert assumed_role.read(role_key(roleArn=ARN), ROLE_ENVIRON) == Role(ARN, "deploy", 7200)


def test_two_roles_are_refused() -> None:
    """The provider assumes one with the other; a gate with only one of them could query another account."""
    config = role_key(roleArn=OTHER_ARN, sessionName="deploy")
    with raises_error(CredentialsError, "and TENCENTCLOUD_ASSUME_ROLE_ARN name two roles, and the gate uses"):
        assumed_role.read(config, ROLE_ENVIRON)
    with raises_error(CredentialsError, "Take one of them out of this stack's configuration or environment"):
        assumed_role.read(config, ROLE_ENVIRON)


@pytest.mark.parametrize("code", [{"serialNumber": "n"}, {"tokenCode": "123456"}])
def test_a_one_time_code_is_refused(code: Mapping[str, object]) -> None:
    """The provider uses it, and it is valid only once."""
    with raises_error(CredentialsError, "has a one-time code, which can't be used twice") as caught:
        assumed_role.read(role_key(roleArn=ARN, sessionName="deploy", **code), {})
    assert "123456" not in headline(caught.value)


@pytest.mark.parametrize(
    ("config", "environ", "missing"),
    [
        (role_key(sessionName="deploy"), {}, r"roleArn \(or TENCENTCLOUD_ASSUME_ROLE_ARN\)"),
        (role_key(roleArn=ARN), {}, r"sessionName \(or TENCENTCLOUD_ASSUME_ROLE_SESSION_NAME\)"),
        ({}, {"TENCENTCLOUD_ASSUME_ROLE_ARN": ARN}, r"sessionName \(or TENCENTCLOUD_ASSUME_ROLE_SESSION_NAME\)"),
        ({}, {"TENCENTCLOUD_ASSUME_ROLE_EXTERNAL_ID": "e"}, r"roleArn \(or TENCENTCLOUD_ASSUME_ROLE_ARN\)"),
    ],
)
def test_half_a_role_is_refused(config: Mapping[str, str], environ: Mapping[str, str], missing: str) -> None:
    """Without it the gate would query as the account that assumes the role."""
    with raises_error(CredentialsError, rf"^A role to assume is configured, but {missing} of tencentcloud:"):
        assumed_role.read(config, environ)


@pytest.mark.parametrize("text", ["x", "[]", "[{}]", '{"roleArm": "secret"}', '{"roleArn": 1}', '"secret"', "[" * 9999])
def test_an_unreadable_role_is_refused_without_its_text(text: str) -> None:
    """It may contain an external id, so the error shows nothing of it."""
    with raises_error(CredentialsError, r"^tencentcloud:assumeRole can't be read; set its fields") as caught:
        assumed_role.read({"tencentcloud:assumeRole": text}, {})
    assert "secret" not in headline(caught.value)


@pytest.mark.parametrize("seconds", [-1, 43201, "1.5", "x", " 60", "9" * 5000])
def test_a_duration_is_at_most_twelve_hours(seconds: object) -> None:
    """This is the service's limit."""
    with pytest.raises(
        InvalidInputError, match=r"^sessionDuration of tencentcloud:assumeRole is .* from 1 to 43200\.$"
    ):
        assumed_role.read(role_key(roleArn=ARN, sessionName="deploy", sessionDuration=seconds), {})


@pytest.mark.parametrize(("given", "meant"), [(1, 1), ("43200", 43200), (0, 7200), ("", 7200)])
def test_a_duration_of_0_is_two_hours(given: object, meant: int) -> None:
    """In the provider's schema 0 means the service's default."""
    found = assumed_role.read(role_key(roleArn=ARN, sessionName="deploy", sessionDuration=given), {})
    assert found is not None
    assert found.seconds == meant


def test_a_role_shows_only_its_name() -> None:
    """Some users treat an external id as a secret; the pretty-printer of rich doesn't call `__repr__`."""
    role = Role(ARN, "deploy", external_id="a secret")
    assert f"{[role]}" == f"[<role {ARN}>]"
    assert role.__rich_repr__() == [("arn", ARN)]


def test_only_keys_without_effect_are_named() -> None:
    """The warning omits supported and refused keys, keys of other namespaces, and those of COS."""
    known = [*provider_config.HONOURED, *provider_config.REFUSED, "cosDomain"]
    keys = [f"tencentcloud:{name}" for name in (*known, "zeal", "ardour")] + ["aws:zeal", "zeal"]
    assert provider_config.unknown_keys(keys) == ("tencentcloud:ardour", "tencentcloud:zeal")
