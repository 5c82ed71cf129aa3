"""Which language is chosen."""

import pytest

from pulumi_tcsql_check.config.language import KEY, VARIABLE, choose
from pulumi_tcsql_check.errors import InvalidInputError
from pulumi_tcsql_check.languages.sentence import ENGLISH, language


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
def test_what_is_given_comes_before_the_environment(given: str | None, environ: dict[str, str], code: str) -> None:
    """English is the language where neither says anything."""
    assert choose(given, KEY, environ) == language(code)
    assert (choose(given, KEY, environ) is ENGLISH) is (code == "en")


@pytest.mark.parametrize(("given", "environ"), [("de", {}), (1, {}), (None, {VARIABLE: "zh_CN"})])
def test_another_language_is_refused_by_the_name_of_its_source(given: object, environ: dict[str, str]) -> None:
    """So that nobody takes English for a choice of theirs."""
    source = KEY if given else VARIABLE
    with pytest.raises(InvalidInputError, match=rf"^{source} is .*, but must be en or zh\.$"):
        choose(given, KEY, environ)
