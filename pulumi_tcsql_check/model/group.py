"""Several checks seen together: how many stand where, and what that amounts to. Pure."""

from collections import Counter
from collections.abc import Iterable, Sequence

import msgspec

from pulumi_tcsql_check.model.progress import Migration, Progress, headline
from pulumi_tcsql_check.model.statuses import PASSED, Status

_IDS_IN_A_NAME = 4

_WORDS: tuple[tuple[Status, str], ...] = (
    ("failed", "failed"),
    ("running", "running"),
    ("unknown", "unclear"),
    ("not-started", "not started"),
)
"""What is told beside those that have passed, in this order."""


class Member(msgspec.Struct, frozen=True):
    """One check of several.

    Attributes:
        migration: Which one.
        progress: The last answer about its steps, if there was any.
        status: What that, with all else that is known of it, amounts to.
        trouble: What kind of trouble the last try met, in a few words or none; None where it brought an answer.
    """

    migration: Migration
    progress: Progress | None
    status: Status
    trouble: str | None = None


def name_of(migrations: Sequence[Migration]) -> str:
    """Name one or several checks of one region, as the sentences on the screen do."""
    if len(migrations) == 1:
        return str(migrations[0])
    region = migrations[0].region
    if len(migrations) > _IDS_IN_A_NAME:
        return f"{len(migrations)} migration checks ({region})"
    return f"migration checks {enumeration([str(one.migrate_id) for one in migrations])} ({region})"


def enumeration(words: Sequence[str]) -> str:
    """Write a list as a sentence does: `a`, `a and b`, `a, b and c`."""
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]])) if words else ""


def status_of(statuses: Iterable[Status]) -> Status:
    """Sum up the checks of a group in a word; only `passed` opens a gate."""
    seen = set(statuses)
    for decisive in ("failed", "unknown"):
        if decisive in seen:
            return decisive
    if seen == {"passed"}:
        return "passed"
    return "not-started" if seen == {"not-started"} else "running" if seen else "unknown"


class Tally:
    """How many of several checks stand where.

    Attributes:
        counts: How many have come to which status, by their last answers.
        unanswered: How many gave no answer when they were asked last.
        unasked: How many were never asked.
    """

    def __init__(self, members: Sequence[Member], failed_statuses: Sequence[int] = ()) -> None:
        """Count them.

        Args:
            members: The checks, at least one.
            failed_statuses: Raw codes that mean "failed" in this account.
        """
        self._members = members
        self._failed_statuses = failed_statuses
        in_trouble = [one for one in members if one.trouble is not None]
        answered = [one for one in members if one.trouble is None and one.progress is not None]
        self.counts = Counter(one.status for one in answered)
        self.unanswered = len(in_trouble)
        self.unasked = len(members) - len(answered) - len(in_trouble)
        self._kinds = sorted({one.trouble for one in in_trouble if one.trouble})
        self._answered = answered

    def words(self) -> str:
        """Tell it in one line, such as `41/60 passed, 17 running, 2 not started; slowest 1093: 3/8 ...: running`."""
        slowest = self._slowest()
        if slowest is None or slowest.progress is None:
            return self.numbers()
        where = headline(slowest.progress, self._failed_statuses)
        return f"{self.numbers()}; slowest {slowest.migration.migrate_id}: {where}"

    def numbers(self) -> str:
        """Tell how many stand where, such as `41/60 passed, 17 running, 2 not started`."""
        parts = [f"{self.counts['passed']}/{len(self._members)} passed"]
        parts += [f"{self.counts[status]} {word}" for status, word in _WORDS if self.counts[status]]
        if self.unanswered:
            kinds = f" ({', '.join(self._kinds)})" if self._kinds else ""
            parts.append(f"{self.unanswered} without an answer{kinds}")
        if self.unasked:
            parts.append(f"{self.unasked} not asked yet")
        return ", ".join(parts)

    def _slowest(self) -> Member | None:
        """Choose the one that runs and has passed the fewest steps; the first of several."""
        running = [one for one in self._answered if one.status in ("running", "unknown")]
        return min(running, key=_steps_passed, default=None)


def _steps_passed(member: Member) -> int:
    steps = member.progress.steps if member.progress is not None else ()
    return sum(step.status == PASSED for step in steps)
