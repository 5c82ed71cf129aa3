"""Chooses which of many migrations has its turn next; `hints` may query one out of turn.

One process may query the steps of 10 checks a second, so one round of 200 takes 20 s. A check on its last step is
polled more often than one on its first, and none waits much longer than `LONGEST_SECONDS`.
"""

import heapq
from collections import defaultdict
from collections.abc import Sequence

from pulumi_tcsql_check.polling.watch import Watch

LONGEST_SECONDS = 28.0
"""A check that was not polled for so long is overdue. With the wait for its turn, the longest gap is 30 s."""

FAR = 8
"""The distance, in steps, of a check without a response: the most that the eight published steps allow."""

_WEIGHT = 0.9
_REFUSED = 0
"""The distance of a check whose last request was throttled: less than any other."""

_Entry = tuple[float, int, Watch]
"""When a check is due, or was last polled; its number in the order given; the check."""

_Queue = list[_Entry]
"""A heap."""


class Schedule:
    """The checks that wait for their next poll; a check that is being polled is not in it."""

    def __init__(self, watches: Sequence[Watch]) -> None:
        """Start with all checks. Those that were never polled go first, in the order given."""
        self._order = {watch: number for number, watch in enumerate(watches)}
        self._entries: dict[Watch, _Entry] = {}
        self._never_polled: _Queue = []  # in the order given
        self._later: _Queue = []
        self._due: defaultdict[int, _Queue] = defaultdict(list)  # by distance; the least recently polled first
        for watch in watches:
            self.put(watch)

    def put(self, watch: Watch) -> None:
        """Add a check. It waits until it is due; one that was never polled is due at once."""
        is_new = watch.polled_at is None
        self._push(self._never_polled if is_new else self._later, 0.0 if is_new else watch.due, watch)

    def remove(self, watch: Watch) -> bool:
        """Remove a check out of turn; return whether it was there."""
        return self._entries.pop(watch, None) is not None

    def take(self, now: float) -> Watch | None:
        """Remove and return the most urgent check that is due; None if none is."""
        while (next_one := self._first(self._later)) and next_one[0] <= now:
            watch = next_one[2]
            self._push(self._due[_distance(watch)], watch.polled_at or 0.0, watch)
        waited = {distance: now - first[0] for distance, queue in self._due.items() if (first := self._first(queue))}
        if self._first(self._never_polled):
            queue = self._never_polled
        elif waited:
            queue = self._due[max(waited, key=lambda distance: _urgency(distance, waited[distance]))]
        else:
            return None
        watch = heapq.heappop(queue)[2]
        del self._entries[watch]
        return watch

    def all(self) -> list[Watch]:
        """Return all checks that wait; those that are due come first."""
        queues = self._never_polled, *self._due.values(), self._later
        return [entry[2] for queue in queues for entry in sorted(queue) if self._entries.get(entry[2]) is entry]

    def next_due(self) -> float:
        """Return when the next check is, or was, due; infinity if there is none."""
        queues = self._never_polled, *self._due.values(), self._later
        return next((first[2].due for queue in queues if (first := self._first(queue))), float("inf"))

    def _push(self, queue: _Queue, since: float, watch: Watch) -> None:
        entry = self._entries[watch] = since, self._order[watch], watch
        heapq.heappush(queue, entry)

    def _first(self, queue: _Queue) -> _Entry | None:
        """Return the first entry of a queue, without those that were removed or have moved on."""
        while queue and self._entries.get(queue[0][2]) is not queue[0]:
            heapq.heappop(queue)
        return queue[0] if queue else None


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
