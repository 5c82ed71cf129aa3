"""Makes credentials of a source's secret id and secret key.

A source with one half of a pair is an error. With the next source, the gate could query another account's migration of
the same number.
"""

from collections.abc import Callable

import msgspec

from pulumi_tcsql_check.errors import CredentialsError
from pulumi_tcsql_check.languages.sentence import Sentence, Words
from pulumi_tcsql_check.model.credentials import Credentials
from pulumi_tcsql_check.model.role import Role
from pulumi_tcsql_check.tencent.sts import RoleSession


def pair(  # noqa: PLR0913  # what a source may hold, the rarer half by name
    source: Words,
    names: tuple[str, str],
    get: Callable[[str], object],
    token: object,
    *,
    expires_at: float | None = None,
    role: Role | None = None,
) -> Credentials | None:
    """Return credentials, or None if a source has neither id nor key; `get` returns the value of one of the `names`.

    Raises:
        CredentialsError: Only one of id and key is there, or a value is no plain text.
    """
    found = {name: get(name) for name in names}
    if not any(found.values()):
        return None
    for name, value in found.items():
        if not value:
            raise CredentialsError(Sentence("half a pair", name=name, source=source))
    for what, value in (*found.items(), (Sentence("the token"), token or "-")):
        if not isinstance(value, str) or not value.isascii() or not value.isprintable() or " " in value:
            raise CredentialsError(Sentence("not plain text", name=what, source=source))
    secret_id, secret_key = (str(value) for value in found.values())
    return Credentials(secret_id, secret_key, str(token) if token else None, source, expires_at, role)


def from_session(session: RoleSession, source: Words) -> Credentials | None:
    """Return a role session's credentials; None if it has neither id nor key. Errors as in `pair`."""
    values = msgspec.to_builtins(session.credentials)
    return pair(source, ("TmpSecretId", "TmpSecretKey"), values.get, values["Token"], expires_at=session.expired_time)
