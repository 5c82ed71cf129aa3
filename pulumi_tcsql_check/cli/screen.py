"""Where a command shows what it sees; this one shows the end alone, and others show more.

After a write to a stream has failed, the command writes nothing more to it. The exit code stays the verdict, but for
JSON, whose reader would miss the result.
"""

import contextlib
import os
import sys
from collections.abc import Sequence

import click

from pulumi_tcsql_check.cli.outcome import End, sentence, steps_below
from pulumi_tcsql_check.cli.rows import Board
from pulumi_tcsql_check.model.progress import Migration


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

    def conclude(self, end: End) -> int:
        """Show what it came to: what went wrong in one sentence, with what else there is to say below it.

        Returns:
            The exit code.
        """
        if end.error is not None:
            text = sentence(end.error, [one.migration for one in end.outcomes])
            write(text + steps_below(end.error), to_stderr=True)
        return end.exit_code

    def give_up(self, error: Exception, exit_code: int, migrations: Sequence[Migration]) -> None:
        """Show why nobody could be asked."""
        del exit_code
        write(sentence(error, migrations), to_stderr=True)


_lost: set[bool] = set()
"""Which streams can't be written any more: True stands for stderr."""


def write(text: str, *, to_stderr: bool = False) -> bool:
    """Write a line, as long as the stream can be written.

    Returns:
        Whether the stream has taken every line so far.
    """
    try:
        click.echo(text, err=to_stderr)
    except OSError as error:
        _lost.add(to_stderr)
        stream = sys.stderr if to_stderr else sys.stdout
        with contextlib.suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())  # else the interpreter complains at its end
        if not (to_stderr or isinstance(error, BrokenPipeError)):
            why = error.strerror or type(error).__name__
            write(f"The output is lost from here on, since it can't be written ({why}).", to_stderr=True)
    return to_stderr not in _lost
