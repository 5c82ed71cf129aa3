"""Chooses the endpoint: the gate's own, the stack's, or Tencent's host for the region; never the environment's.

An environment variable that was left over from a rehearsal would send a real gate to a stand-in. Pulumi itself takes
any option of its command from a variable `PULUMI_OPTION_*`: three of those can set the stack's configuration.
"""

import re
from collections.abc import Mapping

from pulumi_tcsql_check.config import CONFIG_NAMESPACE
from pulumi_tcsql_check.config.stack_config import StackConfig
from pulumi_tcsql_check.config.validation import endpoint as validate_endpoint
from pulumi_tcsql_check.errors import InvalidInputError
from pulumi_tcsql_check.languages.sentence import Sentence
from pulumi_tcsql_check.model.endpoint import Endpoint

ENDPOINT_KEY = "tcsql-check:endpoint"
"""The stack's configuration key for the endpoint."""

DOMAIN_KEY = f"{CONFIG_NAMESPACE}:domain"
PROTOCOL_KEY = f"{CONFIG_NAMESPACE}:protocol"

OPTION_CONFIG = "PULUMI_OPTION_CONFIG"
"""The variable that stands for `--config`, which sets single keys."""

SOURCE_OPTIONS = {"PULUMI_OPTION_CONFIG_FILE": "--config-file", "PULUMI_OPTION_OVERRIDE_ENV": "--override-env"}
"""The variables that replace the stack's file, or an environment of Pulumi ESC that the file imports; their options."""

_HOST = "sqlserver"
_TENCENT = "tencentcloudapi.com"
_LABEL = "[a-z0-9]([a-z0-9-]*[a-z0-9])?"


def choose(given: Endpoint | None, config: StackConfig, region: str) -> Endpoint:
    """Return the endpoint: the input, then the stack's, then the region's host under the domain.

    Finance regions (`*-fsi`) have hosts of their own.

    Raises:
        InvalidInputError: The configuration has no valid endpoint, domain or protocol.
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


def option(endpoint: Endpoint, region: str) -> str:
    """Return the value of `--endpoint` for a command that queries the same endpoint; "" for the default."""
    return "" if endpoint == choose(None, {}, region) else str(endpoint)


def refuse_option_variables(endpoint: Endpoint, project: str | None, environ: Mapping[str, str]) -> None:
    """Refuse an endpoint that Pulumi's own environment variables may have chosen.

    Raises:
        InvalidInputError: `PULUMI_OPTION_CONFIG` sets a key that chooses the endpoint, whatever its value, or a
            variable that replaces a source of the configuration is set and the endpoint isn't Tencent Cloud's.
    """
    for key in (ENDPOINT_KEY, DOMAIN_KEY):
        if _sets(environ.get(OPTION_CONFIG, ""), key, project):
            raise InvalidInputError(OPTION_CONFIG, f"{key}=...", Sentence("without that key", key=key))
    for variable, option in SOURCE_OPTIONS.items():
        value = environ.get(variable)
        if value and not endpoint.is_tencent:
            raise InvalidInputError(variable, value, Sentence("left out", endpoint=endpoint, option=option))


def _sets(option: str, key: str, project: str | None) -> bool:
    """Return whether a value of `PULUMI_OPTION_CONFIG` sets a key or a part of it.

    The CLI reads the value as one line of CSV, each field `key=value` or `key` alone. A key without a namespace has the
    project's. With `--config-path` a key is a path, such as `a:["b"]` or `a:b[0].c`. Spellings that the CLI does not
    accept are refused as well.
    """
    plain = re.sub(r"""[\s"'\]\\]""", "", option).replace("[", ".").lower()
    namespace, name = key.split(":")
    is_optional = "?" if project in (None, namespace) else ""
    return re.search(rf"(^|,)({namespace}:(config:)?){is_optional}\.*{name}([=.,]|$)", plain) is not None


def is_tencents(endpoint: Endpoint, config: StackConfig) -> bool:
    """Return whether an endpoint is Tencent Cloud's, or under the domain of the stack's configuration."""
    root = domain(config)
    return endpoint.is_tencent or (root is not None and endpoint.is_under(root))


def domain(config: StackConfig) -> str | None:
    """Return the domain of the API's hosts, if the configuration sets one.

    Raises:
        InvalidInputError: It is an address or a single name, or has a scheme, a port or a path.
    """
    value = config.get(DOMAIN_KEY)
    if not value:
        return None
    text = value.lower() if isinstance(value, str) else ""
    if not re.fullmatch(rf"{_LABEL}(\.{_LABEL})*\.[a-z]({_LABEL})?", text):
        raise InvalidInputError(DOMAIN_KEY, value, Sentence("domain", example=_TENCENT))
    return text


def _require_https(config: StackConfig) -> None:
    value = config.get(PROTOCOL_KEY) or "HTTPS"
    if not isinstance(value, str) or value.upper() != "HTTPS":
        raise InvalidInputError(PROTOCOL_KEY, value, Sentence("https", key=ENDPOINT_KEY))
