"""Lays out a text of a headline, a list, and labelled lines, for a terminal of 80 columns."""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

WIDTH = 76
"""The widest line; Pulumi indents by four. A command, a URL or a user's name may be wider."""

LABEL_WIDTH = 9
MOST_LINES = 20
"""How many lines the list has at most."""


class Field(NamedTuple):
    """A label, and what stands behind it.

    Attributes:
        label: The label, without its colon.
        words: Words that are wrapped.
        commands: Shell commands, each on a line of its own, so that it can be copied.
    """

    label: str
    words: str
    commands: Sequence[str] = ()


class Text(NamedTuple):
    """What a user reads.

    Attributes:
        headline: What happened.
        lines: A list below it, a line for each step or check.
        fields: What to look at, what to do, and what support needs.
    """

    headline: str
    lines: Sequence[str] = ()
    fields: Sequence[Field] = ()

    def __str__(self) -> str:
        """Write the headline and the lines below it."""
        return "\n".join([self.headline, *self.below()])

    def below(self) -> Iterator[str]:
        """Return the lines below the headline."""
        for line in self.lines:
            first, *rest = wrap(line, WIDTH - 4)
            yield f"  {first}"
            for more in rest:
                yield f"    {more}"
        for field in self.fields:
            indent = " " * LABEL_WIDTH
            content = [*wrap(field.words, WIDTH - 2 - LABEL_WIDTH), *field.commands]
            for number, line in enumerate(content):
                yield f"  {f'{field.label}:':<{LABEL_WIDTH}}{line}" if number == 0 else f"  {indent}{line}"


def listed(lines: Sequence[str], most: int = MOST_LINES) -> list[str]:
    """Return the lines of a list, and a count of those that don't fit."""
    more = len(lines) - most
    return [*lines[:most], *([f"... and {more} more"] if more > 0 else [])]


def wrap(words: str, width: int) -> Iterator[str]:
    """Wrap words; a single word may be wider than a line.

    Args:
        words: The words, with spaces between them.
        width: The columns of a line; a Chinese character takes two.
    """
    line: list[str] = []
    for word in words.split(" "):
        if line and columns(" ".join([*line, word])) > width:
            yield " ".join(line)
            line = []
        line.append(word)
    yield " ".join(line)


def columns(text: Iterable[str]) -> int:
    """Return how many columns of a terminal a text takes."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
