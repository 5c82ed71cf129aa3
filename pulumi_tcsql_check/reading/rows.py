"""The state and text of each check during a wait, the most important checks, and their sum; pure, without a clock."""

from collections.abc import Collection, Mapping, Sequence
from typing import Literal

import msgspec

from pulumi_tcsql_check.errors import ApiError, NotFoundError, NotYetFoundError, ThrottledError
from pulumi_tcsql_check.errors.check import FailedError
from pulumi_tcsql_check.languages.sentence import Sentence, Words
from pulumi_tcsql_check.messages.commands import start_command
from pulumi_tcsql_check.messages.duration import span
from pulumi_tcsql_check.messages.step_list import MARKS, step_list
from pulumi_tcsql_check.model.check_flag import CheckFlag
from pulumi_tcsql_check.model.flow import Evidence
from pulumi_tcsql_check.model.group import Member, Tally
from pulumi_tcsql_check.model.progress import Migration, Place
from pulumi_tcsql_check.model.statuses import Status
from pulumi_tcsql_check.polling.watch import Watch
from pulumi_tcsql_check.text import printable

State = Status | Literal["in trouble", "not queried yet"]

BY_WEIGHT: tuple[State, ...] = (
    "failed",
    "in trouble",
    "unknown",
    "not-started",
    "running",
    "not queried yet",
    "passed",
)
"""The most important first."""

_MARKS: Mapping[State, str] = dict([*MARKS.items(), ("in trouble", "!"), ("not queried yet", " ")])

_NOT_QUERIED = Place("", Sentence("not queried yet"))


def place_for(
    migration: Migration, seen: Evidence, failed_statuses: Collection[int] = (), flag: CheckFlag | None = None
) -> Place:
    """Return the progress of a check; if no step has started, with the command that starts it."""
    place = seen.place(failed_statuses)
    if seen.flow is None and seen.progress.status(failed_statuses) == "not-started":
        place = Place("", Sentence("no step started", command=start_command(migration)))
    if flag is not None and flag.failed:
        place = place._replace(words=Sentence("failed, says the API", words=place.words))
    return place


class Row:
    """One check, as of the last call of `update`; `error` is set if the wait ends without a pass."""

    def __init__(self, watch: Watch, failed_statuses: Collection[int] = ()) -> None:
        """Start with a check that hasn't been queried yet."""
        self.migration: Migration = watch.migration
        self.error: Exception | None = None
        self.state: State = "not queried yet"
        self._watch = watch
        self._failed_statuses = failed_statuses
        self._known: tuple[object, ...] = ()
        self._place = _NOT_QUERIED
        self._trouble: ApiError | None = None
        self._since = 0.0

    def update(self, now: float) -> bool:
        """Update the row, and return whether its state or text has changed; unchanged observations return early."""
        watch = self._watch
        known = watch.progress, watch.trouble, watch.flow, watch.flag, watch.end, self.error
        if len(known) == len(self._known) and all(a is b for a, b in zip(known, self._known, strict=True)):
            return False
        self._known = known
        before = self.gist
        trouble = self.error if isinstance(self.error, ApiError) else watch.trouble
        if trouble is not None:
            if type(trouble) is not type(self._trouble):
                self._since = now
            self.state, self._place = "in trouble", self._place._replace(words=_words_of(trouble))
        elif watch.progress is not None:
            seen = Evidence(watch.progress, watch.flow)
            self.state = seen.status(self._failed_statuses)
            self._place = place_for(self.migration, seen, self._failed_statuses, watch.flag)
        if isinstance(self.error, FailedError):
            self.state = "failed"
        self._trouble = trouble
        return self.gist != before

    @property
    def gist(self) -> tuple[object, ...]:
        """The values whose change needs a new line: neither the time nor the cause of an outage."""
        return self.state, self._place.position, type(self._trouble) if self._trouble is not None else self._place.words

    @property
    def member(self) -> Member:
        """The check as one of several, including its error."""
        member = self._watch.member
        if isinstance(self.error, FailedError):
            return msgspec.structs.replace(member, status="failed", trouble=None)
        if isinstance(self.error, ApiError):
            return msgspec.structs.replace(member, trouble=_words_of(self.error))
        return member

    def words(self, now: float) -> Sentence:
        """Describe the progress or, while queries fail, the cause and for how long."""
        return self._place.sentence if self._trouble is None else self._trouble_at(now)

    def line(self, now: float, left: Sentence) -> Sentence:
        """Return the row of a single check: the step, the remaining time and the state."""
        words = self._place.words if self._trouble is None else self._trouble_at(now)
        if not self._place.position:
            return Sentence("row without place", left=left, words=words)
        return Sentence("row", place=self._place.position, left=left, words=words)

    def _trouble_at(self, now: float) -> Sentence:
        words = self._place.words
        return words if self.error is not None else Sentence("trying again", words=words, seconds=now - self._since)

    @property
    def mark(self) -> str:
        """The symbol of the state."""
        return _MARKS[self.state]

    @property
    def passed_steps(self) -> tuple[int, int]:
        """The numbers of passed and of all steps; 0 and 0 before the first response."""
        progress = self._watch.progress
        if progress is None:
            return 0, 0
        return progress.steps_passed, max(progress.total, len(progress.steps))

    @property
    def steps(self) -> list[Words]:
        """The steps, a line each; none before the first response."""
        progress = self._watch.progress
        return step_list(progress, (), self._failed_statuses) if progress is not None else []


class Board:
    """The rows of one wait, in the order of the watches."""

    def __init__(self, watches: Sequence[Watch], failed_statuses: Sequence[int], timeout_seconds: float) -> None:
        """Make a row for each watch, at least one; the wait begins with the first watch."""
        self.rows = [Row(watch, failed_statuses) for watch in watches]
        self._failed_statuses = failed_statuses
        self._timeout_seconds = timeout_seconds
        self._began = watches[0].began

    def update(self, now: float) -> list[Row]:
        """Update all rows at an instant of the wait's clock, and return those that have changed."""
        return [row for row in self.rows if row.update(now)]

    def left(self, now: float) -> Sentence:
        """Return the remaining time."""
        return span(max(0.0, self._timeout_seconds - (now - self._began)))

    def line(self, now: float) -> Sentence:
        """Return one line about all checks."""
        return self.rows[0].line(now, self.left(now)) if len(self.rows) == 1 else self.sum_line(now, with_slowest=True)

    def sum_line(self, now: float, *, with_slowest: bool = False) -> Sentence:
        """Return the sum of the rows with the remaining time."""
        tally = self._tally(self.rows)
        left, slowest = self.left(now), tally.slowest() if with_slowest else None
        others = tally.others()
        if not others:
            return Sentence("row without words", place=tally.passed, left=left)
        words = Sentence("items", items=tuple(others))
        if slowest is not None:
            words = Sentence("and then", first=words, then=slowest)
        return Sentence("row", place=tally.passed, left=left, words=words)

    def gist(self, now: float) -> object:
        """Return what makes a new line of all rows when it changes; of several rows, their sum alone."""
        if len(self.rows) > 1:
            return self.sum_up()
        self.rows[0].update(now)
        return self.rows[0].gist

    def end(self, now: float) -> Sentence:
        """Return the last line: the sum and the duration."""
        took = span(now - self._began)
        if len(self.rows) == 1 and self.rows[0].state == "passed":
            return Sentence("has passed", checks=self.rows[0].migration.sentence, took=took)
        return Sentence("sum after", words=self.sum_up(), took=took)

    def first(self, count: int) -> tuple[list[Row], list[Row]]:
        """Return the `count` most important rows and the others, each in their original order."""
        by_weight = sorted(self.rows, key=_weight)
        chosen = {id(row) for row in by_weight[:count]}
        return [row for row in self.rows if id(row) in chosen], [row for row in self.rows if id(row) not in chosen]

    def sum_up(self, rows: Sequence[Row] | None = None) -> Sentence:
        """Count the given rows, or all rows, by state."""
        return self._tally(self.rows if rows is None else rows).numbers()

    def _tally(self, rows: Sequence[Row]) -> Tally:
        return Tally([row.member for row in rows], self._failed_statuses)


def _weight(row: Row) -> tuple[int, int]:
    passed, total = row.passed_steps
    return BY_WEIGHT.index(row.state), passed - total


def _words_of(trouble: ApiError) -> Sentence:
    if isinstance(trouble, NotYetFoundError):
        return Sentence("not known yet")
    if isinstance(trouble, ThrottledError):
        return Sentence("throttled")
    if isinstance(trouble, NotFoundError):
        return Sentence("no such migration", code=printable(trouble.code, 64))
    if trouble.code:
        return Sentence("refused with", code=printable(trouble.code, 64))
    words = Sentence("not answered")
    return Sentence("with cause", words=words, cause=trouble.kind) if trouble.kind else words
