"""The output of a command on a terminal, with bars and colours; importing it loads rich."""

import sys
import threading
from collections.abc import Callable

from rich.console import Console, Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table as Grid
from rich.text import Text

from pulumi_tcsql_check.cli.outcome import End
from pulumi_tcsql_check.cli.output import COLUMNS, Screen, Table, passed
from pulumi_tcsql_check.languages.sentence import ENGLISH, Language, Sentence
from pulumi_tcsql_check.messages.layout import columns
from pulumi_tcsql_check.reading.rows import Board, Row, State

REFRESHES_A_SECOND = 4.0

_STYLES: dict[State, str] = {
    "passed": "green",
    "failed": "bold red",
    "in trouble": "yellow",
    "unknown": "yellow",
    "running": "cyan",
    "not-started": "dim",
    "not queried yet": "dim",
}
_BAR_COLUMNS = 20
_NARROW_BAR_COLUMNS = 8
_NARROW = 80
_LINES_BESIDE = 6
"""Two lines each for the hidden rows and the sum, one for the cursor, and one spare."""


def console() -> Console:
    """Return a console on stdout that interprets no markup and respects NO_COLOR."""
    return Console(file=sys.stdout, force_terminal=True, markup=False, highlight=False, emoji=False)


class Bars(Screen):
    """A bar for each migration during a wait, as far as they fit."""

    def __init__(self, chosen: Language = ENGLISH) -> None:
        """Store the language and the terminal."""
        super().__init__(chosen)
        self._console = console()
        self._live: Live | None = None
        self._is_over = False
        self._lock = threading.Lock()
        self._is_closed = False

    def begin(self, board: Board, now: Callable[[], float]) -> None:
        """Store the board, and start drawing it."""
        super().begin(board, now)
        with self._lock:
            if self._is_closed:
                return
            self._live = Live(
                console=self._console,
                get_renderable=self._draw,
                refresh_per_second=REFRESHES_A_SECOND,
                redirect_stdout=False,
                redirect_stderr=sys.stderr is not None and sys.stderr.isatty(),
                vertical_overflow="crop",
            )
            self._live.start()

    def update(self) -> None:
        """Do nothing: the next refresh draws the rows."""

    def close(self) -> None:
        """Draw the last state, and restore the cursor."""
        with self._lock:
            self._is_closed = True
            if self._live is not None:
                self._live.stop()

    def conclude(self, end: End) -> int:
        """Keep the last drawing with its sum, and write the error below it."""
        self._is_over = True
        self.close()
        return super().conclude(end)

    def _draw(self) -> Group:
        now = self.now()
        self.board.update(now)
        width, height = self._console.size
        rows, others = self.board.first(max(1, height - _LINES_BESIDE))
        bar_columns = _BAR_COLUMNS if width >= _NARROW else _NARROW_BAR_COLUMNS
        grid = _grid()
        for row in rows:
            done, total = row.passed_steps
            bar = ProgressBar(max(1, total), done, bar_columns, complete_style="cyan", finished_style="green")
            grid.add_row(*_head(row), bar, Text(self.in_language(row.words(now))))
        more = []
        if others:
            sentence = Sentence("more rows", count=len(others), sum=self.board.sum_up(others))
            more = [Text(self.in_language(sentence), style="dim")]
        last = self.board.end(now) if self._is_over else self.board.sum_line(now)
        return Group(grid, *more, Text(self.in_language(last), style="bold"))


class ColouredTable(Table):
    """The table of a status, in colours and no wider than the terminal."""

    def _show(self, board: Board) -> None:
        screen = console()
        heads = [self.in_language(Sentence(f"column {name}")) for name in COLUMNS]
        wide = max(columns(heads[0]), *(len(str(row.migration.migrate_id)) for row in board.rows))
        head = _grid(wide)
        head.add_row("", *(Text(text, style="dim") for text in heads))
        screen.print(head)
        for row in board.rows:
            line = _grid(wide)
            line.add_row(*_head(row), passed(row), Text(self.in_language(row.words(self.now()))))
            screen.print(line)
            for step in self.steps_of(row):
                screen.print(Text(f"  {step}"))


def _grid(wide: int = 1) -> Grid:
    """Return a grid whose last column fills the line and is truncated; `wide` is the least width of an id."""
    grid = Grid.grid(padding=(0, 1), expand=True)
    grid.add_column(no_wrap=True, min_width=1)
    grid.add_column(no_wrap=True, min_width=wide)
    grid.add_column(no_wrap=True, min_width=len("passed"))
    grid.add_column(no_wrap=True, overflow="ellipsis", ratio=1)
    return grid


def _head(row: Row) -> tuple[Text, Text]:
    return Text(row.mark, style=_STYLES[row.state]), Text(str(row.migration.migrate_id))
