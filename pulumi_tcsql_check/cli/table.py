"""Shows a look: one table, a line for each migration, and below it its steps where they are asked for."""

from pulumi_tcsql_check.cli.outcome import End
from pulumi_tcsql_check.cli.rows import Board, Row
from pulumi_tcsql_check.cli.screen import Screen, write


class Table(Screen):
    """A table on stdout, as text."""

    def __init__(self, *, with_steps: bool) -> None:
        """Say whether each step is to be listed."""
        self._with_steps = with_steps

    def conclude(self, end: End) -> int:
        """Write the table, then say what went wrong."""
        self._show(self.board)
        return super().conclude(end)

    def _show(self, board: Board) -> None:
        wide = max(len("migration"), *(len(str(row.migration.migrate_id)) for row in board.rows))
        write(f"  {'migration':<{wide}}  passed  step")
        for row in board.rows:
            number = f"{row.migration.migrate_id:<{wide}}"
            write(f"{row.mark} {number}  {passed(row):<6}  {row.words(board.now)}{self.steps_of(row)}")

    def steps_of(self, row: Row) -> str:
        """List a row's steps, if they are asked for."""
        return row.steps if self._with_steps else ""


def passed(row: Row) -> str:
    """Say how many of the steps have passed."""
    done, total = row.passed_steps
    return f"{done}/{total}" if total else "-"
