"""The sources of credentials, their order, and what is refused instead of ignored."""

import json
from collections.abc import Mapping
from pathlib import Path

import msgspec
import pytest
from harness.error_texts import full_text, headline, raises_error

from pulumi_tcsql_check.config import assumed_role, provider_config
from pulumi_tcsql_check.config.stack_config import StackConfig
from pulumi_tcsql_check.credentials import account, chain, files
from pulumi_tcsql_check.emulator import sts as emulator_sts
from pulumi_tcsql_check.errors import CredentialsError
from pulumi_tcsql_check.model.credentials import Credentials, Source
from pulumi_tcsql_check.model.role import Role
from pulumi_tcsql_check.tencent import metadata, sts

ID = "AKIDthisismyidentity1234"
SECRET = "thisismyverysecretkey"
TOKEN = "thisismysessiontoken"

NOTHING: Mapping[str, str] = {}
CONFIG = {"tencentcloud:secretId": "config-id", "tencentcloud:secretKey": "config-key"}
ENVIRON = {"TENCENTCLOUD_SECRET_ID": "environment-id", "TENCENTCLOUD_SECRET_KEY": "environment-key"}
ALLOWED = {"tencentcloud:allowedAccountIds": '["100000000001"]'}
PROFILE = "[default]\nsecret_id = profile-id\nsecret_key = profile-key\n"
CLI = json.dumps({"secretId": "cli-id", "secretKey": "cli-key"})
TKE: Source = ("the pod", lambda: Credentials("pod-id", "pod-key", "pod-token", "the pod"))
CVM: Source = ("the role", lambda: Credentials("role-id", "role-key", "role-token", "the role"))
NO_TKE: Source = ("the pod", lambda: None)
NO_CVM: Source = ("the role", lambda: None)


def find(
    config: StackConfig, environ: Mapping[str, str], home: Path, tke: Source = NO_TKE, cvm: Source = NO_CVM
) -> Credentials:
    """Find credentials, as an account does."""
    asked = provider_config.read(config, environ)
    local = chain.local_sources(asked, config, environ, home, read)
    return chain.find(asked, local, (tke, cvm))


def read(path: Path) -> str | None:
    """Read a file within five seconds."""
    return files.read_bounded(path, 5, lambda: None)


def profile_file(home: Path, text: str) -> Path:
    """Write the SDK's profile file."""
    return write(home / ".tencentcloud" / "credentials", text)


def cli_file(home: Path, text: str) -> Path:
    """Write the command line's credential file."""
    return write(home / ".tccli" / "default.credential", text)


def write(path: Path, text: str) -> Path:
    """Write a file and the folder it is in."""
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("first", "expected"),
    list(enumerate(("config-id", "environment-id", "profile-id", "cli-id", "pod-id", "role-id"))),
)
def test_the_first_source_with_credentials_wins(tmp_path: Path, first: int, expected: str) -> None:
    """Each source is used if those before it are empty, and those after it have no effect."""
    if first <= 2:
        profile_file(tmp_path, PROFILE)
    if first <= 3:
        cli_file(tmp_path, CLI)
    config, environ = {**ALLOWED, **(CONFIG if first == 0 else NOTHING)}, (ENVIRON if first <= 1 else NOTHING)
    found = find(config, environ, tmp_path, TKE if first <= 4 else NO_TKE, CVM)
    assert found.secret_id == expected
    assert found.secret_key == expected.replace("-id", "-key")


@pytest.mark.parametrize(
    ("config", "environ", "profile", "cli", "source"),
    [
        ({**CONFIG, "tencentcloud:securityToken": TOKEN}, NOTHING, "", "", "the stack's configuration"),
        (NOTHING, {**ENVIRON, "TENCENTCLOUD_TOKEN": TOKEN}, "", "", "the environment"),
        (NOTHING, {**ENVIRON, "TENCENTCLOUD_SECURITY_TOKEN": TOKEN}, "", "", "the environment"),
        (
            NOTHING,
            {**ENVIRON, "TENCENTCLOUD_TOKEN": TOKEN, "TENCENTCLOUD_SECURITY_TOKEN": "another"},
            "",
            "",
            "the environment",
        ),
        (NOTHING, NOTHING, f"{PROFILE}token = {TOKEN}\n", "", ".tencentcloud/credentials"),
        (NOTHING, NOTHING, "", json.dumps({**json.loads(CLI), "token": TOKEN}), ".tccli/default.credential"),
    ],
)
def test_every_source_may_have_a_token(  # noqa: PLR0913, PLR0917  # a case is one row
    tmp_path: Path, config: Mapping[str, str], environ: Mapping[str, str], profile: str, cli: str, source: str
) -> None:
    """A session token comes from the same source as the pair, and the source has its user's name for it."""
    if profile:
        profile_file(tmp_path, profile)
    if cli:
        cli_file(tmp_path, cli)
    found = find(config, environ, tmp_path)
    assert found.token == TOKEN
    assert str(found.source).endswith(source)


def test_an_empty_token_is_none(tmp_path: Path) -> None:
    """The credentials have no token."""
    assert find({**CONFIG, "tencentcloud:securityToken": ""}, NOTHING, tmp_path).token is None


@pytest.mark.parametrize("missing", ["tencentcloud:secretId", "tencentcloud:secretKey"])
def test_half_a_pair_in_the_configuration_is_refused(tmp_path: Path, missing: str) -> None:
    """The error names the missing half, and the complete pair in the environment is not used instead."""
    with pytest.raises(
        CredentialsError, match=rf"^{missing} is missing in the stack's configuration, though"
    ) as caught:
        find({**CONFIG, missing: ""}, ENVIRON, tmp_path, cvm=CVM)
    assert "config-" not in full_text(caught.value)


@pytest.mark.parametrize("missing", ["TENCENTCLOUD_SECRET_ID", "TENCENTCLOUD_SECRET_KEY"])
def test_half_a_pair_in_the_environment_is_refused(tmp_path: Path, missing: str) -> None:
    """The error names the missing half, and the complete pair in the profile file is not used instead."""
    profile_file(tmp_path, PROFILE)
    environ = {name: value for name, value in ENVIRON.items() if name != missing}
    with raises_error(CredentialsError, rf"^{missing} is missing in the environment, though") as caught:
        find(NOTHING, environ, tmp_path)
    assert "environment-" not in full_text(caught.value)


@pytest.mark.parametrize("missing", ["secret_id", "secret_key"])
def test_half_a_pair_in_the_profile_file_is_refused(tmp_path: Path, missing: str) -> None:
    """The error names the missing half and the file, and the command line's file is not used instead."""
    cli_file(tmp_path, CLI)
    path = profile_file(tmp_path, "".join(line for line in PROFILE.splitlines(keepends=True) if missing not in line))
    with pytest.raises(CredentialsError) as caught:
        find(NOTHING, NOTHING, tmp_path)
    assert headline(caught.value) == f"{missing} is missing in {path}, though its counterpart is there."


@pytest.mark.parametrize("missing", ["secretId", "secretKey"])
def test_half_a_pair_in_the_command_lines_file_is_refused(tmp_path: Path, missing: str) -> None:
    """The error names the missing half and the file, and the role is not used instead."""
    path = cli_file(tmp_path, json.dumps({**json.loads(CLI), missing: None}))
    with pytest.raises(CredentialsError) as caught:
        find(NOTHING, NOTHING, tmp_path, cvm=CVM)
    assert headline(caught.value) == f"{missing} is missing in {path}, though its counterpart is there."


@pytest.mark.parametrize("name", ["tencentcloud:secretId", "tencentcloud:secretKey", "tencentcloud:securityToken"])
@pytest.mark.parametrize(
    "value", ["sec ret", "secret\n", " secret", "s\u00e9cret", "secret\x00", "sec\tret", 17, ["secret"]]
)
def test_an_invalid_value_is_refused_without_its_text(tmp_path: Path, name: str, value: object) -> None:
    """Spaces, line breaks, controls, other alphabets and other types are refused without showing the value."""
    config = {**CONFIG, name: value}
    with raises_error(CredentialsError, r"is not plain text without spaces or line breaks\.$") as caught:
        find(config, ENVIRON, tmp_path)
    said = headline(caught.value)
    assert said.startswith(name if name != "tencentcloud:securityToken" else "the token")
    for shown in ("sec ret", "secret\n", "\u00e9", "17", "config-"):
        assert shown not in said


def test_rich_shows_no_secret_of_credentials() -> None:
    """The pretty-printer of rich doesn't call `__repr__`."""
    found = Credentials("AKIDexample1234", "the key", "the token", "a test")
    assert found.__rich_repr__() == [("found", "...1234 from a test")]


@pytest.mark.parametrize(
    "text", [f"secret_key = {SECRET}\n", f"[default]\n{SECRET}\n", f"[default\nsecret_key={SECRET}"]
)
def test_an_invalid_profile_file_is_refused_without_its_text(tmp_path: Path, text: str) -> None:
    """The error names a file that isn't an INI file, and shows nothing of it."""
    path = profile_file(tmp_path, text)
    with pytest.raises(CredentialsError) as caught:
        find(NOTHING, NOTHING, tmp_path, cvm=CVM)
    assert headline(caught.value) == f"{path} is not an INI file."


@pytest.mark.parametrize("text", [f'{{"secretKey": "{SECRET}"', f'["{SECRET}"]', SECRET, ""])
def test_an_invalid_file_of_the_command_line_is_refused_without_its_text(tmp_path: Path, text: str) -> None:
    """The error names a file that isn't a JSON object, and shows nothing of it."""
    path = cli_file(tmp_path, text)
    with pytest.raises(CredentialsError) as caught:
        find(NOTHING, NOTHING, tmp_path, cvm=CVM)
    assert headline(caught.value) == f"{path} is not a JSON object."


@pytest.mark.parametrize("text", ["", "[other]\nsecret_id = i\nsecret_key = k\n", "[default]\nregion = ap-guangzhou\n"])
def test_a_profile_file_without_a_default_pair_is_skipped(tmp_path: Path, text: str) -> None:
    """Other profiles don't count, and a profile without either half is no source."""
    profile_file(tmp_path, text)
    cli_file(tmp_path, CLI)
    assert find(NOTHING, NOTHING, tmp_path).secret_id == "cli-id"


def test_a_percent_sign_in_a_profile_is_literal(tmp_path: Path) -> None:
    """Values are used without interpolation."""
    profile_file(tmp_path, "[default]\nsecret_id = i\nsecret_key = 100%(x)s\n")
    assert find(NOTHING, NOTHING, tmp_path).secret_key == "100%(x)s"


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    """A folder is in place of the file: the error names it, and the next source is not used."""
    path = tmp_path / ".tencentcloud" / "credentials"
    path.mkdir(parents=True)
    cli_file(tmp_path, CLI)
    with pytest.raises(CredentialsError) as caught:
        find(NOTHING, NOTHING, tmp_path)
    assert headline(caught.value).startswith(f"{path} can't be read (it is not a regular file). Put a ")


def test_a_file_that_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    """Such a file is unreadable, not absent."""
    path = cli_file(tmp_path, "")
    path.write_bytes(b'{"secretKey": "\xff"}')
    with pytest.raises(CredentialsError) as caught:
        find(NOTHING, NOTHING, tmp_path)
    assert headline(caught.value).startswith(f"{path} can't be read (UnicodeDecodeError). Put a ")


def test_the_error_lists_the_sources(tmp_path: Path) -> None:
    """Without credentials, the error names every source in order, and says what to set."""
    with raises_error(
        CredentialsError, r"^No Tencent Cloud credentials were found\. Tried: in this order: .* Then: Set them with"
    ) as caught:
        find(NOTHING, NOTHING, tmp_path)
    assert tuple(map(str, caught.value.tried)) == (
        "the stack's configuration (tencentcloud:secretId)",
        "the environment (TENCENTCLOUD_SECRET_ID)",
        "~/.tencentcloud/credentials",
        "~/.tccli/default.credential",
        "the pod",
        "the role",
    )
    assert "; ".join(map(str, caught.value.tried)) in full_text(caught.value)


def test_credentials_show_their_source_and_no_secret() -> None:
    """Neither text of credentials contains the key, the token, or more of the id than its last characters."""
    found = Credentials(ID, SECRET, TOKEN, "a test")
    assert str(found) == "...1234 from a test"
    assert repr(found) == "<credentials ...1234 from a test>"
    assert f"{[found]}" == "[<credentials ...1234 from a test>]"


def test_credentials_are_removed_from_a_text_that_repeats_them() -> None:
    """The id keeps its last four characters; a value too short for a secret stays, since any word may contain it."""
    found = Credentials(ID, SECRET, TOKEN, "a test")
    assert found.hidden_in(f"{ID}/{SECRET} {TOKEN}, {ID}") == "...1234/... ..., ...1234"
    assert Credentials("in", "id", "invalid", "a test").hidden_in("invalid id") == "invalid id"
    assert Credentials(ID, SECRET, None, "a test").hidden_in("an AuthFailure") == "an AuthFailure"


@pytest.mark.parametrize(
    ("config", "environ"),
    [
        ({"tencentcloud:camRoleName": "gatekeeper"}, NOTHING),
        (NOTHING, {"TENCENTCLOUD_CAM_ROLE_NAME": "gatekeeper"}),
        ({"tencentcloud:camRoleName": "gatekeeper"}, {"TENCENTCLOUD_CAM_ROLE_NAME": "another"}),
    ],
)
def test_a_named_cvm_role_precedes_all_other_sources(
    tmp_path: Path, config: Mapping[str, str], environ: Mapping[str, str]
) -> None:
    """Pulumi's provider then acts as the role, for any other credentials, and so does the gate."""
    profile_file(tmp_path, PROFILE)
    cli_file(tmp_path, CLI)
    found = find({**CONFIG, **config}, {**ENVIRON, **environ}, tmp_path, TKE, CVM)
    assert found.secret_id == "role-id"


def test_a_named_cvm_role_is_the_only_source(tmp_path: Path) -> None:
    """If it has no credentials, no other source is used."""
    with pytest.raises(CredentialsError) as caught:
        find({**CONFIG, "tencentcloud:camRoleName": "gatekeeper"}, ENVIRON, tmp_path, TKE)
    assert caught.value.tried == ("the role",)


@pytest.mark.parametrize("value", ["true", "True", True])
def test_an_enabled_pods_identity_precedes_all_other_sources(tmp_path: Path, value: object) -> None:
    """Pulumi's provider then acts as the pod, for any other credentials, including a CVM role."""
    config = {**CONFIG, "tencentcloud:enablePodOidc": value, "tencentcloud:camRoleName": "gatekeeper"}
    assert find(config, ENVIRON, tmp_path, TKE, CVM).secret_id == "pod-id"
    with pytest.raises(CredentialsError) as caught:
        find(config, ENVIRON, tmp_path, NO_TKE, CVM)
    assert caught.value.tried == ("the pod",)


@pytest.mark.parametrize("value", [None, "", "false", "False", False])
def test_a_pods_identity_that_is_not_enabled_is_the_last_source_but_one(tmp_path: Path, value: object) -> None:
    """A switch that is off changes nothing."""
    assert find({**CONFIG, "tencentcloud:enablePodOidc": value}, NOTHING, tmp_path, TKE, CVM).secret_id == "config-id"


ASKS_FOR = [
    ({"tencentcloud:profile": "prod"}, NOTHING, "tencentcloud:profile"),
    (NOTHING, {"TENCENTCLOUD_PROFILE": "prod"}, "TENCENTCLOUD_PROFILE"),
    ({"tencentcloud:profile": "prod"}, {"TENCENTCLOUD_PROFILE": "another"}, "tencentcloud:profile"),
]


@pytest.mark.parametrize(("config", "environ", "by"), ASKS_FOR)
def test_a_profile_chooses_the_file_first_and_then_the_section(
    tmp_path: Path, config: Mapping[str, str], environ: Mapping[str, str], by: str
) -> None:
    """As in Pulumi's provider, the command line's file comes first, then the SDK's section, and no other source."""
    cli_file(tmp_path, CLI)
    profile_file(tmp_path, PROFILE)
    with pytest.raises(CredentialsError) as caught:
        find(config, environ, tmp_path, TKE, CVM)
    assert headline(caught.value) == (
        f"{by} asks for ~/.tccli/prod.credential and ~/.tencentcloud/credentials (prod), where there are no "
        "credentials."
    )
    path = profile_file(tmp_path, f"{PROFILE}[prod]\nsecret_id = prod-id\nsecret_key = k\n")
    assert find(config, environ, tmp_path).source == f"{path} (prod)"
    path = write(tmp_path / ".tccli" / "prod.credential", json.dumps({"secretId": "cli-prod", "secretKey": "k"}))
    found = find(config, environ, tmp_path)
    assert (found.secret_id, found.source) == ("cli-prod", str(path))


def test_a_pair_precedes_a_profile(tmp_path: Path) -> None:
    """Pulumi's provider reads no file if it is given a pair, and neither does the gate."""
    assert find(CONFIG, {"TENCENTCLOUD_PROFILE": "prod"}, tmp_path).secret_id == "config-id"
    assert find({"tencentcloud:profile": "prod"}, ENVIRON, tmp_path).secret_id == "environment-id"


@pytest.mark.parametrize("written", ["~/keys", "{home}/keys"])
@pytest.mark.parametrize("by", ["tencentcloud:sharedCredentialsDir", "TENCENTCLOUD_SHARED_CREDENTIALS_DIR"])
def test_a_configured_folder_is_the_only_one(tmp_path: Path, written: str, by: str) -> None:
    """It has the command line's files, of which the profile chooses one; no other file is read."""
    profile_file(tmp_path, PROFILE)
    cli_file(tmp_path, CLI)
    value = written.format(home=tmp_path)
    config, environ = ({by: value}, {}) if ":" in by else ({}, {by: value})
    with raises_error(CredentialsError, rf"^{by} asks for {value}/default\.credential, where there are no"):
        find(config, environ, tmp_path, TKE, CVM)
    write(tmp_path / "keys" / "default.credential", json.dumps({"secretId": "mine", "secretKey": "k"}))
    assert find(config, environ, tmp_path).secret_id == "mine"
    write(tmp_path / "keys" / "prod.credential", json.dumps({"secretId": "my-prod", "secretKey": "k"}))
    assert find({**config, "tencentcloud:profile": "prod"}, environ, tmp_path).secret_id == "my-prod"


def test_the_home_may_be_the_configured_folder(tmp_path: Path) -> None:
    """A tilde alone means the home."""
    write(tmp_path / "default.credential", CLI)
    assert find({"tencentcloud:sharedCredentialsDir": "~"}, NOTHING, tmp_path).secret_id == "cli-id"


def test_the_command_lines_file_may_name_a_role(tmp_path: Path) -> None:
    """`tccli configure` writes the role there, and it comes with the pair, as in Pulumi's provider."""
    cli_file(
        tmp_path, json.dumps({**json.loads(CLI), "role-arn": "qcs::cam::uin/1:roleName/r", "role-session-name": "s"})
    )
    assert find(NOTHING, NOTHING, tmp_path).role == Role("qcs::cam::uin/1:roleName/r", "s", 7200)


@pytest.mark.parametrize("empty", [None, ""])
def test_an_empty_role_of_the_command_line_is_none(tmp_path: Path, empty: object) -> None:
    """The command line writes empty values for settings that the user omits."""
    cli_file(tmp_path, json.dumps({**json.loads(CLI), "role-arn": empty, "role-session-name": empty}))
    assert find(NOTHING, NOTHING, tmp_path).role is None


@pytest.mark.parametrize(
    "role", [{"role-arn": "a"}, {"role-session-name": "s"}, {"role-arn": 1, "role-session-name": "s"}]
)
def test_half_a_role_in_the_command_lines_file_is_refused(tmp_path: Path, role: Mapping[str, object]) -> None:
    """Otherwise the gate would query as the account that assumes the role."""
    path = cli_file(tmp_path, json.dumps({**json.loads(CLI), **role}))
    with pytest.raises(CredentialsError) as caught:
        find(NOTHING, NOTHING, tmp_path)
    assert headline(caught.value) == f"{path} has only one of role-arn and role-session-name, or not as text."


def test_two_files_of_two_callers_are_refused(tmp_path: Path) -> None:
    """Pulumi's provider reads only the command line's file, so stack and check would be in different accounts."""
    sdk, cli = profile_file(tmp_path, PROFILE), cli_file(tmp_path, CLI)
    with pytest.raises(CredentialsError) as caught:
        find(NOTHING, NOTHING, tmp_path, TKE, CVM)
    assert headline(caught.value) == (
        f"{sdk} and {cli} have credentials of two different callers. Pulumi's provider uses the second, and the gate "
        "uses neither: remove one pair, or name the account in tencentcloud:allowedAccountIds."
    )
    for hidden in ("profile-id", "profile-key", "cli-id", "cli-key"):
        assert hidden not in full_text(caught.value)


def test_two_files_of_two_callers_keep_their_order_if_the_account_is_configured(tmp_path: Path) -> None:
    """The gate then verifies the account of the first credentials; a pair before both precedes them too."""
    profile_file(tmp_path, PROFILE)
    cli_file(tmp_path, CLI)
    assert find(ALLOWED, NOTHING, tmp_path).secret_id == "profile-id"
    assert find(CONFIG, NOTHING, tmp_path).secret_id == "config-id"
    assert find(NOTHING, ENVIRON, tmp_path).secret_id == "environment-id"
    assert find({"tencentcloud:profile": "default"}, NOTHING, tmp_path).secret_id == "cli-id"


def test_two_files_of_one_caller_are_accepted(tmp_path: Path) -> None:
    """The same id in both is the same account, unless the command line's file also has a role."""
    pair = {"secretId": "profile-id", "secretKey": "profile-key"}
    profile_file(tmp_path, PROFILE)
    cli_file(tmp_path, json.dumps(pair))
    assert find(NOTHING, NOTHING, tmp_path).secret_id == "profile-id"
    cli_file(tmp_path, json.dumps({"secretId": "", "secretKey": ""}))
    assert find(NOTHING, NOTHING, tmp_path).secret_id == "profile-id"
    cli_file(tmp_path, json.dumps({**pair, "role-arn": "a", "role-session-name": "s"}))
    with raises_error(CredentialsError, "have credentials of two different callers"):
        find(NOTHING, NOTHING, tmp_path)


SECOND_ROLE = json.dumps({"role-arn": "qcs::cam::uin/1:roleName/r", "role-session-name": "s"})


@pytest.mark.parametrize("by", ["tencentcloud:camRoleName", "TENCENTCLOUD_CAM_ROLE_NAME"])
@pytest.mark.parametrize("half", [{}, {"TENCENTCLOUD_SECRET_ID": "i"}, {"TENCENTCLOUD_SECRET_KEY": "k"}])
def test_a_cvm_role_and_a_role_in_the_command_lines_file_are_refused(
    tmp_path: Path, by: str, half: Mapping[str, str]
) -> None:
    """Without keys Pulumi's provider reads the file, and assumes its role with the CVM role's credentials."""
    path = cli_file(tmp_path, SECOND_ROLE)
    given = {by: "gatekeeper"}
    config, environ = (given, half) if ":" in by else (NOTHING, {**given, **half})
    with pytest.raises(CredentialsError) as caught:
        find(config, environ, tmp_path, TKE, CVM)
    assert headline(caught.value) == (
        f"{by} names a CVM role and {path} another role (role-arn), which Pulumi's provider would assume with it, and "
        "the gate uses neither: remove one of them."
    )


def test_a_role_in_an_unused_file_does_not_affect_a_cvm_role(tmp_path: Path) -> None:
    """The provider reads no file if it has keys; another profile's file is not read either."""
    config = {"tencentcloud:camRoleName": "gatekeeper"}
    path = cli_file(tmp_path, SECOND_ROLE)
    assert find({**config, **CONFIG}, NOTHING, tmp_path, TKE, CVM).secret_id == "role-id"
    assert find(config, ENVIRON, tmp_path, TKE, CVM).secret_id == "role-id"
    assert find({**config, "tencentcloud:profile": "prod"}, NOTHING, tmp_path, TKE, CVM).secret_id == "role-id"
    path.rename(path.with_name("prod.credential"))
    with raises_error(CredentialsError, "names a CVM role"):
        find({**config, "tencentcloud:profile": "prod"}, NOTHING, tmp_path, TKE, CVM)


def structs(of: type[msgspec.Struct] = msgspec.Struct) -> set[type[msgspec.Struct]]:
    """Return all structs of the package."""
    found = {of}.union(*(structs(one) for one in of.__subclasses__()))
    return {one for one in found if one.__module__.startswith("pulumi_tcsql_check.")}


def test_no_struct_with_a_secret_shows_it() -> None:
    """This holds for a traceback's locals, a log, and rich, which doesn't call `__repr__`."""
    fields = {"secret_key": SECRET, "tmp_secret_key": SECRET, "token": TOKEN, "external_id": SECRET, "token_code": "1"}
    found = Credentials(ID, SECRET, TOKEN, "a test")
    temporary = sts.TemporaryCredentials(TOKEN, ID, SECRET)
    role = Role("arn", "deploy", external_id=SECRET)
    holders = [
        found,
        role,
        temporary,
        metadata._Metadata(TOKEN, ID, SECRET),
        assumed_role._AssumeRole(external_id=SECRET, token_code=TOKEN),
        emulator_sts._AssumeRole("arn", "deploy", external_id=SECRET),
    ]
    assert {one for one in structs() if set(one.__struct_fields__) & set(fields)} == {type(one) for one in holders}
    around = [
        sts.RoleSession(temporary),
        account._Held(found, 0.0),
        msgspec.structs.replace(provider_config.read({}, {}), role=role),
    ]
    for one in (*holders, *around):
        shown = f"{one} {one!r} {one.__rich_repr__()!r}"
        for hidden in (SECRET, TOKEN, ID):
            assert hidden not in shown
