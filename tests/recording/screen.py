"""The content of a terminal's screen after each write, cell by cell, by a terminal emulator."""

import itertools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pyte
from pyte.graphics import FG_BG_256
from pyte.screens import Char

from recording.terminal import Written

NAMES = ("black", "red", "green", "brown", "blue", "magenta", "cyan", "white")
"""The emulator's names of the first eight colours; it returns numbered ones as hexadecimal digits."""

NUMBERS = {code: number for number, code in enumerate(FG_BG_256[:16])} | {name: i for i, name in enumerate(NAMES)}

WORDS = re.compile(r"\S+(?: \S+)*")
"""Words with one blank between them; two or more blanks separate runs."""

SECOND_HALF = "\0"
"""Replaces the empty cell behind a character of two cells."""


@dataclass(frozen=True)
class Style:
    """The style of a run of text; a colour is one of the first sixteen, or the terminal's default."""

    colour: int | None = None
    bold: bool = False
    underlined: bool = False


@dataclass(frozen=True)
class Run:
    """Neighbouring cells of one style, from a column on, counted from 0; a Chinese character fills two of them."""

    column: int
    width: int
    text: str
    style: Style


@dataclass(frozen=True)
class Frame:
    """A screen: for each of its rows the runs of text in it."""

    rows: tuple[tuple[Run, ...], ...]

    @property
    def lines(self) -> list[str]:
        """The screen's text, one string a row, without trailing blanks."""
        return [_line(row) for row in self.rows]

    @property
    def text(self) -> str:
        """The screen's text."""
        return "\n".join(self.lines).rstrip()

    @property
    def height(self) -> int:
        """How many rows there are, from the first to the last that isn't blank."""
        return max((number for number, row in enumerate(self.rows, 1) if row), default=0)


def frames(written: Iterable[Written], *, columns: int, rows: int, prompt: str) -> Iterator[tuple[float, Frame]]:
    """Yield each screen of a terminal that begins with a prompt, with its instant."""
    screen = pyte.Screen(columns, rows)
    stream = pyte.ByteStream(screen)
    stream.feed(f"{prompt}\r\n".encode())
    for piece in written:
        stream.feed(piece.data)
        yield piece.seconds, Frame(tuple(_runs(screen, row) for row in range(rows)))


def _runs(screen: pyte.Screen, row: int) -> tuple[Run, ...]:
    """Group the cells of a row by their style, and leave out blanks around and between the groups."""
    cells = [screen.buffer[row][column] for column in range(screen.columns)]
    styled = zip(itertools.accumulate(map(_style, cells), _inherit), enumerate(cells), strict=True)
    found = []
    for style, group in itertools.groupby(styled, lambda cell: cell[0]):
        same = [cell for _, cell in group]
        text = "".join(cell.data or SECOND_HALF for _, cell in same)
        for part in WORDS.finditer(text):
            words = part[0].replace(SECOND_HALF, "")
            found.append(Run(same[0][0] + part.start(), len(part[0]), words, style or Style()))
    return tuple(found)


def _style(cell: Char) -> Style | None:
    """Read a cell's style; an invisible blank has none."""
    if cell.data == " " and not cell.underscore:
        return None
    return Style(NUMBERS.get(cell.fg), cell.bold, cell.underscore)


def _inherit(before: Style | None, style: Style | None) -> Style | None:
    """Give a blank the style of the text before it, so that a sentence is one run."""
    return before if style is None else style


def _line(row: tuple[Run, ...]) -> str:
    """Join the runs of a row at their columns."""
    line, end = "", 0
    for run in row:
        line += " " * (run.column - end) + run.text
        end = run.column + run.width
    return line
