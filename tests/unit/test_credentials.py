"""Where credentials are found, in which order, and what is refused rather than passed over."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from pulumi_tcsql_check import credentials
from pulumi_tcsql_check.credentials import Credentials, Source
from pulumi_tcsql_check.errors import CredentialsError

ID = "AKIDthisismyidentity1234"
SECRET = "thisismyverysecretkey"
TOKEN = "thisismysessiontoken"

NOTHING: Mapping[str, str] = {}
CONFIG = {"tencentcloud:secretId": "config-id", "tencentcloud:secretKey": "config-key"}
ENVIRON = {"TENCENTCLOUD_SECRET_ID": "environment-id", "TENCENTCLOUD_SECRET_KEY": "environment-key"}
PROFILE = "[default]\nsecret_id = profile-id\nsecret_key = profile-key\n"
CLI = json.dumps({"secretId": "cli-id", "secretKey": "cli-key"})
TKE: Source = ("the pod", lambda: Credentials("pod-id", "pod-key", "pod-token", "the pod"))
CVM: Source = ("the role", lambda: Credentials("role-id", "role-key", "role-token", "the role"))


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
def test_the_first_source_that_has_any_wins(tmp_path: Path, first: int, expected: str) -> None:
    """Of all sources from one on, that one is used, and each source is used where those before it are empty."""
    if first <= 2:
        profile_file(tmp_path, PROFILE)
    if first <= 3:
        cli_file(tmp_path, CLI)
    config, environ = (CONFIG if first == 0 else NOTHING), (ENVIRON if first <= 1 else NOTHING)
    roles = (TKE, CVM) if first <= 4 else (("the pod", lambda: None), CVM)
    found = credentials.find(config, environ, tmp_path, roles)
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
def test_every_source_may_bring_a_token(  # noqa: PLR0913, PLR0917  # a case is one row
    tmp_path: Path, config: Mapping[str, str], environ: Mapping[str, str], profile: str, cli: str, source: str
) -> None:
    """A session token is taken from beside the pair, and the source is named as its owner knows it."""
    if profile:
        profile_file(tmp_path, profile)
    if cli:
        cli_file(tmp_path, cli)
    found = credentials.find(config, environ, tmp_path, ())
    assert found.token == TOKEN
    assert found.source.endswith(source)


def test_without_a_token_there_is_none(tmp_path: Path) -> None:
    """An empty token counts as none."""
    assert credentials.find({**CONFIG, "tencentcloud:securityToken": ""}, NOTHING, tmp_path, ()).token is None


@pytest.mark.parametrize("missing", ["tencentcloud:secretId", "tencentcloud:secretKey"])
def test_half_a_pair_in_the_configuration_is_refused(tmp_path: Path, missing: str) -> None:
    """The missing half is named, and the complete pair in the environment is not used instead."""
    with pytest.raises(
        CredentialsError, match=rf"^{missing} is missing in the stack's configuration, though"
    ) as caught:
        credentials.find({**CONFIG, missing: ""}, ENVIRON, tmp_path, (CVM,))
    assert "config-" not in str(caught.value)


@pytest.mark.parametrize("missing", ["TENCENTCLOUD_SECRET_ID", "TENCENTCLOUD_SECRET_KEY"])
def test_half_a_pair_in_the_environment_is_refused(tmp_path: Path, missing: str) -> None:
    """The missing half is named, and the complete pair in the profile file is not used instead."""
    profile_file(tmp_path, PROFILE)
    environ = {name: value for name, value in ENVIRON.items() if name != missing}
    with pytest.raises(CredentialsError, match=rf"^{missing} is missing in the environment, though") as caught:
        credentials.find(NOTHING, environ, tmp_path, ())
    assert "environment-" not in str(caught.value)


@pytest.mark.parametrize("missing", ["secret_id", "secret_key"])
def test_half_a_pair_in_the_profile_file_is_refused(tmp_path: Path, missing: str) -> None:
    """The missing half and the file are named, and the command line's file is not used instead."""
    cli_file(tmp_path, CLI)
    path = profile_file(tmp_path, "".join(line for line in PROFILE.splitlines(keepends=True) if missing not in line))
    with pytest.raises(CredentialsError) as caught:
        credentials.find(NOTHING, NOTHING, tmp_path, ())
    assert str(caught.value) == f"{missing} is missing in {path}, though its counterpart is there."


@pytest.mark.parametrize("missing", ["secretId", "secretKey"])
def test_half_a_pair_in_the_command_lines_file_is_refused(tmp_path: Path, missing: str) -> None:
    """The missing half and the file are named, and the role is not asked instead."""
    path = cli_file(tmp_path, json.dumps({**json.loads(CLI), missing: None}))
    with pytest.raises(CredentialsError) as caught:
        credentials.find(NOTHING, NOTHING, tmp_path, (CVM,))
    assert str(caught.value) == f"{missing} is missing in {path}, though its counterpart is there."


@pytest.mark.parametrize("name", ["tencentcloud:secretId", "tencentcloud:secretKey", "tencentcloud:securityToken"])
@pytest.mark.parametrize(
    "value", ["sec ret", "secret\n", " secret", "s\u00e9cret", "secret\x00", "sec\tret", 17, ["secret"]]
)
def test_a_value_that_is_no_plain_text_is_refused_unseen(tmp_path: Path, name: str, value: object) -> None:
    """Spaces, line breaks, controls, other alphabets and other types are refused without showing the value."""
    config = {**CONFIG, name: value}
    with pytest.raises(CredentialsError, match=r"is not plain text without spaces or line breaks\.$") as caught:
        credentials.find(config, ENVIRON, tmp_path, ())
    said = str(caught.value)
    assert said.startswith(name if name != "tencentcloud:securityToken" else "the token")
    for shown in ("sec ret", "secret\n", "\u00e9", "17", "config-"):
        assert shown not in said


@pytest.mark.parametrize("name", ["TENCENTCLOUD_ASSUME_ROLE_ARN", "TENCENTCLOUD_ASSUME_ROLE_SAML_ASSERTION"])
def test_a_role_in_the_environment_is_refused(tmp_path: Path, name: str) -> None:
    """The stack's resources would act in the role's account, and the gate ask in another."""
    environ = {"TENCENTCLOUD_SECRET_ID": "AKIDone", "TENCENTCLOUD_SECRET_KEY": "two", name: "a value"}
    with pytest.raises(
        CredentialsError, match=rf"^The environment sets {name}, which the gate doesn't honour"
    ) as refused:
        credentials.find({}, environ, tmp_path, ())
    assert "a value" not in str(refused.value)
    assert credentials.find({}, {**environ, name: ""}, tmp_path, ()).secret_id == "AKIDone"


@pytest.mark.parametrize("name", credentials.NOT_HONOURED_VARIABLES)
def test_a_variable_that_chooses_another_file_is_refused_once_it_comes_to_files(tmp_path: Path, name: str) -> None:
    """A pair that is found before is used; the file that the variable does not mean is not."""
    pair = {"TENCENTCLOUD_SECRET_ID": "AKIDone", "TENCENTCLOUD_SECRET_KEY": "two"}
    assert credentials.find({}, {**pair, name: "other"}, tmp_path, ()).secret_id == "AKIDone"
    with pytest.raises(CredentialsError, match=f"^The environment sets {name}"):
        credentials.find({}, {name: "other"}, tmp_path, ())


def test_rich_shows_no_more_than_the_owner_needs() -> None:
    """The pretty-printer of rich does not ask `__repr__`."""
    found = Credentials("AKIDexample1234", "the key", "the token", "a test")
    assert found.__rich_repr__() == [("found", "...1234 from a test")]


@pytest.mark.parametrize("key", credentials.NOT_HONOURED)
def test_a_key_that_would_change_who_asks_is_refused(tmp_path: Path, key: str) -> None:
    """A key of Tencent's provider that isn't honoured stops the search at once, and its value is not shown."""
    with pytest.raises(CredentialsError, match=rf"sets tencentcloud:{key}, which the gate doesn't honour") as caught:
        credentials.find({**CONFIG, f"tencentcloud:{key}": "somebody-else"}, ENVIRON, tmp_path, (CVM,))
    assert "somebody-else" not in str(caught.value)
    assert "pulumi config set --secret tencentcloud:secretKey" in str(caught.value)


@pytest.mark.parametrize("value", [None, "", "false", False])
def test_a_key_that_says_no_is_no_key(tmp_path: Path, value: object) -> None:
    """What is switched off or empty changes nothing."""
    config = {**CONFIG, "tencentcloud:enablePodOidc": value, "tencentcloud:region": "ap-guangzhou"}
    assert credentials.find(config, NOTHING, tmp_path, ()).secret_id == "config-id"


@pytest.mark.parametrize(
    "text", [f"secret_key = {SECRET}\n", f"[default]\n{SECRET}\n", f"[default\nsecret_key={SECRET}"]
)
def test_a_malformed_profile_file_is_refused_unseen(tmp_path: Path, text: str) -> None:
    """A file that is no INI file is named, and nothing of it is shown."""
    path = profile_file(tmp_path, text)
    with pytest.raises(CredentialsError) as caught:
        credentials.find(NOTHING, NOTHING, tmp_path, (CVM,))
    assert str(caught.value) == f"{path} is not an INI file."


@pytest.mark.parametrize("text", [f'{{"secretKey": "{SECRET}"', f'["{SECRET}"]', SECRET, ""])
def test_a_malformed_file_of_the_command_line_is_refused_unseen(tmp_path: Path, text: str) -> None:
    """A file that is no JSON object is named, and nothing of it is shown."""
    path = cli_file(tmp_path, text)
    with pytest.raises(CredentialsError) as caught:
        credentials.find(NOTHING, NOTHING, tmp_path, (CVM,))
    assert str(caught.value) == f"{path} is not a JSON object."


@pytest.mark.parametrize("text", ["", "[other]\nsecret_id = i\nsecret_key = k\n", "[default]\nregion = ap-guangzhou\n"])
def test_a_profile_file_without_a_default_pair_is_passed_over(tmp_path: Path, text: str) -> None:
    """Other profiles are not this one, and a profile without either half is no source."""
    profile_file(tmp_path, text)
    cli_file(tmp_path, CLI)
    assert credentials.find(NOTHING, NOTHING, tmp_path, ()).secret_id == "cli-id"


def test_a_percent_sign_in_a_profile_is_just_that(tmp_path: Path) -> None:
    """Values are taken as they stand, without interpolation."""
    profile_file(tmp_path, "[default]\nsecret_id = i\nsecret_key = 100%(x)s\n")
    assert credentials.find(NOTHING, NOTHING, tmp_path, ()).secret_key == "100%(x)s"


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    """Where the file should be stands a folder: the error names it, and the next source is not used."""
    path = tmp_path / ".tencentcloud" / "credentials"
    path.mkdir(parents=True)
    cli_file(tmp_path, CLI)
    with pytest.raises(CredentialsError) as caught:
        credentials.find(NOTHING, NOTHING, tmp_path, ())
    assert str(caught.value) == f"{path} can't be read (IsADirectoryError)."


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    """Bytes that are no UTF-8 are an unreadable file, not an absent one."""
    path = cli_file(tmp_path, "")
    path.write_bytes(b'{"secretKey": "\xff"}')
    with pytest.raises(CredentialsError) as caught:
        credentials.find(NOTHING, NOTHING, tmp_path, ())
    assert str(caught.value) == f"{path} can't be read (UnicodeDecodeError)."


def test_the_error_lists_what_was_tried(tmp_path: Path) -> None:
    """Where nothing is found, every source is named in its order, and the reader is told what to set."""
    roles: tuple[Source, ...] = (("the pod", lambda: None), ("the role", lambda: None))
    with pytest.raises(CredentialsError, match=r"^No Tencent Cloud credentials were found\. Set them with") as caught:
        credentials.find(NOTHING, NOTHING, tmp_path, roles)
    assert caught.value.tried == (
        "the stack's configuration (tencentcloud:secretId)",
        "the environment (TENCENTCLOUD_SECRET_ID)",
        "~/.tencentcloud/credentials",
        "~/.tccli/default.credential",
        "the pod",
        "the role",
    )
    assert "; ".join(caught.value.tried) in str(caught.value)


def test_credentials_show_their_owner_and_nothing_else() -> None:
    """Neither text of credentials holds the key, the token, or more of the id than its end."""
    found = Credentials(ID, SECRET, TOKEN, "a test")
    assert str(found) == "...1234 from a test"
    assert repr(found) == "<credentials ...1234 from a test>"
    assert f"{[found]}" == "[<credentials ...1234 from a test>]"
