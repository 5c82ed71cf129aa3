"""A sentence as a key and facts; a language's catalogue has its words."""

from collections.abc import Mapping
from typing import NamedTuple

from pulumi_tcsql_check.languages import english


class Language(NamedTuple):
    """A catalogue of sentences by key, and a language's separators.

    Each sentence is a `str.format` string with the facts as fields. `comma` joins the parts of a sentence, `item` the
    items of a list, and `last` the last two of them.
    """

    sentences: Mapping[str, str]
    comma: str
    item: str
    last: str


ENGLISH = Language(english.SENTENCES, ", ", ", ", " and ")


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
        return write(self, ENGLISH)

    def __repr__(self) -> str:
        """Show it in English."""
        return f"<sentence: {self}>"


Words = Sentence | str
"""A sentence, or a text without translation, such as a name or a text from the API."""


def write(words: Words, language: Language) -> str:
    """Return a sentence, with those among its facts, in a language."""
    if isinstance(words, str):
        return words
    facts = {name: _fact(value, language) for name, value in words.facts.items()}
    return language.sentences[words.key].format(**facts)


def _fact(value: object, language: Language) -> object:
    if isinstance(value, Sentence):
        return write(value, language)
    if type(value) is tuple:  # an endpoint is a tuple as well
        return language.comma.join(str(_fact(item, language)) for item in value)
    if isinstance(value, list):
        *others, last = [str(_fact(item, language)) for item in value]
        return language.last.join([language.item.join(others), last]) if others else last
    return value


def language(code: str) -> Language:
    """Return a language by its code, `en` or `zh`."""
    if code == "zh":
        from pulumi_tcsql_check.languages import chinese  # noqa: PLC0415  # an English program does without it

        return Language(chinese.SENTENCES, "，", "、", "、")
    return ENGLISH
