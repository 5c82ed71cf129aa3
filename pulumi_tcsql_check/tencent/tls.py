"""Chooses the trusted certificates by `requests`' variable, which the SDK and the session ignore."""

import functools
import os
import ssl
import stat
from collections.abc import Callable, Mapping

from pulumi_tcsql_check.errors import InvalidInputError
from pulumi_tcsql_check.languages.sentence import Sentence
from pulumi_tcsql_check.model.endpoint import Endpoint
from pulumi_tcsql_check.tencent.exchange import run_bounded

VARIABLE = "REQUESTS_CA_BUNDLE"
PROXY_VARIABLES = ("https_proxy", "HTTPS_PROXY")
"""The SDK's proxy variables, in this order (`tencentcloud/common/http/request.py`)."""


def bundle(environ: Mapping[str, str]) -> str | None:
    """Return the file or folder of the certificate authorities to trust; None for those of `certifi`."""
    return environ.get(VARIABLE) or None


def proxy(environ: Mapping[str, str], endpoint: Endpoint) -> str:
    """Return the variable that names the proxy of the requests to an endpoint; "" if there is none."""
    excepted = environ.get("NO_PROXY") or environ.get("no_proxy") or ""
    if endpoint.is_loopback or endpoint.host in excepted:  # a substring match, as in the SDK
        return ""
    return next((name for name in PROXY_VARIABLES if environ.get(name)), "")


def verify(environ: Mapping[str, str], seconds: float, check_cancelled: Callable[[], None]) -> None:
    """Load the certificate authorities before the first request; raises `InvalidInputError` on failure or timeout."""
    path = bundle(environ)
    if path is None:
        return
    try:
        run_bounded(lambda: _load(path), seconds, check_cancelled)
    except OSError:  # the timeout is one as well
        raise InvalidInputError(VARIABLE, path, Sentence("certificates", seconds=seconds)) from None


@functools.cache
def _load(path: str) -> None:
    """Load the authorities once in a process: it takes as long as a query. As in `requests`, size is unlimited."""
    mode = os.stat(path).st_mode  # noqa: PTH116  # `ssl` takes a name as well
    if not stat.S_ISDIR(mode) and not stat.S_ISREG(mode):
        raise OSError(path)
    kind = "capath" if stat.S_ISDIR(mode) else "cafile"
    ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(**{kind: path})
