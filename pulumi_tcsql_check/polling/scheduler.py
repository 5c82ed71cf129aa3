"""Chooses which of many migrations is polled next.

One process may send 10 requests a second, so one round of 200 migrations takes 20 s. A check on its last step is polled
more often than one on its first, and none waits much longer than `LONGEST_SECONDS`.
"""

import heapq
from collections import defaultdict, deque
from collections.abc import Sequence

from pulumi_tcsql_check.polling.watch import Watch

LONGEST_SECONDS = 28.0
"""A check that was not polled for so long is overdue. With the wait for its turn, the longest gap is 30 s."""

FAR = 8
"""The distance, in steps, of a check without a response: the most that the eight published steps allow."""

_WEIGHT = 0.9
_REFUSED = 0
"""The distance of a check whose last request was throttled: less than any other."""

_Queue = list[tuple[float, int, Watch]]
"""A heap of: when it is due or was last polled, its number by the order of its first poll, the check."""


class Schedule:
    """The checks that wait for their next poll; a check that is being polled is not in it."""

    def __init__(self, watches: Sequence[Watch]) -> None:
        """Start with all checks. Those that were never polled go first, in the order given."""
        self._never_polled: deque[Watch] = deque()
        self._order: dict[int, int] = {}
        self._later: _Queue = []
        self._due: defaultdict[int, _Queue] = defaultdict(list)  # by distance; the least recently polled first
        for watch in watches:
            self.put(watch)

    def put(self, watch: Watch) -> None:
        """Add a check. It waits until it is due; one that was never polled is due at once."""
        if watch.polled_at is None:
            self._never_polled.append(watch)
            return
        number = self._order.setdefault(id(watch), len(self._order))
        heapq.heappush(self._later, (watch.due, number, watch))

    def take(self, now: float) -> Watch | None:
        """Remove and return the most urgent check that is due; None if none is."""
        if self._never_polled:
            return self._never_polled.popleft()
        while self._later and self._later[0][0] <= now:
            _, number, watch = heapq.heappop(self._later)
            heapq.heappush(self._due[_distance(watch)], (watch.polled_at or 0.0, number, watch))
        if not self._due:
            return None
        distance = max(self._due, key=lambda distance: _urgency(distance, now - self._due[distance][0][0]))
        queue = self._due[distance]
        _, _, first = heapq.heappop(queue)
        if not queue:
            del self._due[distance]
        return first

    def all(self) -> list[Watch]:
        """Return all checks that wait; those that are due come first."""
        waiting = [entry for queue in (*self._due.values(), self._later) for entry in sorted(queue)]
        return [*self._never_polled, *(watch for _, _, watch in waiting)]

    def next_due(self) -> float | None:
        """Return when the next check is, or was, due; None if there is none."""
        if self._never_polled:
            return self._never_polled[0].due
        queues = (*self._due.values(), self._later)
        return next((queue[0][2].due for queue in queues if queue), None)


def _distance(watch: Watch) -> int:
    """Return how far a check that was polled is from its end, in steps."""
    return _REFUSED if watch.was_throttled else watch.steps_left or FAR


def _urgency(distance: int, waited: float) -> tuple[bool, float]:
    """Return a sort key: overdue checks first, then by the time since the last poll relative to the distance.

    A check is overdue after `LONGEST_SECONDS`, or if it was throttled. Among those the time alone decides, so that one
    check that is throttled again and again holds up no other.
    """
    overdue = waited >= LONGEST_SECONDS or distance == _REFUSED
    return overdue, waited if overdue else waited / distance**_WEIGHT
