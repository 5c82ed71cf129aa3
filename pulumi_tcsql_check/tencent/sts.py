"""Queries Tencent's Security Token Service for a role's temporary credentials and an account's id."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import quote_plus

import msgspec

from pulumi_tcsql_check.clock import Clock
from pulumi_tcsql_check.errors import CredentialsError
from pulumi_tcsql_check.languages.sentence import Sentence
from pulumi_tcsql_check.model.credentials import Credentials
from pulumi_tcsql_check.model.endpoint import Endpoint
from pulumi_tcsql_check.model.role import Role
from pulumi_tcsql_check.tencent.client import Client
from pulumi_tcsql_check.tencent.response import Advice

ENDPOINT = Endpoint("https", "sts.tencentcloudapi.com")
"""The endpoint of the SDK's own credentials; only tests replace it."""

SERVICE = "sts"
VERSION = "2018-08-13"
REGION = "ap-guangzhou"
"""The region of the SDK's own role credentials; roles are the same in every region."""

_SECRET_PARAMETERS = ("ExternalId", "WebIdentityToken")
"""Parameters with secret values; some accounts treat the external id as a secret."""

T = TypeVar("T")


def _advice(action: str) -> Advice:
    return (
        ("AuthFailure.SignatureExpire", Sentence("set the clock")),
        ("AuthFailure", Sentence("check the keys")),
        ("Unauthorized", Sentence("allow the action for a role", action=f"{SERVICE}:{action}")),
        ("ResourceNotFound", Sentence("check the role")),
    )


class TemporaryCredentials(msgspec.Struct, rename="pascal"):
    """The temporary credentials in a response."""

    token: str
    tmp_secret_id: str
    tmp_secret_key: str

    def __repr__(self) -> str:
        """Show at most the id's last four characters."""
        return f"<temporary ...{self.tmp_secret_id[-4:]}>"

    def __rich_repr__(self) -> list[tuple[str, str]]:
        """Show no more in rich, which doesn't use `__repr__`."""
        return [("found", f"...{self.tmp_secret_id[-4:]}")]


class RoleSession(msgspec.Struct, rename="pascal"):
    """A role's credentials; `expired_time` is in seconds since 1970."""

    credentials: TemporaryCredentials
    expired_time: float | None = None


class _Identity(msgspec.Struct, rename="pascal"):
    account_id: str


@dataclass(frozen=True)
class TokenService:
    """A client of the service; it connects for each call."""

    clock: Clock

    def assume_role(self, credentials: Credentials, role: Role, deadline: float) -> RoleSession:
        """Return a role's credentials; raises `ApiError`."""
        params: dict[str, object] = {
            "RoleArn": role.arn,
            "RoleSessionName": role.session_name,
            "DurationSeconds": role.seconds,
            "Policy": quote_plus(role.policy) if role.policy else None,
            "ExternalId": role.external_id,
            "SourceIdentity": role.source_identity,
        }
        return self._call(credentials, "AssumeRole", params, RoleSession, deadline)

    def account_of(self, credentials: Credentials, deadline: float) -> str:
        """Return the credentials' account id; raises `ApiError`, or `CredentialsError` if the response has none."""
        found = self._call(credentials, "GetCallerIdentity", {}, _Identity, deadline).account_id
        if not (found.isascii() and found.isdecimal()):
            raise CredentialsError(Sentence("no account", endpoint=ENDPOINT, credentials=credentials.sentence))
        return found

    def assume_role_with_web_identity(self, params: Mapping[str, object], region: str, deadline: float) -> RoleSession:
        """Exchange another provider's identity for a role's credentials, unsigned; raises `ApiError`."""
        return self._call(None, "AssumeRoleWithWebIdentity", params, RoleSession, deadline, region)

    def _call(  # noqa: PLR0913, PLR0917  # one per setting of a call
        self,
        credentials: Credentials | None,
        action: str,
        params: Mapping[str, object],
        kind: type[T],
        deadline: float,
        region: str = REGION,
    ) -> T:
        given = {name: value for name, value in params.items() if value is not None}
        secrets = [str(given[name]) for name in _SECRET_PARAMETERS if name in given]
        client = Client(SERVICE, VERSION, credentials, ENDPOINT, region, self.clock)
        return client.call(action, given, kind, deadline, advice=_advice(action), secrets=secrets)
