"""The output of a command as text: lines for a wait, a table for a status, warnings and errors.

After a write to a stream has failed, the command writes no more to it. The exit code still reports the verdict, except
with JSON, whose reader would miss the result.
"""

import contextlib
import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence

import click

from pulumi_tcsql_check.cli.outcome import End, error_text
from pulumi_tcsql_check.errors import SomeNotStartedError
from pulumi_tcsql_check.languages.sentence import ENGLISH, Language, Sentence, Words, render
from pulumi_tcsql_check.messages.audience import COMMAND, of_start
from pulumi_tcsql_check.messages.layout import columns
from pulumi_tcsql_check.messages.start_errors import ended
from pulumi_tcsql_check.model.flow import Flow
from pulumi_tcsql_check.model.progress import Migration
from pulumi_tcsql_check.reading.report import COUNT_SECONDS, HEARTBEAT_SECONDS
from pulumi_tcsql_check.reading.rows import Board, Row

COLUMNS = ("migration", "passed", "step")
"""The columns of a table; the catalogues have their heads under `column ...`."""


class Screen:
    """The output of one command, not thread-safe; this base class writes only warnings and errors."""

    def __init__(self, chosen: Language = ENGLISH) -> None:
        """Store the language."""
        self._language = chosen
        self.audience = COMMAND
        self.known_starts: Callable[[], SomeNotStartedError] | None = None

    def begin(self, board: Board, now: Callable[[], float]) -> None:
        """Store the rows and the wait's clock, before the first query."""
        self.board = board
        self.now = now

    def update(self) -> None:
        """Update the rows; a subclass writes the changes."""
        self.board.update(self.now())

    def end(self, errors: Sequence[Exception | None]) -> None:
        """Store the error of each migration, in the order of the rows."""
        for row, error in zip(self.board.rows, errors, strict=True):
            row.error = error
        self.update()

    def in_language(self, words: Words) -> str:
        """Return the words in the user's language."""
        return render(words, self._language)

    def warn(self, sentence: Sentence) -> None:
        """Write a warning to stderr."""
        write(self.in_language(Sentence("warning", words=sentence)), to_stderr=True)

    def count(self, sentence: Sentence) -> None:
        """Write to stderr how many checks have been queried."""
        write(self.in_language(sentence), to_stderr=True)

    def begin_starts(
        self,
        known_starts: Callable[[], SomeNotStartedError],
        migrations: Sequence[Migration],
        now: Callable[[], float],
        *,
        waits: bool,
    ) -> None:
        """Store what returns the starts so far, and write to stderr that they begin."""
        self.known_starts = known_starts
        self.audience = of_start(migrations, waits=waits)
        self.now = now
        self._total, self._count, self._counted_at = len(migrations), 0, now()
        self._trouble: object = None
        is_one = len(migrations) == 1
        words = Sentence("starting") if is_one else Sentence("starting many", count=len(migrations))
        write(self._about(migrations[0], words) if is_one else self.in_language(words), to_stderr=True)

    def started(self, migration: Migration, flow: Flow) -> None:
        """Write the flow of a check that was started."""
        write(self._started_line(migration, flow))

    def start_trouble(self, migration: Migration, sentence: Sentence) -> None:
        """Write to stderr why a start is retried, once for each cause."""
        if (migration, sentence) != self._trouble:
            self._trouble = migration, sentence
            write(self._about(migration, sentence), to_stderr=True)

    def begin_wait(self, flows: Mapping[Migration, Flow]) -> None:
        """Go on from the starts to the wait for their flows."""
        self.audience = of_start(tuple(flows), waits=True, flows=flows)

    def ended_by(self, number: int, exit_code: int, command: str) -> None:
        """Write how a signal ended the command, and which checks were started."""
        del exit_code
        if self.known_starts is None:
            words = self.in_language(interruption(number, command))
        else:
            text = ended(self.known_starts(), self.audience, signal.Signals(number).name)
            words = text.render(self._language)
        write(words, to_stderr=True)

    def _started_line(self, migration: Migration, flow: Flow) -> str:
        return self._about(migration, Sentence("started", flow=flow.sentence))

    def _count_start(self) -> None:
        """Write to stderr how many of several checks have been started, if that takes long."""
        self._count += 1
        now = self.now()
        if self._total > 1 and now - self._counted_at >= COUNT_SECONDS:
            self._counted_at = now
            self.count(Sentence("started of", count=self._count, total=self._total))

    def _about(self, migration: Migration, sentence: Sentence) -> str:
        return f"{migration.migrate_id}: {self.in_language(sentence)}"

    def close(self) -> None:
        """Restore the terminal."""

    def conclude(self, end: End) -> int:
        """Write the result, and return the exit code."""
        if end.error is not None:
            self._write_error(end.error, end.migrations or [one.migration for one in end.outcomes])
        return end.exit_code

    def give_up(self, error: Exception, exit_code: int, migrations: Sequence[Migration]) -> None:
        """Write an error that ended the command without a result."""
        del exit_code
        self._write_error(error, migrations)

    def _write_error(self, error: Exception, migrations: Sequence[Migration]) -> None:
        write(error_text(error, migrations, self.audience).render(self._language), to_stderr=True)


class Lines(Screen):
    """A wait without a terminal: a line for each change, and a heartbeat."""

    def begin(self, board: Board, now: Callable[[], float]) -> None:
        """Store the rows, and start the time until the first heartbeat."""
        super().begin(board, now)
        self._last = now()

    def update(self) -> None:
        """Write the changes, or a heartbeat if nothing has changed for a while."""
        now = self.now()
        rows = self.board.update(now)
        if not rows and now - self._last < HEARTBEAT_SECONDS:
            return
        if not rows and len(self.board.rows) > 1:
            write(self.in_language(self.board.sum_line(now)))
        else:
            for row in rows or self.board.rows:
                write(f"{row.migration.migrate_id}: {self.in_language(row.line(now, self.board.left(now)))}")
        self._last = now

    def conclude(self, end: End) -> int:
        """Write the sum of a wait, then the error."""
        if end.outcomes:
            write(self.in_language(self.board.end(self.now())))
        return super().conclude(end)


class Table(Screen):
    """A status: a line for each migration, with its steps if `with_steps` is set."""

    def __init__(self, chosen: Language = ENGLISH, *, with_steps: bool) -> None:
        """Store the language, and whether to list the steps."""
        super().__init__(chosen)
        self._with_steps = with_steps

    def conclude(self, end: End) -> int:
        """Write the table, then the error."""
        self._show(self.board)
        return super().conclude(end)

    def _show(self, board: Board) -> None:
        head = [self.in_language(Sentence(f"column {name}")) for name in COLUMNS]
        wide = max(columns(head[0]), *(len(str(row.migration.migrate_id)) for row in board.rows))
        passed_wide = max(columns(head[1]), *(len(passed(row)) for row in board.rows))
        write(f"  {_padded(head[0], wide)}  {_padded(head[1], passed_wide)}  {head[2]}")
        for row in board.rows:
            cells = f"{row.migration.migrate_id:<{wide}}  {passed(row):<{passed_wide}}"
            write(f"{row.mark} {cells}  {self.in_language(row.words(self.now()))}")
            for line in self.steps_of(row):
                write(f"  {line}")

    def steps_of(self, row: Row) -> list[str]:
        """Return a row's steps, a line each; none without `with_steps`."""
        return [self.in_language(line) for line in row.steps] if self._with_steps else []


def _padded(text: str, wide: int) -> str:
    return text + " " * (wide - columns(text))


def passed(row: Row) -> str:
    """Return how many steps have passed, such as "3/8"; "-" before the first response."""
    done, total = row.passed_steps
    return f"{done}/{total}" if total else "-"


def interruption(number: int, command: str) -> Sentence:
    """Return that a signal ended a command that had changed nothing."""
    return Sentence("terminated" if number == signal.SIGTERM else "interrupted", command=command)


_lost: set[bool] = set()
"""The streams that can't be written any more: True is stderr."""


def write(text: str, *, to_stderr: bool = False) -> bool:
    """Write a line; return whether the stream has accepted every line so far."""
    try:
        click.echo(text, err=to_stderr)
    except OSError as error:
        _lost.add(to_stderr)
        stream = sys.stderr if to_stderr else sys.stdout
        with contextlib.suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())  # otherwise Python reports an error at exit
        if not (to_stderr or isinstance(error, BrokenPipeError)):
            why = error.strerror or type(error).__name__
            write(str(Sentence("output lost", why=why)), to_stderr=True)
    return to_stderr not in _lost
