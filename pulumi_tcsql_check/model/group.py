"""Several checks together: their counts by status, and their common status. Pure."""

from collections import Counter
from collections.abc import Iterable, Sequence

import msgspec

from pulumi_tcsql_check.languages.sentence import Sentence, Words
from pulumi_tcsql_check.model.progress import Migration, Progress, place_of
from pulumi_tcsql_check.model.statuses import Status

_IDS_IN_A_NAME = 4

_NOT_PASSED: tuple[Status, ...] = ("failed", "running", "unknown", "not-started")
"""What is counted beside those that have passed, in this order."""


class Member(msgspec.Struct, frozen=True):
    """One check of several.

    Attributes:
        progress: The last response about its steps, if there was any.
        status: The status by all responses.
        trouble: The kind of the last query's error, or "" if it has none; None if the query got a response.
    """

    migration: Migration
    progress: Progress | None
    status: Status
    trouble: Words | None = None


def name_of(migrations: Sequence[Migration]) -> Sentence:
    """Return the name of one or several checks of one region in a text."""
    if len(migrations) == 1:
        return migrations[0].sentence
    region = migrations[0].region
    if len(migrations) > _IDS_IN_A_NAME:
        return Sentence("many checks", count=len(migrations), region=region)
    return Sentence("checks", ids=[one.migrate_id for one in migrations], region=region)


def status_of(statuses: Iterable[Status]) -> Status:
    """Return the common status of a group's checks; only `passed` opens a gate."""
    seen = set(statuses)
    for decisive in ("failed", "unknown"):
        if decisive in seen:
            return decisive
    if seen == {"passed"}:
        return "passed"
    return "not-started" if seen == {"not-started"} else "running" if seen else "unknown"


class Tally:
    """The counts of several checks by status.

    Attributes:
        counts: By the status of those whose last query got a response.
        unanswered: How many got no response to their last query.
        unasked: How many were never queried.
    """

    def __init__(self, members: Sequence[Member], failed_statuses: Sequence[int] = ()) -> None:
        """Count the members, at least one."""
        self._members = members
        self._failed_statuses = failed_statuses
        troubles = [one.trouble for one in members if one.trouble is not None]
        known = [(one, one.progress) for one in members if one.trouble is None and one.progress is not None]
        self.counts = Counter(one.status for one, _ in known)
        self.unanswered = len(troubles)
        self.unasked = len(members) - len(known) - len(troubles)
        self._kinds = sorted({kind for kind in troubles if kind}, key=str)
        self._running = [(one, progress) for one, progress in known if one.status in ("running", "unknown")]

    @property
    def passed(self) -> Sentence:
        """How many have passed, such as `41/60 passed`."""
        return Sentence("passed of", passed=self.counts["passed"], total=len(self._members))

    def others(self) -> list[Sentence]:
        """Return how many stand elsewhere, such as `17 running` and `2 not started`."""
        parts = [
            Sentence(f"count {status}", count=self.counts[status]) for status in _NOT_PASSED if self.counts[status]
        ]
        if self.unanswered:
            parts.append(Sentence("count without response", count=self.unanswered))
            if self._kinds:
                parts[-1] = Sentence("with cause", words=parts[-1], cause=Sentence("items", items=tuple(self._kinds)))
        if self.unasked:
            parts.append(Sentence("count not queried", count=self.unasked))
        return parts

    def slowest(self) -> Sentence | None:
        """Return the step of the running check that has passed the fewest: `slowest 1093: 3/8 ...: running`."""
        if not self._running:
            return None
        slowest, progress = min(self._running, key=lambda pair: pair[1].steps_passed)
        place = place_of(progress, self._failed_statuses)
        return Sentence("slowest", migrate_id=slowest.migration.migrate_id, place=place.sentence)

    def words(self) -> Sentence:
        """Return all in one line: `41/60 passed, 17 running, 2 not started; slowest 1093: 3/8 ...: running`."""
        slowest = self.slowest()
        return Sentence("and then", first=self.numbers(), then=slowest) if slowest is not None else self.numbers()

    def numbers(self) -> Sentence:
        """Return how many stand where, such as `41/60 passed, 17 running, 2 not started`."""
        return Sentence("items", items=(self.passed, *self.others()))
