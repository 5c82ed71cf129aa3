"""Finds the credentials to ask Tencent with, on this machine; `role_credentials` asks for the rest.

They are never inputs and never attributes of the provider, since both are stored in Pulumi's state. A source that holds
one half of a pair is an error: going on to the next could ask as somebody else, about another migration of the
same number.
"""

import configparser
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

import msgspec

from pulumi_tcsql_check.errors import CredentialsError

CONFIG_NAMESPACE = "tencentcloud"
"""The namespace of Pulumi's Tencent Cloud provider, whose keys are used here as well."""

NOT_HONOURED = (
    "allowedAccountIds",
    "assumeRole",
    "assumeRoleWithOidc",
    "assumeRoleWithSaml",
    "assumeRoleWithWebIdentity",
    "camRoleName",
    "domain",
    "enablePodOidc",
    "forbiddenAccountIds",
    "mfaCertification",
    "profile",
    "protocol",
    "sharedCredentialsDir",
)
"""Keys of that provider that would change who asks, or whom: refused, since ignoring one might ask as another."""

ROLE_VARIABLES = "TENCENTCLOUD_ASSUME_ROLE"
"""How the variables begin that make that provider act as another account's role: refused as well."""

NOT_HONOURED_VARIABLES = ("TENCENTCLOUD_PROFILE", "TENCENTCLOUD_SHARED_CREDENTIALS_DIR")
"""Variables that choose another file or section than the one read here: refused once it comes to files."""

_HOW_TO = (
    "Set them with `pulumi config set tencentcloud:secretId ...` and "
    "`pulumi config set --secret tencentcloud:secretKey`, or as TENCENTCLOUD_SECRET_ID and TENCENTCLOUD_SECRET_KEY."
)


class StackConfig(Protocol):
    """The stack's configuration, decrypted; keys carry their namespace."""

    def get(self, key: str, /) -> Any:  # noqa: ANN401  # whatever Pulumi's wire brought
        """Return a value, or None."""


class Credentials(msgspec.Struct, frozen=True):
    """A pair of id and key, with a token where it is temporary, and where it was found."""

    secret_id: str
    secret_key: str
    token: str | None
    source: str

    def __repr__(self) -> str:
        """Show nothing but the id's last four characters and the source."""
        return f"<credentials {self}>"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        """Show rich, which does not ask `__repr__`, no more than that."""
        return [("found", str(self))]

    def __str__(self) -> str:
        """Name them so that their owner knows them and nobody else learns anything."""
        return f"...{self.secret_id[-4:]} from {self.source}"


Source = tuple[str, Callable[[], Credentials | None]]
"""What the source is called, and how to look there; None means that it isn't there."""


def _refuse_unsupported(config: StackConfig, environ: Mapping[str, str]) -> None:
    for key in NOT_HONOURED:
        if str(config.get(f"{CONFIG_NAMESPACE}:{key}") or "").lower() not in ("", "false"):
            raise _refusal(f"The stack's configuration sets {CONFIG_NAMESPACE}:{key}")
    for name in sorted(environ):
        if name.startswith(ROLE_VARIABLES) and environ[name]:
            raise _refusal(f"The environment sets {name}")


def _refusal(what: str) -> CredentialsError:
    return CredentialsError(
        f"{what}, which the gate doesn't honour, and ignoring it might ask about another account's migration. "
        f"Give the gate's stack credentials of its own: {_HOW_TO}"
    )


def find(config: StackConfig, environ: Mapping[str, str], home: Path, roles: tuple[Source, ...]) -> Credentials:
    """Return the first credentials found, in the order that the README's table gives.

    Args:
        config: The stack's configuration.
        environ: The provider process's environment.
        home: The user's home folder.
        roles: The sources that have to be asked over the network, last in the order.

    Raises:
        CredentialsError: A source is unusable, or there are none; it lists what was tried.
    """
    _refuse_unsupported(config, environ)
    sources: tuple[Source, ...] = (
        ("the stack's configuration (tencentcloud:secretId)", lambda: _from_config(config)),
        ("the environment (TENCENTCLOUD_SECRET_ID)", lambda: _from_environment(environ)),
        ("~/.tencentcloud/credentials", lambda: _from_profile_file(environ, home)),
        ("~/.tccli/default.credential", lambda: _from_cli_file(home / ".tccli" / "default.credential")),
        *roles,
    )
    for _, look in sources:
        found = look()
        if found is not None:
            return found
    raise CredentialsError(f"No Tencent Cloud credentials were found. {_HOW_TO}", [name for name, _ in sources])


def pair(
    source: str, names: tuple[str, str], secret_id: object, secret_key: object, token: object = None
) -> Credentials | None:
    """Make credentials of what a source holds: None of nothing, an error of a half.

    Args:
        source: What to call the source.
        names: What the source calls id and key.
        secret_id: What it holds as id.
        secret_key: What it holds as key.
        token: What it holds as token, if anything.

    Raises:
        CredentialsError: One of id and key is missing, or a value can't be what it claims to be.
    """
    if not secret_id and not secret_key:
        return None
    for name, value in zip(names, (secret_id, secret_key), strict=True):
        if not value:
            raise CredentialsError(f"{name} is missing in {source}, though its counterpart is there.")
    for name, value in (*zip(names, (secret_id, secret_key), strict=True), ("the token", token or "-")):
        if not isinstance(value, str) or not value.isascii() or not value.isprintable() or " " in value:
            raise CredentialsError(f"{name} in {source} is not plain text without spaces or line breaks.")
    return Credentials(str(secret_id), str(secret_key), str(token) if token else None, source)


def _from_config(config: StackConfig) -> Credentials | None:
    names = (f"{CONFIG_NAMESPACE}:secretId", f"{CONFIG_NAMESPACE}:secretKey")
    token = config.get(f"{CONFIG_NAMESPACE}:securityToken")
    return pair("the stack's configuration", names, config.get(names[0]), config.get(names[1]), token)


def _from_environment(environ: Mapping[str, str]) -> Credentials | None:
    names = ("TENCENTCLOUD_SECRET_ID", "TENCENTCLOUD_SECRET_KEY")
    token = environ.get("TENCENTCLOUD_TOKEN") or environ.get("TENCENTCLOUD_SECURITY_TOKEN")
    return pair("the environment", names, environ.get(names[0]), environ.get(names[1]), token)


def _from_profile_file(environ: Mapping[str, str], home: Path) -> Credentials | None:
    for name in NOT_HONOURED_VARIABLES:
        if environ.get(name):
            raise _refusal(f"The environment sets {name}")
    path = home / ".tencentcloud" / "credentials"
    text = _read(path)
    if text is None:
        return None
    parser = configparser.ConfigParser(interpolation=None, default_section="")
    try:
        parser.read_string(text)
    except configparser.Error:
        raise CredentialsError(f"{path} is not an INI file.") from None
    section = parser["default"] if parser.has_section("default") else {}
    values = {name: section.get(name, "") for name in ("secret_id", "secret_key", "token")}
    return pair(str(path), ("secret_id", "secret_key"), values["secret_id"], values["secret_key"], values["token"])


def _from_cli_file(path: Path) -> Credentials | None:
    text = _read(path)
    if text is None:
        return None
    try:
        values = msgspec.json.decode(text, type=dict[str, Any])
    except (ValueError, RecursionError):
        raise CredentialsError(f"{path} is not a JSON object.") from None
    names = ("secretId", "secretKey")
    return pair(str(path), names, values.get(names[0]), values.get(names[1]), values.get("token"))


def _read(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise CredentialsError(f"{path} can't be read ({type(error).__name__}).") from None
