"""The state and the text of each migration in the output, the most important rows, and their sum.

Pure: the caller passes the time.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Literal

import msgspec

from pulumi_tcsql_check.errors import ApiError, NotFoundError, ThrottledError
from pulumi_tcsql_check.errors.check import FailedError
from pulumi_tcsql_check.messages.duration import span
from pulumi_tcsql_check.messages.step_list import MARKS, step_list
from pulumi_tcsql_check.model.flow import Evidence
from pulumi_tcsql_check.model.group import Member, Tally
from pulumi_tcsql_check.model.progress import Migration
from pulumi_tcsql_check.model.statuses import PASSED, Status
from pulumi_tcsql_check.polling.watch import Watch
from pulumi_tcsql_check.reading.row import words_with
from pulumi_tcsql_check.text import printable

State = Status | Literal["in trouble", "not asked yet"]

BY_WEIGHT: tuple[State, ...] = ("failed", "in trouble", "unknown", "not-started", "running", "not asked yet", "passed")
"""The most important first."""

_MARKS: Mapping[State, str] = dict([*MARKS.items(), ("in trouble", "!"), ("not asked yet", " ")])


class Row:
    """One migration, as of the last call of `look`.

    `error` is set once the wait has ended otherwise than by a pass.
    """

    def __init__(self, watch: Watch, failed_statuses: Collection[int] = ()) -> None:
        """Begin with a migration that hasn't been queried yet."""
        self.migration: Migration = watch.migration
        self.error: Exception | None = None
        self.state: State = "not asked yet"
        self._watch = watch
        self._failed_statuses = failed_statuses
        self._known: tuple[object, ...] = ()
        self._words = "not asked yet"
        self._trouble: ApiError | None = None
        self._since = 0.0

    def look(self, now: float) -> bool:
        """Update the row at an instant of the wait's clock, and return whether its state or text has changed.

        Of many rows few change, so a row whose wait has nothing new returns early.
        """
        watch = self._watch
        known = watch.progress, watch.trouble, watch.flow, watch.flag, watch.end, self.error
        if len(known) == len(self._known) and all(a is b for a, b in zip(known, self._known, strict=True)):
            return False
        self._known = known
        before = self.state, self._words
        trouble = self.error if isinstance(self.error, ApiError) else watch.trouble
        if trouble is not None:
            if type(trouble) is not type(self._trouble):
                self._since = now
            self.state, self._words = "in trouble", _words_of(trouble)
        elif watch.progress is not None:
            seen = Evidence(watch.progress, watch.flow)
            self.state = seen.status(self._failed_statuses)
            self._words = words_with(watch.flag, self.migration, seen, self._failed_statuses)
        if isinstance(self.error, FailedError):
            self.state = "failed"
        self._trouble = trouble
        return (self.state, self._words) != before

    @property
    def member(self) -> Member:
        """The migration as one of several, its error included."""
        member = self._watch.member
        if isinstance(self.error, FailedError):
            return msgspec.structs.replace(member, status="failed", trouble=None)
        if isinstance(self.error, ApiError):
            return msgspec.structs.replace(member, trouble=_words_of(self.error))
        return member

    def words(self, now: float) -> str:
        """Describe the current step or, while queries fail, the cause and for how long (`now` minus its first time)."""
        if self._trouble is None or self.error is not None:
            return self._words
        return f"{self._words} for {now - self._since:.0f} s, trying again"

    @property
    def mark(self) -> str:
        """The symbol of the state."""
        return _MARKS[self.state]

    @property
    def passed_steps(self) -> tuple[int, int]:
        """The number of steps that have passed, and of all steps; 0 and 0 before the first response."""
        progress = self._watch.progress
        if progress is None:
            return 0, 0
        return sum(step.status == PASSED for step in progress.steps), max(progress.total, len(progress.steps))

    @property
    def steps(self) -> str:
        """The steps, one per line, each after a line break; "" before the first response."""
        progress = self._watch.progress
        return "".join(f"\n  {line}" for line in step_list(progress, (), self._failed_statuses)) if progress else ""


class Board:
    """The rows of one command, in the order of the command line."""

    def __init__(
        self,
        watches: Sequence[Watch],
        failed_statuses: Sequence[int],
        timeout_seconds: float,
        now: Callable[[], float],
    ) -> None:
        """Start the time now, on the clock of the waits."""
        self.rows = [Row(watch, failed_statuses) for watch in watches]
        self._failed_statuses = failed_statuses
        self._timeout_seconds = timeout_seconds
        self._now = now
        self._began = now()

    @property
    def now(self) -> float:
        """The time on the clock of the waits, in seconds."""
        return self._now()

    def look(self) -> list[Row]:
        """Update all rows, and return those that have changed."""
        now = self._now()
        return [row for row in self.rows if row.look(now)]

    def time(self) -> str:
        """Return the elapsed and the remaining time as text."""
        elapsed = self._now() - self._began
        return f"{span(elapsed)} ({span(max(0.0, self._timeout_seconds - elapsed))} left)"

    def end(self) -> str:
        """Return the last line: the sum and how long it took."""
        took = span(self._now() - self._began)
        if len(self.rows) == 1 and self.rows[0].state == "passed":
            return f"{self.rows[0].migration} has passed, after {took}"
        return f"{self.sum_up()}, after {took}"

    def first(self, count: int) -> tuple[list[Row], list[Row]]:
        """Return the `count` most important rows, and the others, both in the order of the command line."""
        by_weight = sorted(self.rows, key=_weight)
        chosen = {id(row) for row in by_weight[:count]}
        return [row for row in self.rows if id(row) in chosen], [row for row in self.rows if id(row) not in chosen]

    def sum_up(self, rows: Sequence[Row] | None = None) -> str:
        """Count the rows, or all rows, by state."""
        members = [row.member for row in (self.rows if rows is None else rows)]
        return Tally(members, self._failed_statuses).numbers()


def _weight(row: Row) -> tuple[int, int]:
    passed, total = row.passed_steps
    return BY_WEIGHT.index(row.state), passed - total


def _words_of(trouble: ApiError) -> str:
    if isinstance(trouble, ThrottledError):
        return "throttled by the API"
    if isinstance(trouble, NotFoundError):
        return f"no such migration ({printable(trouble.code, 64)})"
    if trouble.code:
        return f"the API says {printable(trouble.code, 64)}"
    return "no answer from the API" + (f" ({trouble.kind})" if trouble.kind else "")
