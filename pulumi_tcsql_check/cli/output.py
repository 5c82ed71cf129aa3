"""The output of a command as text: lines for a wait, a table for a status, warnings and errors.

After a write to a stream has failed, the command writes nothing more to it. The exit code stays the verdict, but for
JSON, whose reader would miss the result.
"""

import contextlib
import os
import sys
from collections.abc import Sequence

import click

from pulumi_tcsql_check.cli.outcome import End, error_text
from pulumi_tcsql_check.cli.rows import Board, Row
from pulumi_tcsql_check.model.progress import Migration
from pulumi_tcsql_check.reading.row import HEARTBEAT_SECONDS


class Screen:
    """The output of one command, for one thread at a time; this base class writes warnings and errors alone."""

    def begin(self, board: Board) -> None:
        """Take the rows, before the first query."""
        self.board = board

    def update(self) -> None:
        """Update the rows; a subclass writes what has changed."""
        self.board.look()

    def end(self, errors: Sequence[Exception | None]) -> None:
        """Take the error of each migration, in the order of the rows."""
        for row, error in zip(self.board.rows, errors, strict=True):
            row.error = error
        self.update()

    def warn(self, text: str) -> None:
        """Write a warning to stderr."""
        write(f"warning: {text}", to_stderr=True)

    def close(self) -> None:
        """Restore the terminal."""

    def conclude(self, end: End) -> int:
        """Write the result, and return the exit code."""
        if end.error is not None:
            write(str(error_text(end.error, [one.migration for one in end.outcomes])), to_stderr=True)
        return end.exit_code

    def give_up(self, error: Exception, exit_code: int, migrations: Sequence[Migration]) -> None:
        """Write an error that ended the command without a result."""
        del exit_code
        write(str(error_text(error, migrations)), to_stderr=True)


class Lines(Screen):
    """A wait where stdout is no terminal: a line for each change, and a heartbeat."""

    def begin(self, board: Board) -> None:
        """Take the rows, and start the time until the first heartbeat."""
        super().begin(board)
        self._last = board.now

    def update(self) -> None:
        """Write what has changed; a heartbeat if nothing has changed for a while."""
        news = self.board.look()
        for row in news:
            write(f"{row.migration.migrate_id}: {row.words(self.board.now)}, {self.board.time()}")
        if not news and self.board.now - self._last < HEARTBEAT_SECONDS:
            return
        if not news:
            (first, *others) = self.board.rows
            one = f"{first.migration.migrate_id}: {first.words(self.board.now)}"
            write(f"{self.board.sum_up() if others else one}, {self.board.time()}")
        self._last = self.board.now

    def conclude(self, end: End) -> int:
        """Write the sum, then the error."""
        write(self.board.end())
        return super().conclude(end)


class Table(Screen):
    """A status: a line for each migration, each followed by its steps if `with_steps` is set."""

    def __init__(self, *, with_steps: bool) -> None:
        """Keep whether to list the steps."""
        self._with_steps = with_steps

    def conclude(self, end: End) -> int:
        """Write the table, then the error."""
        self._show(self.board)
        return super().conclude(end)

    def _show(self, board: Board) -> None:
        wide = max(len("migration"), *(len(str(row.migration.migrate_id)) for row in board.rows))
        write(f"  {'migration':<{wide}}  passed  step")
        for row in board.rows:
            number = f"{row.migration.migrate_id:<{wide}}"
            write(f"{row.mark} {number}  {passed(row):<6}  {row.words(board.now)}{self.steps_of(row)}")

    def steps_of(self, row: Row) -> str:
        """Return a row's steps, or "" if they aren't to be listed."""
        return row.steps if self._with_steps else ""


def passed(row: Row) -> str:
    """Return how many of the steps have passed, such as "3/8"; "-" before the first response."""
    done, total = row.passed_steps
    return f"{done}/{total}" if total else "-"


_lost: set[bool] = set()
"""The streams that can't be written any more: True stands for stderr."""


def write(text: str, *, to_stderr: bool = False) -> bool:
    """Write a line, and return whether the stream has taken every line so far."""
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
