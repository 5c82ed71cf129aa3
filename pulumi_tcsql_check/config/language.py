"""Chooses the language of what a user reads; logs and JSON are English."""

from collections.abc import Mapping

from pulumi_tcsql_check.errors import InvalidInputError
from pulumi_tcsql_check.languages.sentence import ENGLISH, Language, Sentence, language

KEY = "tcsql-check:language"
"""The stack's configuration key for the language."""

VARIABLE = "TCSQL_CHECK_LANGUAGE"
"""The environment variable that counts where the configuration or the command line gives no language."""

CODES = ("en", "zh")


def choose(given: object, name: str, environ: Mapping[str, str]) -> Language:
    """Return the language of the key or option `name`, else the environment's, else English.

    Raises:
        InvalidInputError: The code is neither `en` nor `zh`.
    """
    source, code = (name, given) if given else (VARIABLE, environ.get(VARIABLE))
    if not code:
        return ENGLISH
    if code not in CODES:
        raise InvalidInputError(source, code, Sentence("en or zh"))
    return language(str(code))
