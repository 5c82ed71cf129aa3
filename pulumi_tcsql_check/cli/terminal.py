"""The output of a command on a terminal, with bars and colours; importing it loads rich."""

import sys
import threading

from rich.console import Console, Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table as Grid
from rich.text import Text

from pulumi_tcsql_check.cli.outcome import End
from pulumi_tcsql_check.cli.output import Screen, Table, passed
from pulumi_tcsql_check.cli.rows import Board, Row, State

REFRESHES_A_SECOND = 4.0

_STYLES: dict[State, str] = {
    "passed": "green",
    "failed": "bold red",
    "in trouble": "yellow",
    "unknown": "yellow",
    "running": "cyan",
    "not-started": "dim",
    "not asked yet": "dim",
}
_BAR_COLUMNS = 20
_NARROW_BAR_COLUMNS = 8
_NARROW = 80
_LINES_BESIDE = 6
"""Those that say how many more there are and how it stands, two each at the most, the cursor's, and one to spare."""


def console() -> Console:
    """Make what writes to the terminal; nothing in a text is taken for markup, and NO_COLOR is heeded."""
    return Console(file=sys.stdout, force_terminal=True, markup=False, highlight=False, emoji=False)


class Bars(Screen):
    """A bar for each migration while they are waited for, as far as there is room."""

    def __init__(self) -> None:
        """Take the terminal."""
        self._console = console()
        self._live: Live | None = None
        self._is_over = False
        self._lock = threading.Lock()
        self._is_closed = False

    def begin(self, board: Board) -> None:
        """Take the board, and draw it from now on."""
        super().begin(board)
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
        """Leave it to the next drawing."""

    def close(self) -> None:
        """Draw it for the last time, and give the cursor back."""
        with self._lock:
            self._is_closed = True
            if self._live is not None:
                self._live.stop()

    def conclude(self, end: End) -> int:
        """Leave the last drawing, with its sum, and say below it what went wrong."""
        self._is_over = True
        self.close()
        return super().conclude(end)

    def _draw(self) -> Group:
        self.board.look()
        width, height = self._console.size
        rows, others = self.board.first(max(1, height - _LINES_BESIDE))
        columns = _BAR_COLUMNS if width >= _NARROW else _NARROW_BAR_COLUMNS
        grid = _grid()
        for row in rows:
            done, total = row.passed_steps
            bar = ProgressBar(max(1, total), done, columns, complete_style="cyan", finished_style="green")
            grid.add_row(*_head(row), bar, Text(row.words(self.board.now)))
        more = [Text(f"and {len(others)} more: {self.board.sum_up(others)}", style="dim")] if others else []
        end = self.board.end() if self._is_over else f"{self.board.sum_up()}, {self.board.time()}"
        return Group(grid, *more, Text(end, style="bold"))


class ColouredTable(Table):
    """The table of a look, in colours and no wider than the terminal."""

    def _show(self, board: Board) -> None:
        screen = console()
        wide = max(len("migration"), *(len(str(row.migration.migrate_id)) for row in board.rows))
        head = _grid(wide)
        head.add_row("", Text("migration", style="dim"), Text("passed", style="dim"), Text("step", style="dim"))
        screen.print(head)
        for row in board.rows:
            line = _grid(wide)
            line.add_row(*_head(row), passed(row), Text(row.words(board.now)))
            screen.print(line)
            if steps := self.steps_of(row):
                screen.print(Text(steps.removeprefix("\n")))


def _grid(wide: int = 1) -> Grid:
    """Make a grid whose last column takes what is left, and is cut where that is too little.

    Args:
        wide: How many columns an id takes at least.
    """
    grid = Grid.grid(padding=(0, 1), expand=True)
    grid.add_column(no_wrap=True, min_width=1)
    grid.add_column(no_wrap=True, min_width=wide)
    grid.add_column(no_wrap=True, min_width=len("passed"))
    grid.add_column(no_wrap=True, overflow="ellipsis", ratio=1)
    return grid


def _head(row: Row) -> tuple[Text, Text]:
    return Text(row.mark, style=_STYLES[row.state]), Text(str(row.migration.migrate_id))
