"""A sentence as a key and facts, which is written in the reader's language where it is shown."""

from collections.abc import Mapping
from typing import NamedTuple

from pulumi_tcsql_check.languages import english


class Language(NamedTuple):
    """A catalogue, and how its language separates the items of a list.

    Attributes:
        sentences: The sentences by their keys, each with its facts as fields of `str.format`.
        comma: Stands between two parts of a sentence.
        item: Stands between two items of a list.
        last: Stands before the last item of a list.
    """

    sentences: Mapping[str, str]
    comma: str
    item: str
    last: str


ENGLISH = Language(english.SENTENCES, ", ", ", ", " and ")


class Sentence:
    """A sentence; `str` writes it in English, for logs and JSON.

    Attributes:
        key: The key in the catalogues.
        facts: The values of its fields: texts, numbers, other sentences. A tuple is written with commas, a list with an
            "and" before the last item.
    """

    __slots__ = ("facts", "key")

    def __init__(self, key: str, /, **facts: object) -> None:
        """Name the sentence, and give a value for each of its fields."""
        self.key = key
        self.facts = facts

    def __eq__(self, other: object) -> bool:
        """Compare the keys and the facts."""
        return isinstance(other, Sentence) and (self.key, self.facts) == (other.key, other.facts)

    def __hash__(self) -> int:
        """Hash the English text, as a list among the facts has no hash."""
        return hash(str(self))

    def __str__(self) -> str:
        """Write it in English."""
        return write(self, ENGLISH)

    def __repr__(self) -> str:
        """Show it in English."""
        return f"<sentence: {self}>"


Words = Sentence | str
"""A sentence, or a text that is the same in each language, such as a name or a text from the API."""


def write(words: Words, language: Language) -> str:
    """Write a sentence, and those among its facts, in a language."""
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
