"""The choice of the language."""

import pytest

from pulumi_tcsql_check.config.language import KEY, VARIABLE, choose
from pulumi_tcsql_check.errors import InvalidInputError
from pulumi_tcsql_check.languages.sentence import ENGLISH


@pytest.mark.parametrize(
    ("given", "environ", "code"),
    [
        (None, {}, "en"),
        ("", {VARIABLE: ""}, "en"),
        ("zh", {}, "zh"),
        (None, {VARIABLE: "zh"}, "zh"),
        ("en", {VARIABLE: "zh"}, "en"),
        ("zh", {VARIABLE: "another"}, "zh"),
    ],
)
def test_the_configuration_precedes_the_environment(given: str | None, environ: dict[str, str], code: str) -> None:
    """Without either, the language is English."""
    assert choose(given, KEY, environ) == code
    assert (choose(given, KEY, environ) is ENGLISH) is (code == "en")


@pytest.mark.parametrize(("given", "environ"), [("de", {}), (1, {}), (None, {VARIABLE: "zh_CN"})])
def test_an_unknown_language_is_refused_with_its_source(given: object, environ: dict[str, str]) -> None:
    """Otherwise the user could take English for the configured language."""
    source = KEY if given else VARIABLE
    with pytest.raises(InvalidInputError, match=rf"^{source} is .*, but must be en or zh\.$"):
        choose(given, KEY, environ)
