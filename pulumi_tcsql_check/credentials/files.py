"""Reads the credential files of Tencent's SDK and of tccli."""

import configparser
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from pulumi_tcsql_check.credentials.pair import pair
from pulumi_tcsql_check.errors import CredentialsError
from pulumi_tcsql_check.languages.sentence import Sentence
from pulumi_tcsql_check.model.credentials import Credentials
from pulumi_tcsql_check.model.role import Role
from pulumi_tcsql_check.tencent.bounded_file import Reader

DEFAULT_PROFILE = "default"


def from_profile_file(home: Path, profile: str, read: Reader) -> Credentials | None:
    """Return the credentials in a section of the SDK's `~/.tencentcloud/credentials`.

    Raises:
        CredentialsError: The file is unusable, or has half a pair.
    """
    path = home / ".tencentcloud" / "credentials"
    text = read(path)
    if text is None:
        return None
    parser = configparser.ConfigParser(interpolation=None, default_section="")
    try:
        parser.read_string(text)
    except configparser.Error:
        raise CredentialsError(Sentence("not an INI file", path=path)) from None
    section = parser[profile] if parser.has_section(profile) else {}
    values = {name: section.get(name, "") for name in ("secret_id", "secret_key", "token")}
    source = str(path) if profile == DEFAULT_PROFILE else f"{path} ({profile})"
    return pair(source, ("secret_id", "secret_key"), values["secret_id"], values["secret_key"], values["token"])


def from_cli_file(path: Path, read: Reader) -> Credentials | None:
    """Return the credentials in tccli's `<profile>.credential`, with its role (`role-arn`, `role-session-name`).

    Raises:
        CredentialsError: The file is unusable, or has half a pair or half a role.
    """
    values, names = _cli_values(path, read), ("secretId", "secretKey")
    role = _role(path, values)
    return pair(str(path), names, values.get(names[0]), values.get(names[1]), values.get("token"), role=role)


def role_in_cli_file(path: Path, read: Reader) -> Role | None:
    """Return the role in a file of tccli, whether it has a pair or not; errors as in `from_cli_file`."""
    return _role(path, _cli_values(path, read))


def _role(path: Path, values: Mapping[str, Any]) -> Role | None:
    arn, session_name = values.get("role-arn"), values.get("role-session-name")
    if bool(arn) != bool(session_name) or not all(isinstance(one, str) for one in (arn or "", session_name or "")):
        raise CredentialsError(Sentence("half a role", path=path))
    return Role(str(arn), str(session_name)) if arn else None


def _cli_values(path: Path, read: Reader) -> dict[str, Any]:
    text = read(path)
    if text is None:
        return {}
    try:
        return msgspec.json.decode(text, type=dict[str, Any])
    except (ValueError, RecursionError):
        raise CredentialsError(Sentence("not a JSON object", path=path)) from None
