"""Reads the configuration of Pulumi's Tencent Cloud provider: each key is honoured, refused, or named in a warning.

The keys stand in the stack's configuration under `tencentcloud`, and many have an environment variable. Which are
read, and in which order, is in the provider's source (`tencentcloudstack/terraform-provider-tencentcloud`,
`tencentcloud/provider.go`). A key that is ignored could make the gate query as another account, about another migration
of the same number.
"""

from collections.abc import Iterable, Mapping

import msgspec

from pulumi_tcsql_check.config import CONFIG_NAMESPACE, assumed_role
from pulumi_tcsql_check.config.stack_config import StackConfig, refusal
from pulumi_tcsql_check.errors import InvalidInputError
from pulumi_tcsql_check.languages.sentence import Sentence
from pulumi_tcsql_check.model.role import Role

REFUSED = ("assumeRoleWithOidc", "assumeRoleWithSaml", "assumeRoleWithWebIdentity", "mfaCertification")
"""Keys that would change the caller in ways that are not supported."""

HONOURED = (
    "allowedAccountIds",
    "assumeRole",
    "camRoleName",
    "domain",
    "enablePodOidc",
    "forbiddenAccountIds",
    "profile",
    "protocol",
    "region",
    "secretId",
    "secretKey",
    "securityToken",
    "sharedCredentialsDir",
)

WITHOUT_MEANING_HERE = ("cosDomain",)
"""Keys about other APIs."""

NAMES = frozenset({*HONOURED, *REFUSED, *WITHOUT_MEANING_HERE})
"""All keys that are known here."""

_REFUSED_VARIABLES = (assumed_role.PREFIX, "TENCENTCLOUD_MFA_CERTIFICATION_")
"""The beginnings of variables that change the caller; those of `assumed_role.VARIABLES` are honoured."""


class Named(msgspec.Struct, frozen=True):
    """A value, and the key or variable that set it."""

    value: str
    by: str


class ProviderConfig(msgspec.Struct, frozen=True):
    """The settings from all keys and variables.

    Attributes:
        profile: The section, and the file `<profile>.credential`; None is `default`.
        credentials_dir: The folder of that file; None is `~/.tccli`.
        cam_role: The CVM role to fetch from the instance's metadata.
        pod_oidc: Whether to use the TKE pod's identity.
        role: The role to assume with the credentials found.
        allowed: The allowed accounts; empty allows any.
        forbidden: The forbidden accounts.
    """

    profile: Named | None
    credentials_dir: Named | None
    cam_role: Named | None
    pod_oidc: bool
    role: Role | None
    allowed: frozenset[str]
    forbidden: frozenset[str]


def read(config: StackConfig, environ: Mapping[str, str], keys: Iterable[str] = ()) -> ProviderConfig:
    """Read all keys and variables; `keys` are those of the configuration, if they can be listed.

    Raises:
        CredentialsError: A setting can't be honoured.
        InvalidInputError: A setting has an invalid value.
    """
    _refuse(config, environ, keys)
    pod_oidc = _flag(config, "enablePodOidc")
    role = assumed_role.read(config, environ)
    if pod_oidc and role is not None:
        raise refusal(Sentence("pod and role", key=f"{CONFIG_NAMESPACE}:enablePodOidc"), choice=True)
    return ProviderConfig(
        profile=_profile(config, environ),
        credentials_dir=_named(config, "sharedCredentialsDir", environ, "TENCENTCLOUD_SHARED_CREDENTIALS_DIR"),
        cam_role=_named(config, "camRoleName", environ, "TENCENTCLOUD_CAM_ROLE_NAME"),
        pod_oidc=pod_oidc,
        role=role,
        allowed=_accounts(config, "allowedAccountIds"),
        forbidden=_accounts(config, "forbiddenAccountIds"),
    )


def unknown_keys(keys: Iterable[str]) -> tuple[str, ...]:
    """Return those keys of the provider's namespace that mean nothing here, in order."""
    known = {f"{CONFIG_NAMESPACE}:{name}" for name in NAMES}
    return tuple(sorted(key for key in keys if key.startswith(f"{CONFIG_NAMESPACE}:") and key not in known))


def _refuse(config: StackConfig, environ: Mapping[str, str], keys: Iterable[str]) -> None:
    of_roles = [key for key in unknown_keys(keys) if key.startswith(f"{CONFIG_NAMESPACE}:assumeRole")]
    for key in (*(f"{CONFIG_NAMESPACE}:{name}" for name in REFUSED), *of_roles):
        if str(config.get(key) or "").lower() not in ("", "false"):
            raise refusal(Sentence("key not honoured", key=key))
    for name in sorted(environ):
        if environ[name] and name.startswith(_REFUSED_VARIABLES) and name not in assumed_role.VARIABLES:
            raise refusal(Sentence("variable not honoured", variable=name))


def _profile(config: StackConfig, environ: Mapping[str, str]) -> Named | None:
    """Return the profile; it is a part of a file's name, which must not lead out of the folder."""
    profile = _named(config, "profile", environ, "TENCENTCLOUD_PROFILE")
    if profile is not None and "/" in profile.value:
        raise InvalidInputError(profile.by, profile.value, Sentence("name without slash"))
    return profile


def _named(config: StackConfig, name: str, environ: Mapping[str, str], variable: str) -> Named | None:
    """Return a key's text, or else its variable's; it must be printable, since the screen may show it."""
    key = f"{CONFIG_NAMESPACE}:{name}"
    value = config.get(key)
    by, value = (key, value) if value else (variable, environ.get(variable))
    if not value:
        return None
    if not isinstance(value, str) or not value.isprintable():
        raise InvalidInputError(by, value, Sentence("printable text"))
    return Named(value, by)


def _flag(config: StackConfig, name: str) -> bool:
    key = f"{CONFIG_NAMESPACE}:{name}"
    value = config.get(key)
    text = str(value or "false").lower()
    if text not in ("true", "false"):
        raise InvalidInputError(key, value, Sentence("true or false in lower case"))
    return text == "true"


def _accounts(config: StackConfig, name: str) -> frozenset[str]:
    """Read a list of account ids; Pulumi hands over numbers where the configuration's file has no quotes."""
    key = f"{CONFIG_NAMESPACE}:{name}"
    value = config.get(key)
    if value in (None, ""):
        return frozenset()
    try:
        found = msgspec.json.decode(str(value), type=list[int | str])
    except (ValueError, RecursionError):
        found = []
    ids = frozenset(str(one) for one in found)
    if not ids or not all(one.isascii() and one.isdecimal() for one in ids):
        raise InvalidInputError(key, value, Sentence("account ids", example='["100000000001"]'))
    return ids
