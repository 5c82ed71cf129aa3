"""Fetches the temporary credentials that a TKE pod or a CVM instance gets from its surroundings.

Both are looked for only where the configuration or the environment says that this is such a place, and each has two
seconds. Trouble that may pass by itself is told as such, so that a wait goes on; a refusal is not.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import quote

import msgspec
import requests

from pulumi_tcsql_check import bounded_file, envelope
from pulumi_tcsql_check.credentials import Credentials, Source
from pulumi_tcsql_check.errors import CredentialsError, ThrottledError, TransientError, WaitCancelledError
from pulumi_tcsql_check.exchange import BoundedAdapter, run_bounded
from pulumi_tcsql_check.printable import printable
from pulumi_tcsql_check.retry import Clock
from pulumi_tcsql_check.sts import Session, Temporary, TokenService

METADATA_URL = "http://metadata.tencentyun.com/latest/meta-data/cam/security-credentials/"
"""Where an instance finds its role's credentials (https://cloud.tencent.com/document/product/598/85616)."""

BOUND_SECONDS = 2.0

_TKE_VARIABLES = ("TKE_REGION", "TKE_PROVIDER_ID", "TKE_WEB_IDENTITY_TOKEN_FILE", "TKE_ROLE_ARN")
_SESSION_NAME = "pulumi-tcsql-check"

_IN_PASSING = (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError)
"""What may pass by itself: no connection or a broken one, or no time."""


class _Metadata(Temporary, rename="pascal"):
    code: str = "Success"
    expired_time: float | None = None


def sources(
    environ: Mapping[str, str],
    cam_role: str | None,
    service: TokenService,
    clock: Clock,
    check_cancelled: Callable[[], None],
) -> tuple[Source, Source]:
    """List the sources that have to be asked, in their order: the pod's, then the instance's.

    Args:
        environ: The provider process's environment.
        cam_role: The name of the instance's role, where one is configured.
        service: The token service.
        clock: The time to live in.
        check_cancelled: Raises when the update was cancelled.
    """

    def tke() -> Credentials | None:
        if not all(environ.get(name) for name in _TKE_VARIABLES):
            return None
        return _ask("the TKE pod's identity", lambda: _from_tke(environ, service, clock, check_cancelled))

    def cvm() -> Credentials | None:
        if not cam_role:
            return None
        return _ask(f"the CVM role {cam_role}", lambda: _from_cvm(cam_role, check_cancelled))

    return (
        (f"the TKE pod's identity ({', '.join(_TKE_VARIABLES)})", tke),
        ("the CVM role (tencentcloud:camRoleName or TENCENTCLOUD_CAM_ROLE_NAME)", cvm),
    )


def _ask(name: str, call: Callable[[], Session]) -> Credentials | None:
    """Ask within the bound; whatever goes wrong is one sentence without the answer's text, which may hold a token.

    Raises:
        CredentialsError: There was a refusal, an answer that is none, or a file that can't be read.
        ThrottledError: There were too many requests.
        TransientError: It may pass by itself.
        WaitCancelledError: The update was cancelled.
    """
    from_whom = f"No credentials came from {name}, which the configuration or the environment names"
    try:
        found = call()
    except (CredentialsError, WaitCancelledError):
        raise
    except (ThrottledError, TransientError) as error:
        if not error.code:
            raise
        raise type(error)(f"{from_whom} ({_cause(error)}).", code=error.code, request_id=error.request_id) from None
    except Exception as error:  # noqa: BLE001  # from a file, two HTTP libraries and two decoders
        raise CredentialsError(f"{from_whom} ({_cause(error)}).") from None
    return found.pair(name)


def _cause(error: Exception) -> str:
    return printable(str(getattr(error, "code", "")), 80) or type(error).__name__


def _from_tke(
    environ: Mapping[str, str], service: TokenService, clock: Clock, check_cancelled: Callable[[], None]
) -> Session:
    region, provider, token_file, role_arn = (environ[name] for name in _TKE_VARIABLES)
    until = clock.monotonic() + BOUND_SECONDS
    identity = bounded_file.read(Path(token_file), BOUND_SECONDS, check_cancelled)
    if identity is None:
        raise FileNotFoundError(token_file)
    params = {
        "ProviderId": provider,
        "WebIdentityToken": identity.strip(),
        "RoleArn": role_arn,
        "RoleSessionName": _SESSION_NAME,
    }
    return service.assume_role_with_web_identity(params, region, until, BOUND_SECONDS)


def _from_cvm(role: str, check_cancelled: Callable[[], None]) -> Session:
    try:
        answer = run_bounded(lambda: _get(METADATA_URL + quote(role, safe="")), BOUND_SECONDS, check_cancelled)
    except _IN_PASSING as error:
        raise _no_metadata(role, type(error).__name__) from None
    if envelope.may_pass(answer.status_code):
        raise _no_metadata(role, f"HTTP {answer.status_code}")
    answer.raise_for_status()
    found = msgspec.json.decode(answer.content, type=_Metadata)
    if found.code != "Success":
        raise ValueError(found.code)
    return Session(found, found.expired_time)


def _get(url: str) -> requests.Response:
    with requests.Session() as session:
        BoundedAdapter.on(session).begin(BOUND_SECONDS)
        return session.get(url)


def _no_metadata(role: str, cause: str) -> TransientError:
    return TransientError(f"The instance's metadata gave no answer about the CVM role {role} ({cause}).")
