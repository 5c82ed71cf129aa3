"""What is said of one migration while it is waited for, and what it counts as. Pure: time comes with what was seen."""

from collections.abc import Collection, Mapping
from typing import Literal

import msgspec

from pulumi_tcsql_check.errors import ApiError, NotFoundError, ThrottledError
from pulumi_tcsql_check.errors.check import FailedError
from pulumi_tcsql_check.messages.step_list import MARKS, step_list
from pulumi_tcsql_check.model.flow import Evidence
from pulumi_tcsql_check.model.group import Member
from pulumi_tcsql_check.model.progress import Migration
from pulumi_tcsql_check.model.statuses import PASSED, Status
from pulumi_tcsql_check.polling.watch import Watch
from pulumi_tcsql_check.reading.row import words_with
from pulumi_tcsql_check.text import printable

State = Status | Literal["in trouble", "not asked yet"]

BY_WEIGHT: tuple[State, ...] = ("failed", "in trouble", "unknown", "not-started", "running", "not asked yet", "passed")
"""What a reader wants to know first."""

_MARKS: Mapping[State, str] = dict([*MARKS.items(), ("in trouble", "!"), ("not asked yet", " ")])


class Row:
    """One migration.

    Attributes:
        migration: Which one.
        error: What ended it otherwise than by a pass, once that is known.
        state: What it counts as, when it was last looked at.
    """

    def __init__(self, watch: Watch, failed_statuses: Collection[int] = ()) -> None:
        """Take the wait that is shown."""
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
        """Look at the wait, and tell whether there is news; of many rows, few have any.

        Args:
            now: The instant, on the clock of the wait.
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
        """What is known of it, as one of several, its error included."""
        member = self._watch.member
        if isinstance(self.error, FailedError):
            return msgspec.structs.replace(member, status="failed", trouble=None)
        if isinstance(self.error, ApiError):
            return msgspec.structs.replace(member, trouble=_words_of(self.error))
        return member

    def words(self, now: float) -> str:
        """Say where it is, as it was last looked at; in trouble, which, and for how long.

        Args:
            now: The instant, on the clock of the wait.
        """
        if self._trouble is None or self.error is not None:
            return self._words
        return f"{self._words} for {now - self._since:.0f} s, trying again"

    @property
    def mark(self) -> str:
        """What stands for the state."""
        return _MARKS[self.state]

    @property
    def passed_steps(self) -> tuple[int, int]:
        """How many steps have passed, of how many; before the first answer 0 of 0."""
        progress = self._watch.progress
        if progress is None:
            return 0, 0
        return sum(step.status == PASSED for step in progress.steps), max(progress.total, len(progress.steps))

    @property
    def steps(self) -> str:
        """List the steps, a line each with a line break before it."""
        progress = self._watch.progress
        return step_list(progress, (), self._failed_statuses) if progress is not None else ""


def _words_of(trouble: ApiError) -> str:
    """Name a trouble in a few words."""
    if isinstance(trouble, ThrottledError):
        return "throttled by the API"
    if isinstance(trouble, NotFoundError):
        return f"no such migration ({printable(trouble.code, 64)})"
    if trouble.code:
        return f"the API says {printable(trouble.code, 64)}"
    return "no answer from the API" + (f" ({trouble.kind})" if trouble.kind else "")
