"""Which of many migrations is asked next: the requests are few, so they go where they matter most.

One process may send 10 requests a second, so that a round of 200 migrations takes 20 seconds. What has passed is asked
no more, what is on its last step more often than what has all before it, and nobody is forgotten.
"""

import heapq
from collections import defaultdict, deque
from collections.abc import Sequence

from pulumi_tcsql_check.polling.watch import Watch

LONGEST_SECONDS = 28.0
"""Who has not been asked for so long goes before all who have; with the time that it takes, 30 s."""

FAR = 8
"""How far from its end a check counts that gave no answer: as far as one of the eight published steps can be."""

_WEIGHT = 0.9
_REFUSED = 0
"""How far one counts whose last request was one too many: nearer than any other."""

_Queue = list[tuple[float, int, Watch]]
"""A heap: when each is due or was asked, who was first, and which it is."""


class Schedule:
    """Those that wait for their next turn; those that are asked at the moment are with whoever took them."""

    def __init__(self, watches: Sequence[Watch]) -> None:
        """Begin with all of them; who has never been asked goes before all who have, and the first of them first."""
        self._never_asked: deque[Watch] = deque()
        self._order: dict[int, int] = {}
        self._later: _Queue = []
        self._due: defaultdict[int, _Queue] = defaultdict(list)  # by distance: of two as far, the longer ago goes first
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
            _, number, watch = heapq.heappop(self._later)
            heapq.heappush(self._due[_distance(watch)], (watch.asked_at or 0.0, number, watch))
        if not self._due:
            return None
        distance = max(self._due, key=lambda distance: _urgency(distance, now - self._due[distance][0][0]))
        queue = self._due[distance]
        _, _, first = heapq.heappop(queue)
        if not queue:
            del self._due[distance]
        return first

    def all(self) -> list[Watch]:
        """List all that wait, those that are due first."""
        waiting = [entry for queue in (*self._due.values(), self._later) for entry in sorted(queue)]
        return [*self._never_asked, *(watch for _, _, watch in waiting)]

    def next_due(self) -> float | None:
        """Tell when the next one is, or was, due; None if there is none."""
        if self._never_asked:
            return self._never_asked[0].due
        queues = (*self._due.values(), self._later)
        return next((queue[0][2].due for queue in queues if queue), None)


def _distance(watch: Watch) -> int:
    """Say how far one is from its end that has been asked, in steps."""
    return _REFUSED if watch.was_throttled else watch.steps_left or FAR


def _urgency(distance: int, waited: float) -> tuple[bool, float]:
    """Say how much one matters: first whether it is overdue, then how far it is, and how long ago it was asked.

    Overdue is who was asked long ago, or was refused as one too many; of those, whoever was asked longer ago goes
    first, so that one that is refused for ever holds up nobody.
    """
    overdue = waited >= LONGEST_SECONDS or distance == _REFUSED
    return overdue, waited if overdue else waited / distance**_WEIGHT
