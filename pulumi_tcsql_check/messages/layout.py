"""Lays out a text (headline, list, labelled lines) for a terminal of 80 columns."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from pulumi_tcsql_check.languages.sentence import ENGLISH, Language, Sentence, Words, render

WIDTH = 76
"""The widest line; Pulumi indents by four. A command, a URL or a user's name may be wider."""

PREFIX_WIDTH = 9
"""The width of `warning: `, which Pulumi and the command write before the first line."""

LABEL_WIDTH = 9
MOST_LINES = 20
"""The most lines in the list."""

_WIDE = r"\u2e80-\u9fff\uff00-\uff60"
_OPENING, _CLOSING = r"\u300a\u300c\u201c\uff08", r"\u3001\u3002\u300b\u300d\u201d\uff01\uff09\uff0c\uff1a\uff1b\uff1f"
_UNITS = rf"\s+|[{_OPENING}]*(?:[{_WIDE}]|[^\s{_WIDE}]+)[{_CLOSING}]*"
"""Units that a line break keeps whole: spaces, a word, or a Chinese character, with brackets and punctuation.

Not compiled here: that takes several milliseconds, and a program whose gates pass wraps nothing.
"""


class Field(NamedTuple):
    """A label of the catalogues (`label ...`), words to wrap, and shell commands, each on its own line for copying."""

    label: str
    words: Words
    commands: Sequence[str] = ()


class Text(NamedTuple):
    """A message to the user: what happened, a line for each step or check, and fields with the next step."""

    headline: Words
    lines: Sequence[Words] = ()
    fields: Sequence[Field] = ()

    def __str__(self) -> str:
        """Return it in English."""
        return self.render(ENGLISH)

    def render(self, language: Language) -> str:
        """Return the headline, its further lines indented, and the lines below it."""
        headline = "\n  ".join(wrap(render(self.headline, language), WIDTH - PREFIX_WIDTH))
        return "\n".join([headline, *self.below(language)])

    def below(self, language: Language) -> Iterator[str]:
        """Return the lines below the headline."""
        for line in self.lines:
            first, *rest = wrap(render(line, language), WIDTH - 4)
            yield f"  {first}"
            for more in rest:
                yield f"    {more}"
        for field in self.fields:
            label = render(Sentence(f"label {field.label}"), language)
            begin = label + " " * (LABEL_WIDTH - columns(label))
            for line in (*wrap(render(field.words, language), WIDTH - 2 - LABEL_WIDTH), *field.commands):
                yield f"  {begin}{line}"
                begin = " " * LABEL_WIDTH


def listed(lines: Sequence[Words], most: int = MOST_LINES) -> list[Words]:
    """Return at most `most` lines, and a count of those left out."""
    more = len(lines) - most
    return [*lines[:most], *([Sentence("more lines", count=more)] if more > 0 else [])]


def wrap(words: str, width: int) -> Iterator[str]:
    """Wrap words to a width in columns; a line may end after a Chinese character, and one word may be wider."""
    line = ""
    for unit in re.findall(_UNITS, words):
        if line.strip() and columns((line + unit).rstrip()) > width:
            yield line.rstrip()
            line = ""
        line += unit if line or not unit.isspace() else ""
    yield line.rstrip()


def columns(text: Iterable[str]) -> int:
    """Return the columns of a terminal that a text takes; a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
