"""Decides whom to ask: the gate's own endpoint, the stack's, or Tencent's host for the region. Never the environment.

An environment variable that was left over from a rehearsal would point a real gate at a stand-in. Pulumi itself takes
any option of its command from a variable `PULUMI_OPTION_*`: two of those can set the stack's configuration.
"""

import re
from collections.abc import Mapping

from pulumi_tcsql_check.errors import InvalidInputError
from pulumi_tcsql_check.inputs import Endpoint
from pulumi_tcsql_check.inputs import endpoint as validate_endpoint
from pulumi_tcsql_check.stack_config import CONFIG_NAMESPACE, StackConfig

ENDPOINT_KEY = "tcsql-check:endpoint"
"""The stack's configuration key for the endpoint."""

DOMAIN_KEY = f"{CONFIG_NAMESPACE}:domain"
PROTOCOL_KEY = f"{CONFIG_NAMESPACE}:protocol"

OPTION_CONFIG, OPTION_CONFIG_FILE = "PULUMI_OPTION_CONFIG", "PULUMI_OPTION_CONFIG_FILE"
"""The variables that stand for `--config` and `--config-file`."""

_HOST = "sqlserver"
_TENCENT = "tencentcloudapi.com"
_LABEL = "[a-z0-9]([a-z0-9-]*[a-z0-9])?"


def choose(given: Endpoint | None, config: StackConfig, region: str) -> Endpoint:
    """Return the endpoint that counts: the input, then the stack's, then the region's host under the domain.

    Args:
        given: The gate's own input.
        config: The stack's configuration.
        region: The migration's region; finance regions (`*-fsi`) have hosts of their own.

    Raises:
        InvalidInputError: What the configuration says is no endpoint, no domain, or no protocol.
    """
    if given is not None:
        return given
    configured = config.get(ENDPOINT_KEY)
    if configured:
        return validate_endpoint(configured, ENDPOINT_KEY)
    _require_https(config)
    root = domain(config)
    regional = f".{region}" if region.endswith("-fsi") else "" if root else ".intl"
    return Endpoint("https", f"{_HOST}{regional}.{root or _TENCENT}")


def refuse_option_variables(endpoint: Endpoint, config: StackConfig, environ: Mapping[str, str]) -> None:
    """Refuse an endpoint that Pulumi's own environment variables may have chosen.

    Args:
        endpoint: The endpoint that counts.
        config: The stack's configuration.
        environ: The process's environment, which it has from the CLI.

    Raises:
        InvalidInputError: `PULUMI_OPTION_CONFIG` sets a key that chooses the endpoint, whatever its value, or
            `PULUMI_OPTION_CONFIG_FILE` is set and the endpoint isn't Tencent Cloud's.
    """
    # The CLI reads this value as CSV of `key=value`; quotes and brackets may stand around a key and its parts.
    option = re.sub(r"""[\s"'\[\]\\]""", "", environ.get(OPTION_CONFIG, "")).lower()
    for key in (ENDPOINT_KEY, DOMAIN_KEY):
        namespace, name = key.split(":")
        # A key without a namespace has the project's: it is this one if both have the same value.
        own = "" if config.get(name) is None or config.get(name) != config.get(key) else f"|(^|,){name}"
        if re.search(rf"({namespace}:(config:)?{name}{own})[=.]", option):
            allowed = "without that key: no variable may choose the endpoint; use `pulumi config set`, or `-c`"
            raise InvalidInputError(OPTION_CONFIG, f"{key}=...", allowed)
    file = environ.get(OPTION_CONFIG_FILE)
    if file and not endpoint.is_tencent:
        allowed = f"left out when the endpoint is {endpoint}: no variable may choose it; use `--config-file`"
        raise InvalidInputError(OPTION_CONFIG_FILE, file, allowed)


def is_tencents(endpoint: Endpoint, config: StackConfig) -> bool:
    """Tell whether an endpoint is Tencent Cloud's, or under the domain that the stack's configuration gives."""
    root = domain(config)
    return endpoint.is_tencent or (root is not None and endpoint.is_under(root))


def domain(config: StackConfig) -> str | None:
    """Return the root of the API's hosts, where the configuration gives one.

    Raises:
        InvalidInputError: It is no domain: an address, a single name, or with a scheme, a port or a path.
    """
    value = config.get(DOMAIN_KEY)
    if not value:
        return None
    text = value.lower() if isinstance(value, str) else ""
    if not re.fullmatch(rf"{_LABEL}(\.{_LABEL})*\.[a-z]({_LABEL})?", text):
        raise InvalidInputError(DOMAIN_KEY, value, f"a domain of two names or more, such as {_TENCENT}")
    return text


def _require_https(config: StackConfig) -> None:
    value = config.get(PROTOCOL_KEY) or "HTTPS"
    if not isinstance(value, str) or value.upper() != "HTTPS":
        allowed = "HTTPS: over HTTP a check is asked of this machine alone, which is what tcsql-check:endpoint is for"
        raise InvalidInputError(PROTOCOL_KEY, value, allowed)
