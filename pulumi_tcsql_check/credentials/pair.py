"""Makes credentials of a source's secret id and secret key.

A source with one half of a pair is an error. With the next source, the gate could query another account's migration of
the same number.
"""

from pulumi_tcsql_check.errors import CredentialsError
from pulumi_tcsql_check.languages.sentence import Sentence, Words
from pulumi_tcsql_check.model.credentials import Credentials
from pulumi_tcsql_check.model.role import Role
from pulumi_tcsql_check.tencent.sts import Session


def pair(  # noqa: PLR0913  # what a source may hold, the rarer half by name
    source: Words,
    names: tuple[str, str],
    secret_id: object,
    secret_key: object,
    token: object = None,
    *,
    expires_at: float | None = None,
    role: Role | None = None,
) -> Credentials | None:
    """Return credentials, or None if a source has neither id nor key; `names` are those that the source uses.

    Raises:
        CredentialsError: Only one of id and key is there, or a value is no plain text.
    """
    if not secret_id and not secret_key:
        return None
    for name, value in zip(names, (secret_id, secret_key), strict=True):
        if not value:
            raise CredentialsError(Sentence("half a pair", name=name, source=source))
    values = (secret_id, secret_key, token or "-")
    for what, value in zip((*names, Sentence("the token")), values, strict=True):
        if not isinstance(value, str) or not value.isascii() or not value.isprintable() or " " in value:
            raise CredentialsError(Sentence("not plain text", name=what, source=source))
    return Credentials(str(secret_id), str(secret_key), str(token) if token else None, source, expires_at, role)


def from_session(session: Session, source: Words) -> Credentials | None:
    """Return a role session's credentials; None if it has neither id nor key. Errors as in `pair`."""
    new, names = session.credentials, ("TmpSecretId", "TmpSecretKey")
    return pair(source, names, new.tmp_secret_id, new.tmp_secret_key, new.token, expires_at=session.expired_time)
