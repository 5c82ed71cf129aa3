"""All migrations of one command as they are shown: which come first, and how they sum up. Pure."""

from collections.abc import Callable, Sequence

from pulumi_tcsql_check.cli.row import BY_WEIGHT, Row
from pulumi_tcsql_check.messages.duration import span
from pulumi_tcsql_check.model.group import Tally
from pulumi_tcsql_check.polling.watch import Watch


class Board:
    """The rows of one command.

    Attributes:
        rows: One for each migration, in the order of the command line.
    """

    def __init__(
        self,
        watches: Sequence[Watch],
        failed_statuses: Sequence[int],
        timeout_seconds: float,
        now: Callable[[], float],
    ) -> None:
        """Begin now.

        Args:
            watches: The waits that are shown.
            failed_statuses: Raw codes that mean "failed" in this account.
            timeout_seconds: How long they may take.
            now: The clock of the waits.
        """
        self.rows = [Row(watch, failed_statuses) for watch in watches]
        self._failed_statuses = failed_statuses
        self._timeout_seconds = timeout_seconds
        self._now = now
        self._began = now()

    @property
    def now(self) -> float:
        """The instant."""
        return self._now()

    def look(self) -> list[Row]:
        """Look at all rows, and return those that have news."""
        now = self._now()
        return [row for row in self.rows if row.look(now)]

    def time(self) -> str:
        """Say how long it has been, and how long it may take."""
        elapsed = self._now() - self._began
        return f"{span(elapsed)} ({span(max(0.0, self._timeout_seconds - elapsed))} left)"

    def end(self) -> str:
        """Sum it up when it is over."""
        took = span(self._now() - self._began)
        if len(self.rows) == 1 and self.rows[0].state == "passed":
            return f"{self.rows[0].migration} has passed, after {took}"
        return f"{self.sum_up()}, after {took}"

    def first(self, count: int) -> tuple[list[Row], list[Row]]:
        """Choose the rows that matter most, in the order of the command line, and those that there is no room for.

        Args:
            count: How many there is room for.
        """
        by_weight = sorted(self.rows, key=_weight)
        chosen = {id(row) for row in by_weight[:count]}
        return [row for row in self.rows if id(row) in chosen], [row for row in self.rows if id(row) not in chosen]

    def sum_up(self, rows: Sequence[Row] | None = None) -> str:
        """Count rows by what has become of them; all of them where none are named."""
        members = [row.member for row in (self.rows if rows is None else rows)]
        return Tally(members, self._failed_statuses).numbers()


def _weight(row: Row) -> tuple[int, int]:
    passed, total = row.passed_steps
    return BY_WEIGHT.index(row.state), passed - total
