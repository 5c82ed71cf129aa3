"""Which of many migrations is asked next: the requests are few, so they go where they matter most.

One process may send 10 requests a second, so that a round of 200 migrations takes 20 seconds. What has passed is asked
no more, what is on its last step more often than what has all before it, and nobody is forgotten.
"""

import heapq
from collections import deque
from collections.abc import Sequence

from pulumi_tcsql_check.watch import Watch

LONGEST_SECONDS = 28.0
"""Who has not been asked for so long goes before all who have; with the time that it takes, 30 s."""

FAR = 8
"""How far from its end a check counts that gave no answer: as far as one of the eight published steps can be."""

_WEIGHT = 0.9


class Schedule:
    """Those that wait for their next turn; those that are asked at the moment are with whoever took them."""

    def __init__(self, watches: Sequence[Watch]) -> None:
        """Begin with all of them; who has never been asked goes before all who have, and the first of them first."""
        self._never_asked: deque[Watch] = deque()
        self._order: dict[int, int] = {}
        self._later: list[tuple[float, int, Watch]] = []
        self._due: list[Watch] = []
        for watch in watches:
            self.put(watch)

    def put(self, watch: Watch) -> None:
        """Let one wait until it is due; who has never been asked is due at once."""
        if watch.asked_at is None:
            self._never_asked.append(watch)
            return
        number = self._order.setdefault(id(watch), len(self._order))
        heapq.heappush(self._later, (watch.due, number, watch))

    def take(self, now: float) -> Watch | None:
        """Take the one that matters most of those that are due, if any is."""
        if self._never_asked:
            return self._never_asked.popleft()
        while self._later and self._later[0][0] <= now:
            self._due.append(heapq.heappop(self._later)[2])
        if not self._due:
            return None
        first = max(range(len(self._due)), key=lambda index: _urgency(self._due[index], now))
        return self._due.pop(first)

    def all(self) -> list[Watch]:
        """List all that wait, those that are due first."""
        return [*self._never_asked, *self._due, *(watch for _, _, watch in sorted(self._later))]

    def next_due(self) -> float | None:
        """Tell when the next one is, or was, due; None if there is none."""
        first = next(iter(self._never_asked or self._due), None)
        if first is not None:
            return first.due
        return self._later[0][0] if self._later else None


def _urgency(watch: Watch, now: float) -> tuple[bool, float]:
    """Say how much one matters that has been asked: first whether it is overdue, then how far it is.

    Overdue is who was asked long ago, or was refused as one too many; of those, whoever was asked longer ago goes
    first, so that one that is refused for ever holds up nobody.
    """
    waited = now - (watch.asked_at or 0.0)
    overdue = waited >= LONGEST_SECONDS or watch.was_refused
    return overdue, waited if overdue else waited / (watch.steps_left or FAR) ** _WEIGHT
