"""Where a command shows what it sees; this one shows the end alone, and others show more.

A stream that nobody reads any more is written to no more; the exit code is the verdict all the same.
"""

import contextlib
import os
import sys
from collections.abc import Iterator, Sequence

import click

from pulumi_tcsql_check.cli.board import Board
from pulumi_tcsql_check.cli.outcome import Outcome, sentence, steps_below

MOST_SENTENCES = 10
"""How many errors are told in full; the others are named."""


class Screen:
    """What is shown of one command; one thread at a time uses it."""

    def begin(self, board: Board) -> None:
        """Take the board, before anything is asked."""
        self.board = board

    def update(self) -> None:
        """Show what has changed since; this one only looks."""
        self.board.look()

    def end(self, errors: Sequence[Exception | None]) -> None:
        """Take what each migration ended with, in the order of the rows."""
        for row, error in zip(self.board.rows, errors, strict=True):
            row.error = error
        self.update()

    def warn(self, text: str) -> None:
        """Show a warning."""
        write(f"warning: {text}", to_stderr=True)

    def close(self) -> None:
        """Leave the terminal as it was."""

    def conclude(self, outcomes: Sequence[Outcome], exit_code: int) -> None:
        """Show what has become of all of them."""
        del exit_code
        for text in complaints(outcomes):
            write(text, to_stderr=True)

    def give_up(self, error: Exception, exit_code: int) -> None:
        """Show why nobody could be asked."""
        del exit_code
        write(sentence(error), to_stderr=True)


def complaints(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """Say what went wrong: what matters most first, the steps below, and the same for all of them once."""
    ended = sorted((one for one in outcomes if one.error is not None), key=lambda one: one.exit_code)
    texts: dict[str, None] = {}
    for number, one in enumerate(ended):
        if one.error is not None and len(texts) < MOST_SENTENCES:
            texts[sentence(one.error, one.migration) + steps_below(one.error)] = None
        elif one.error is not None:
            others = [str(other.migration.migrate_id) for other in ended[number:]]
            texts[f"and {len(others)} more did not pass: {', '.join(others)}"] = None
            break
    yield from texts


def write(text: str, *, to_stderr: bool = False) -> None:
    """Write a line, as long as somebody reads them."""
    try:
        click.echo(text, err=to_stderr)
    except OSError:
        stream = sys.stderr if to_stderr else sys.stdout
        with contextlib.suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())  # else the interpreter complains at its end
