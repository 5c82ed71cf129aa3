"""Reads the credential files of Tencent's SDK and of tccli, with a timeout and a size limit."""

import configparser
import os
import stat
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from pulumi_tcsql_check.credentials.pair import pair
from pulumi_tcsql_check.errors import CredentialsError
from pulumi_tcsql_check.languages.sentence import Sentence, Words
from pulumi_tcsql_check.model.credentials import Credentials
from pulumi_tcsql_check.model.role import Role
from pulumi_tcsql_check.tencent.exchange import ExchangeTimeoutError, run_bounded

DEFAULT_PROFILE = "default"

MAX_BYTES = 1 << 20
"""The largest accepted file; a real one has less than 10 kB."""

Reader = Callable[[Path], str | None]
"""Reads a file's text; None if the file is missing."""


def read_bounded(path: Path, seconds: float, check_cancelled: Callable[[], None]) -> str | None:
    """Return a file's text, None if it is missing: a pipe or a hung file system can block a read.

    Raises:
        CredentialsError: The file is unusable, or the read is slow.
    """
    try:
        return run_bounded(lambda: _read(path), seconds, check_cancelled)
    except FileNotFoundError:
        return None
    except ExchangeTimeoutError:
        raise _unreadable(path, Sentence("file system hangs", seconds=seconds)) from None
    except (OSError, ValueError) as error:
        raise _unreadable(path, type(error).__name__) from None


def _read(path: Path) -> str:
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)  # otherwise blocks until a pipe has a writer
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise _unreadable(path, Sentence("not a regular file"))
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            octets = file.read(MAX_BYTES + 1)
    finally:
        os.close(descriptor)
    if len(octets) > MAX_BYTES:
        raise _unreadable(path, Sentence("too large a file"))
    return octets.decode("utf-8-sig")  # some editors write a byte order mark


def _unreadable(path: Path, cause: Words) -> CredentialsError:
    return CredentialsError(Sentence("unreadable file", path=path, cause=cause))


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
    section: Mapping[str, str] = parser[profile] if parser.has_section(profile) else {}
    source = str(path) if profile == DEFAULT_PROFILE else f"{path} ({profile})"
    return pair(source, ("secret_id", "secret_key"), section.get, section.get("token"))


def from_cli_file(path: Path, read: Reader) -> Credentials | None:
    """Return the credentials in tccli's `<profile>.credential`, with its role (`role-arn`, `role-session-name`).

    Raises:
        CredentialsError: The file is unusable, or has half a pair or half a role.
    """
    values = cli_values(path, read)
    return pair(str(path), ("secretId", "secretKey"), values.get, values.get("token"), role=cli_role(path, values))


def cli_role(path: Path, values: Mapping[str, Any]) -> Role | None:
    """Return the role in a file of tccli, whether it has a pair or not; errors as in `from_cli_file`."""
    arn, session_name = values.get("role-arn"), values.get("role-session-name")
    if bool(arn) != bool(session_name) or not all(isinstance(one, str) for one in (arn or "", session_name or "")):
        raise CredentialsError(Sentence("half a role", path=path))
    return Role(str(arn), str(session_name)) if arn else None


def cli_values(path: Path, read: Reader) -> dict[str, Any]:
    """Return the values in a file of tccli, none if it is missing."""
    text = read(path)
    if text is None:
        return {}
    try:
        return msgspec.json.decode(text, type=dict[str, Any])
    except (ValueError, RecursionError):
        raise CredentialsError(Sentence("not a JSON object", path=path)) from None
