"""The role to assume, as configured for Pulumi's Tencent Cloud provider: `tencentcloud:assumeRole`, or variables."""

import re
from collections.abc import Mapping

import msgspec

from pulumi_tcsql_check.config import CONFIG_NAMESPACE
from pulumi_tcsql_check.config.stack_config import StackConfig, refusal
from pulumi_tcsql_check.errors import CredentialsError, InvalidInputError
from pulumi_tcsql_check.languages.sentence import Sentence
from pulumi_tcsql_check.model.role import DEFAULT_SESSION_SECONDS, Role

KEY = f"{CONFIG_NAMESPACE}:assumeRole"

MAX_SESSION_SECONDS = 43200
"""How long a role may last, in seconds (https://www.tencentcloud.com/document/product/1150/49456)."""

PREFIX = "TENCENTCLOUD_ASSUME_ROLE_"
_ROLE_ARN, _SESSION_NAME, _SESSION_DURATION = f"{PREFIX}ARN", f"{PREFIX}SESSION_NAME", f"{PREFIX}SESSION_DURATION"
_EXTERNAL_ID, _SOURCE_IDENTITY = f"{PREFIX}EXTERNAL_ID", f"{PREFIX}SOURCE_IDENTITY"
VARIABLES = (_ROLE_ARN, _SESSION_NAME, _SESSION_DURATION, _EXTERNAL_ID, _SOURCE_IDENTITY)


class _AssumeRole(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """The value of `assumeRole`, as the provider's schema has it; Pulumi hands it over as JSON text."""

    role_arn: str | None = None
    session_name: str | None = None
    session_duration: int | str | None = None
    policy: str | None = None
    external_id: str | None = None
    source_identity: str | None = None
    serial_number: str | None = None
    token_code: str | None = None

    def __repr__(self) -> str:
        """Show nothing: an external id is a secret to some, and so is a code."""
        return "<a role to assume>"

    def __rich_repr__(self) -> list[tuple[str, str]]:
        """Show rich, which does not ask `__repr__`, no more than that."""
        return []


def read(config: StackConfig, environ: Mapping[str, str]) -> Role | None:
    """Return the role to assume, or None: the fields of the key, each with its variable as a default.

    Raises:
        CredentialsError: The role is incomplete, or there are two.
        InvalidInputError: The duration is outside its range.
    """
    block = _assume_role(config)
    given = {name: environ[name] for name in VARIABLES if environ.get(name)}
    if block is None and not given:
        return None
    block = block or _AssumeRole()
    if block.serial_number or block.token_code:
        raise refusal(Sentence("one-time code", key=KEY))
    if block.role_arn and given.get(_ROLE_ARN, block.role_arn) != block.role_arn:
        raise refusal(Sentence("two roles", key=KEY, variable=_ROLE_ARN), choice=True)
    arn, session_name = block.role_arn or given.get(_ROLE_ARN), block.session_name or given.get(_SESSION_NAME)
    if not arn or not session_name:
        field, variable = ("roleArn", _ROLE_ARN) if not arn else ("sessionName", _SESSION_NAME)
        raise CredentialsError(Sentence("incomplete role", field=field, variable=variable, key=KEY))
    return Role(
        arn,
        session_name,
        _session_seconds(block.session_duration or given.get(_SESSION_DURATION) or DEFAULT_SESSION_SECONDS),
        block.policy or None,
        block.external_id or given.get(_EXTERNAL_ID),
        block.source_identity or given.get(_SOURCE_IDENTITY),
    )


def _assume_role(config: StackConfig) -> _AssumeRole | None:
    value = config.get(KEY)
    if value in (None, "", "{}"):
        return None
    try:
        return msgspec.json.decode(str(value), type=_AssumeRole)
    except (ValueError, RecursionError):
        # The value is not shown: it may hold an external id, which is a secret to some.
        raise CredentialsError(Sentence("unreadable role", key=KEY)) from None


def _session_seconds(value: int | str) -> int:
    text = str(value)
    if not (re.fullmatch("[0-9]{1,5}", text) and 1 <= int(text) <= MAX_SESSION_SECONDS):
        allowed = Sentence("whole seconds", least=1, most=MAX_SESSION_SECONDS)
        raise InvalidInputError(Sentence("field of key", field="sessionDuration", key=KEY), value, allowed)
    return int(text)
