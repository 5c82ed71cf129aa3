"""Whose certificates are trusted: those that every tool on `requests` trusts, so that a proxy may look into TLS.

The SDK passes over the variable, and so would the session, which reads nothing else of the environment either.
"""

import functools
import ssl
from collections.abc import Mapping
from pathlib import Path

from pulumi_tcsql_check.errors import InvalidInputError

VARIABLE = "REQUESTS_CA_BUNDLE"


def bundle(environ: Mapping[str, str]) -> str | None:
    """Return the file, or the folder, of the authorities to trust; None for those that come with `certifi`.

    Args:
        environ: The process's environment.

    Raises:
        InvalidInputError: The variable names something else.
    """
    path = environ.get(VARIABLE)
    if not path:
        return None
    try:
        _load(path)
    except OSError:
        raise InvalidInputError(VARIABLE, path, "a file or folder of certificates that can be read") from None
    return path


@functools.cache
def _load(path: str) -> None:
    """Load it once in a process, which takes as long as a query: a wave has eight connections."""
    kind = "capath" if Path(path).is_dir() else "cafile"
    ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(**{kind: path})
