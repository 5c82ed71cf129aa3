"""Fetches the temporary credentials of a TKE pod or a CVM instance.

Each is queried only if the configuration or the environment names it, and for at most two seconds. An error that may
pass is raised as such, so that a wait goes on; a refusal ends it.
"""

from collections.abc import Callable, Mapping
from pathlib import Path

from pulumi_tcsql_check.clock import Clock
from pulumi_tcsql_check.credentials import files
from pulumi_tcsql_check.credentials.pair import from_session
from pulumi_tcsql_check.errors import CredentialsError, ThrottledError, TransientError, WaitCancelledError
from pulumi_tcsql_check.languages.sentence import Sentence
from pulumi_tcsql_check.model.credentials import Credentials, Source
from pulumi_tcsql_check.tencent import metadata
from pulumi_tcsql_check.tencent.sts import RoleSession, TokenService
from pulumi_tcsql_check.text import printable

BOUND_SECONDS = 2.0

_TKE_VARIABLES = ("TKE_REGION", "TKE_PROVIDER_ID", "TKE_WEB_IDENTITY_TOKEN_FILE", "TKE_ROLE_ARN")
_SESSION_NAME = "pulumi-tcsql-check"


def sources(environ: Mapping[str, str], cam_role: str | None, clock: Clock) -> tuple[Source, Source]:
    """List the sources that are queried over the network, in their order: the pod's, then the instance's."""

    def tke() -> Credentials | None:
        if not all(environ.get(name) for name in _TKE_VARIABLES):
            return None
        return _fetch(Sentence("source pod"), lambda: _from_tke(environ, clock))

    def cvm() -> Credentials | None:
        if not cam_role:
            return None
        return _fetch(
            Sentence("source instance", role=cam_role),
            lambda: metadata.role_session(cam_role, BOUND_SECONDS, clock.check_cancelled),
        )

    return (
        (Sentence("place pod", variables=", ".join(_TKE_VARIABLES)), tke),
        (Sentence("place instance", key="tencentcloud:camRoleName", variable="TENCENTCLOUD_CAM_ROLE_NAME"), cvm),
    )


def _fetch(name: Sentence, call: Callable[[], RoleSession]) -> Credentials | None:
    """Fetch a session; an error names the source and never quotes the response, which may hold a token.

    Raises:
        CredentialsError: The service refused, the response is malformed, or a file is unusable.
        ThrottledError: There were too many requests.
        TransientError: The error may pass by itself.
        WaitCancelledError: The update was cancelled.
    """
    try:
        found = call()
    except (CredentialsError, WaitCancelledError):
        raise
    except (ThrottledError, TransientError) as error:
        if not error.code:
            raise
        problem = Sentence("no credentials from", source=name, cause=_cause(error))
        raise type(error)(problem, code=error.code, request_id=error.request_id) from None
    except Exception as error:  # noqa: BLE001  # from a file, two HTTP libraries and two decoders
        raise CredentialsError(Sentence("no credentials from", source=name, cause=_cause(error))) from None
    return from_session(found, name)


def _cause(error: Exception) -> str:
    return printable(str(getattr(error, "code", "")), 80) or type(error).__name__


def _from_tke(environ: Mapping[str, str], clock: Clock) -> RoleSession:
    region, provider, token_file, role_arn = (environ[name] for name in _TKE_VARIABLES)
    until = clock.monotonic() + BOUND_SECONDS
    identity = files.read_bounded(Path(token_file), BOUND_SECONDS, clock.check_cancelled)
    if identity is None:
        raise FileNotFoundError(token_file)
    params = {
        "ProviderId": provider,
        "WebIdentityToken": identity.strip(),
        "RoleArn": role_arn,
        "RoleSessionName": _SESSION_NAME,
    }
    return TokenService(clock).assume_role_with_web_identity(params, region, until)
