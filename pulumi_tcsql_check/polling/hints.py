"""Which checks to query next, out of turn, since the list of migrations says that they have ended. Pure.

A flag is a hint, and may be wrong: late, of an earlier start, or of no meaning at all. Hints that bring no verdict take
at most every tenth turn, so that a list that is wrong delays the others little.
"""

import heapq
from collections import deque
from collections.abc import Sequence

from pulumi_tcsql_check.model.check_flag import CHECKED, FAILED
from pulumi_tcsql_check.polling.flag_list import FlagList
from pulumi_tcsql_check.polling.scheduler import Schedule
from pulumi_tcsql_check.polling.watch import Watch

FIRST_PAUSE_SECONDS = 2.0
"""How long after the first query without a verdict a check is queried again, in seconds; each further pause doubles."""

REMEMBERED = 20
"""Of how many queries the verdicts are counted: the hints are good while at least half of them bring one."""

EVERY = 10
"""While the hints are not good, at most one of so many turns is theirs."""

_FINAL = (CHECKED, FAILED)


class Hints:
    """The checks of one wait whose flag says that they have ended, and which still wait."""

    def __init__(self, watches: Sequence[Watch]) -> None:
        """Start without a hint."""
        self._numbers = {watch: number for number, watch in enumerate(watches)}
        self._codes: dict[Watch, int] = {}
        self._due: dict[Watch, float] = {}
        self._pauses: dict[Watch, float] = {}
        self._queue: list[tuple[float, int, Watch]] = []
        self._verdicts = deque([True] * REMEMBERED, maxlen=REMEMBERED)
        self._turns = EVERY
        self._seen: object = None

    def see(self, flags: FlagList, now: float) -> None:
        """Compare the latest flags with those before: one that is new and final is a hint."""
        latest = flags.latest
        if latest is self._seen:
            return
        self._seen = latest
        for watch in self._numbers:
            flag = latest.get(watch.migration.migrate_id)
            if flag is None or flag.code is None or flag.code == self._codes.get(watch):
                continue
            self._codes[watch] = flag.code
            self._forget(watch)
            if flag.code in _FINAL:
                self._pauses[watch] = FIRST_PAUSE_SECONDS
                self._put(watch, now)

    def take(self, now: float, schedule: Schedule) -> Watch | None:
        """Remove the first check with a hint from the schedule, and return it; None if it isn't the turn of one."""
        if not self._have_a_turn:
            return None
        found, being_polled = None, []
        while found is None and self._first_due() <= now:
            entry = heapq.heappop(self._queue)
            watch = entry[2]
            if schedule.remove(watch):
                found = watch
                del self._due[watch]
                self._turns = 0
            else:
                being_polled.append(entry)
        for entry in being_polled:
            heapq.heappush(self._queue, entry)
        return found

    def next_due(self) -> float:
        """Return when a hint is, or was, due; infinity if none has a turn."""
        return self._first_due() if self._have_a_turn else float("inf")

    def count_turn(self) -> None:
        """Count a turn that was not a hint's."""
        self._turns += 1

    def settle(self, watch: Watch, now: float, *, has_verdict: bool) -> None:
        """Note the result of a query by a hint: without a verdict, the hint is due again after a longer pause."""
        self._verdicts.append(has_verdict)
        if has_verdict or watch not in self._pauses or watch in self._due:
            return
        pause = self._pauses[watch]
        self._pauses[watch] = 2 * pause
        self._put(watch, now + pause)

    def drop(self, watch: Watch) -> None:
        """Forget a check that has ended."""
        self._numbers.pop(watch, None)
        self._forget(watch)

    @property
    def _have_a_turn(self) -> bool:
        return 2 * sum(self._verdicts) >= REMEMBERED or self._turns >= EVERY - 1

    def _first_due(self) -> float:
        while self._queue and self._due.get(self._queue[0][2]) != self._queue[0][0]:
            heapq.heappop(self._queue)  # the hint was forgotten or renewed
        return self._queue[0][0] if self._queue else float("inf")

    def _put(self, watch: Watch, due: float) -> None:
        self._due[watch] = due
        heapq.heappush(self._queue, (due, self._numbers[watch], watch))

    def _forget(self, watch: Watch) -> None:
        self._due.pop(watch, None)
        self._pauses.pop(watch, None)
