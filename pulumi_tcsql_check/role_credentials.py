"""Fetches the temporary credentials that a TKE pod or a CVM instance gets from its surroundings.

Both are looked for only where the environment says that this is such a place, and each has two seconds.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

import msgspec
import requests
from tencentcloud.common.common_client import CommonClient
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile

from pulumi_tcsql_check.credentials import Credentials, Source, pair
from pulumi_tcsql_check.errors import CredentialsError, WaitCancelledError
from pulumi_tcsql_check.exchange import BoundedAdapter, run_bounded
from pulumi_tcsql_check.inputs import Endpoint

STS = Endpoint("https", "sts.tencentcloudapi.com")
"""Tencent's Security Token Service, as the SDK's own TKE credential asks it."""

METADATA_URL = "http://metadata.tencentyun.com/latest/meta-data/cam/security-credentials/"
"""Where an instance finds its role's credentials (https://cloud.tencent.com/document/product/598/85616)."""

BOUND_SECONDS = 2.0

_TKE_VARIABLES = ("TKE_REGION", "TKE_PROVIDER_ID", "TKE_WEB_IDENTITY_TOKEN_FILE", "TKE_ROLE_ARN")
_ROLE_VARIABLE = "TENCENTCLOUD_CAM_ROLE_NAME"
_SESSION_NAME = "pulumi-tcsql-check"

T = TypeVar("T")


class _StsPair(msgspec.Struct, rename="pascal"):
    token: str
    tmp_secret_id: str
    tmp_secret_key: str


class _StsCredentials(msgspec.Struct, rename="pascal"):
    credentials: _StsPair


class _StsEnvelope(msgspec.Struct, rename="pascal"):
    response: _StsCredentials


def sources(
    environ: Mapping[str, str],
    check_cancelled: Callable[[], None],
    *,
    sts: Endpoint = STS,
    metadata_url: str = METADATA_URL,
) -> tuple[Source, ...]:
    """List the sources that have to be asked, in their order.

    Args:
        environ: The provider process's environment.
        check_cancelled: Raises when the update was cancelled.
        sts: Where the token service is; only tests say otherwise.
        metadata_url: Where the instance's metadata are; only tests say otherwise.
    """

    def tke() -> Credentials | None:
        if not all(environ.get(name) for name in _TKE_VARIABLES):
            return None
        return _ask("the TKE pod's identity", lambda: _from_tke(environ, sts), check_cancelled)

    def cvm() -> Credentials | None:
        role = environ.get(_ROLE_VARIABLE)
        if not role:
            return None
        return _ask(f"the CVM role {role}", lambda: _from_cvm(role, metadata_url), check_cancelled)

    return (
        (f"the TKE pod's identity ({', '.join(_TKE_VARIABLES)})", tke),
        (f"the CVM role ({_ROLE_VARIABLE})", cvm),
    )


def _ask(name: str, call: Callable[[], _StsPair], check_cancelled: Callable[[], None]) -> Credentials | None:
    """Ask within the bound; whatever goes wrong is one sentence without the answer's text, which may hold a token."""
    try:
        found = run_bounded(call, BOUND_SECONDS, check_cancelled)
    except WaitCancelledError:
        raise
    except Exception as error:  # noqa: BLE001  # from a file, two HTTP libraries and two decoders
        from_whom = f"No credentials came from {name}, which the environment names"
        raise CredentialsError(f"{from_whom} ({type(error).__name__}).") from None
    return pair(name, ("TmpSecretId", "TmpSecretKey"), found.tmp_secret_id, found.tmp_secret_key, found.token)


def _from_tke(environ: Mapping[str, str], sts: Endpoint) -> _StsPair:
    region, provider, token_file, role_arn = (environ[name] for name in _TKE_VARIABLES)
    http = HttpProfile(protocol=sts.scheme, endpoint=sts.host)
    profile = ClientProfile(httpProfile=http, language="en-US", disable_region_breaker=True)
    client = CommonClient("sts", "2018-08-13", None, region, profile)
    BoundedAdapter.on(client.request.conn._session).begin(BOUND_SECONDS)  # noqa: SLF001  # the SDK has no public way
    params = {
        "ProviderId": provider,
        "WebIdentityToken": Path(token_file).read_text(encoding="utf-8").strip(),
        "RoleArn": role_arn,
        "RoleSessionName": _SESSION_NAME,
    }
    body = client.call("AssumeRoleWithWebIdentity", params, options={"SkipSign": True})
    return msgspec.json.decode(body, type=_StsEnvelope).response.credentials


def _from_cvm(role: str, metadata_url: str) -> _StsPair:
    with requests.Session() as session:
        BoundedAdapter.on(session).begin(BOUND_SECONDS)
        answer = session.get(metadata_url + role)
    answer.raise_for_status()
    return msgspec.json.decode(answer.content, type=_StsPair)
