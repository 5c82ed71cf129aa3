"""Shows a wait where the output is no terminal: a line for each change, and a heartbeat."""

from pulumi_tcsql_check.cli.outcome import End
from pulumi_tcsql_check.cli.rows import Board
from pulumi_tcsql_check.cli.screen import Screen, write
from pulumi_tcsql_check.reading.row import HEARTBEAT_SECONDS


class Lines(Screen):
    """Lines on stdout."""

    def begin(self, board: Board) -> None:
        """Take the board."""
        super().begin(board)
        self._last = board.now

    def update(self) -> None:
        """Write what has changed, or, after a while without any change, how it stands."""
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
        """Sum up, then say what went wrong."""
        write(self.board.end())
        return super().conclude(end)
