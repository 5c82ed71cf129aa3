"""Gets the temporary credentials of a CVM instance's role from the instance's metadata service."""

from collections.abc import Callable
from urllib.parse import quote

import msgspec
import requests

from pulumi_tcsql_check.errors import TransientError
from pulumi_tcsql_check.languages.sentence import Sentence
from pulumi_tcsql_check.tencent import response
from pulumi_tcsql_check.tencent.exchange import BoundedAdapter, run_bounded
from pulumi_tcsql_check.tencent.sts import RoleSession, TemporaryCredentials

METADATA_URL = "http://metadata.tencentyun.com/latest/meta-data/cam/security-credentials/"
"""Source: https://cloud.tencent.com/document/product/598/85616."""

_TRANSIENT = (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError)


class _Metadata(TemporaryCredentials, rename="pascal"):
    code: str = "Success"
    expired_time: float | None = None


def role_session(role: str, seconds: float, check_cancelled: Callable[[], None]) -> RoleSession:
    """Return a role's credentials; raises `TransientError`, `RequestException`, or `ValueError` if undocumented."""
    try:
        answer = run_bounded(lambda: _get(METADATA_URL + quote(role, safe=""), seconds), seconds, check_cancelled)
        cause = f"HTTP {answer.status_code}" if response.is_transient(answer.status_code) else ""
    except _TRANSIENT as error:
        cause = type(error).__name__
    if cause:
        raise TransientError(Sentence("no metadata", role=role, cause=cause))
    answer.raise_for_status()
    found = msgspec.json.decode(answer.content, type=_Metadata)
    if found.code != "Success":
        raise ValueError(found.code)
    return RoleSession(found, found.expired_time)


def _get(url: str, seconds: float) -> requests.Response:
    with requests.Session() as session:
        BoundedAdapter.on(session).begin(seconds)
        return session.get(url)
