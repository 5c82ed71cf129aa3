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
    """Return the language: the one that is given, then the environment's, then English.

    Args:
        given: The code, `en` or `zh`; None or "" if none is given.
        name: What the user calls it: the configuration's key or the command's option.
        environ: The process's environment.

    Raises:
        InvalidInputError: The code is another one.
    """
    source, code = (name, given) if given else (VARIABLE, environ.get(VARIABLE))
    if not code:
        return ENGLISH
    if code not in CODES:
        raise InvalidInputError(source, code, Sentence("en or zh"))
    return language(str(code))
