"""Lays out a text of a headline, a list, and labelled lines, for a terminal of 80 columns."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from pulumi_tcsql_check.languages.sentence import ENGLISH, Language, Sentence, Words, write

WIDTH = 76
"""The widest line; Pulumi indents by four. A command, a URL or a user's name may be wider."""

PREFIX_WIDTH = 9
"""How wide `warning: ` is, which Pulumi and the command write before the first line."""

LABEL_WIDTH = 9
MOST_LINES = 20
"""How many lines the list has at most."""

_WIDE = r"\u2e80-\u9fff\uff00-\uff60"
_OPENING, _CLOSING = r"\u300a\u300c\u201c\uff08", r"\u3001\u3002\u300b\u300d\u201d\uff01\uff09\uff0c\uff1a\uff1b\uff1f"
_UNITS = re.compile(rf"\s+|[{_OPENING}]*(?:[{_WIDE}]|[^\s{_WIDE}]+)[{_CLOSING}]*")
"""What is not broken: spaces, a word, or a Chinese character, the last two with their brackets and punctuation."""


class Field(NamedTuple):
    """A label, and what stands behind it.

    Attributes:
        label: The label; the catalogues have it under `label ...`.
        words: Words that are wrapped.
        commands: Shell commands, each on a line of its own, so that it can be copied.
    """

    label: str
    words: Words
    commands: Sequence[str] = ()


class Text(NamedTuple):
    """What a user reads.

    Attributes:
        headline: What happened.
        lines: A list below it, a line for each step or check.
        fields: What to look at, what to do, and what support needs.
    """

    headline: Words
    lines: Sequence[Words] = ()
    fields: Sequence[Field] = ()

    def __str__(self) -> str:
        """Write it in English."""
        return self.written(ENGLISH)

    def written(self, language: Language) -> str:
        """Write the headline and the lines below it; the headline's own further lines are indented."""
        headline = "\n  ".join(wrap(write(self.headline, language), WIDTH - PREFIX_WIDTH))
        return "\n".join([headline, *self.below(language)])

    def below(self, language: Language) -> Iterator[str]:
        """Return the lines below the headline."""
        for line in self.lines:
            first, *rest = wrap(write(line, language), WIDTH - 4)
            yield f"  {first}"
            for more in rest:
                yield f"    {more}"
        for field in self.fields:
            label = write(Sentence(f"label {field.label}"), language)
            begin = label + " " * (LABEL_WIDTH - columns(label))
            for line in (*wrap(write(field.words, language), WIDTH - 2 - LABEL_WIDTH), *field.commands):
                yield f"  {begin}{line}"
                begin = " " * LABEL_WIDTH


def listed(lines: Sequence[Words], most: int = MOST_LINES) -> list[Words]:
    """Return the lines of a list, and a count of those that don't fit."""
    more = len(lines) - most
    return [*lines[:most], *([Sentence("more lines", count=more)] if more > 0 else [])]


def wrap(words: str, width: int) -> Iterator[str]:
    """Wrap words; a single word may be wider than a line.

    Args:
        words: The words, with spaces between them; a line may also end behind a Chinese character.
        width: The columns of a line; a Chinese character takes two.
    """
    line = ""
    for unit in _UNITS.findall(words):
        if line.strip() and columns((line + unit).rstrip()) > width:
            yield line.rstrip()
            line = ""
        line += unit if line or not unit.isspace() else ""
    yield line.rstrip()


def columns(text: Iterable[str]) -> int:
    """Return how many columns of a terminal a text takes."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
