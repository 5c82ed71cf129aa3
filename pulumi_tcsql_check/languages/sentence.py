"""A sentence as a key and facts; a language's catalogue has its words."""

import importlib
from types import ModuleType
from typing import Literal

Language = Literal["en", "zh"]

ENGLISH: Language = "en"
CHINESE: Language = "zh"

_CATALOGUES = {ENGLISH: "english", CHINESE: "chinese"}
"""The module of each language, loaded when a sentence is written."""


class Sentence:
    """A sentence by its key in the catalogues, and its facts: texts, numbers or sentences; `str` returns it in English.

    A tuple among the facts is joined with commas, a list with an "and" before the last item.
    """

    __slots__ = ("facts", "key")

    def __init__(self, key: str, /, **facts: object) -> None:
        """Store the key, and a value for each field."""
        self.key = key
        self.facts = facts

    def __eq__(self, other: object) -> bool:
        """Compare keys and facts."""
        return isinstance(other, Sentence) and (self.key, self.facts) == (other.key, other.facts)

    def __hash__(self) -> int:
        """Hash the English text, since a list among the facts has no hash."""
        return hash(str(self))

    def __str__(self) -> str:
        """Return it in English."""
        return render(self, ENGLISH)

    def __repr__(self) -> str:
        """Show it in English."""
        return f"<sentence: {self}>"


Words = Sentence | str
"""A sentence, or a text without translation, such as a name or a text from the API."""


def render(words: Words, language: Language) -> str:
    """Return a sentence, with those among its facts, in a language."""
    if isinstance(words, str):
        return words
    catalogue = importlib.import_module(f"pulumi_tcsql_check.languages.{_CATALOGUES[language]}")
    facts = {name: _fact(value, language, catalogue) for name, value in words.facts.items()}
    return str(catalogue.SENTENCES[words.key].format(**facts))


def _fact(value: object, language: Language, catalogue: ModuleType) -> object:
    if isinstance(value, Sentence):
        return render(value, language)
    if type(value) is tuple:  # an endpoint is a tuple as well
        return catalogue.COMMA.join(str(_fact(item, language, catalogue)) for item in value)
    if isinstance(value, list):
        *others, last = [str(_fact(item, language, catalogue)) for item in value]
        return catalogue.LAST.join([catalogue.ITEM.join(others), last]) if others else last
    return value
