"""Queries Tencent's Security Token Service: a role's temporary credentials, and the account of some credentials."""

from collections.abc import Mapping
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
"""Where the service is, as the SDK's own credentials ask it; nothing but a test says otherwise."""

SERVICE = "sts"
VERSION = "2018-08-13"
REGION = "ap-guangzhou"
"""What the SDK's own credential for a role says; roles are the same everywhere."""


_SECRET_PARAMETERS = ("ExternalId", "WebIdentityToken")
"""The parameters whose values are secret; some accounts treat an external id so."""

T = TypeVar("T")


def _advice(action: str) -> Advice:
    return (
        ("AuthFailure.SignatureExpire", Sentence("set the clock")),
        ("AuthFailure", Sentence("check the keys")),
        ("Unauthorized", Sentence("allow the action for a role", action=f"{SERVICE}:{action}")),
        ("ResourceNotFound", Sentence("check the role")),
    )


class Temporary(msgspec.Struct, rename="pascal"):
    """The temporary credentials in a response."""

    token: str
    tmp_secret_id: str
    tmp_secret_key: str

    def __repr__(self) -> str:
        """Show at most the id's last four characters."""
        return f"<temporary ...{self.tmp_secret_id[-4:]}>"

    def __rich_repr__(self) -> list[tuple[str, str]]:
        """Show rich, which does not ask `__repr__`, no more than that."""
        return [("found", f"...{self.tmp_secret_id[-4:]}")]


class Session(msgspec.Struct, rename="pascal"):
    """A role's credentials; `expired_time` is in seconds since 1970."""

    credentials: Temporary
    expired_time: float | None = None


class _Identity(msgspec.Struct, rename="pascal"):
    account_id: str


class TokenService:
    """A client of the service; not thread-safe."""

    def __init__(self, clock: Clock) -> None:
        """Prepare; nothing is sent yet."""
        self._clock = clock

    def assume_role(self, who: Credentials, role: Role, deadline: float) -> Session:
        """Return a role's credentials, assumed with some credentials; raises `ApiError`."""
        params: dict[str, object] = {
            "RoleArn": role.arn,
            "RoleSessionName": role.session_name,
            "DurationSeconds": role.seconds,
            "Policy": quote_plus(role.policy) if role.policy else None,
            "ExternalId": role.external_id,
            "SourceIdentity": role.source_identity,
        }
        return self._call(who, "AssumeRole", params, Session, deadline)

    def account_of(self, who: Credentials, deadline: float) -> str:
        """Return the id of the account that some credentials belong to.

        Raises:
            ApiError: There was no response, or a refusal.
            CredentialsError: The response names no account.
        """
        found = self._call(who, "GetCallerIdentity", {}, _Identity, deadline).account_id
        if not (found.isascii() and found.isdecimal()):
            raise CredentialsError(Sentence("no account", endpoint=ENDPOINT, credentials=who.sentence))
        return found

    def assume_role_with_web_identity(
        self, params: Mapping[str, object], region: str, deadline: float, at_most_seconds: float
    ) -> Session:
        """Return a role's credentials for an identity of another provider; the call isn't signed. Raises `ApiError`."""
        action, secrets = "AssumeRoleWithWebIdentity", _secrets_of(params)
        client = self._client(None, region)
        return client.call(action, params, Session, deadline, secrets=secrets, at_most_seconds=at_most_seconds)

    def _call(self, who: Credentials, action: str, params: Mapping[str, object], kind: type[T], deadline: float) -> T:
        given = {name: value for name, value in params.items() if value is not None}
        client, secrets = self._client(who, REGION), _secrets_of(given)
        return client.call(action, given, kind, deadline, advice=_advice(action), secrets=secrets)

    def _client(self, who: Credentials | None, region: str) -> Client:
        return Client(
            SERVICE,
            VERSION,
            credentials=who,
            endpoint=ENDPOINT,
            region=region,
            clock=self._clock,
        )


def _secrets_of(params: Mapping[str, object]) -> list[str]:
    return [str(params[name]) for name in _SECRET_PARAMETERS if name in params]
