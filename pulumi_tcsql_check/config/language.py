"""Chooses the language of what a user reads; logs and JSON are English."""

from collections.abc import Mapping

from pulumi_tcsql_check.config.stack_config import StackConfig
from pulumi_tcsql_check.errors import InvalidInputError
from pulumi_tcsql_check.languages.sentence import CHINESE, ENGLISH, Language, Sentence

KEY = "tcsql-check:language"
"""The stack's configuration key for the language."""

VARIABLE = "TCSQL_CHECK_LANGUAGE"
"""The environment variable that counts where the configuration or the command line gives no language."""


def of_stack(config: StackConfig, environ: Mapping[str, str]) -> Language:
    """Return the language of a stack's configuration, else the environment's, else English; raises as `choose`."""
    return choose(config.get(KEY), KEY, environ)


def choose(given: object, name: str, environ: Mapping[str, str]) -> Language:
    """Return the language of the key or option `name`, else the environment's, else English.

    Raises:
        InvalidInputError: The code is neither `en` nor `zh`.
    """
    source, code = (name, given) if given else (VARIABLE, environ.get(VARIABLE))
    if not code or code == ENGLISH:
        return ENGLISH
    if code != CHINESE:
        raise InvalidInputError(source, code, Sentence("en or zh"))
    return CHINESE
