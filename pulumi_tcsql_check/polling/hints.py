"""Which checks are polled out of turn, since the list of migrations says that they have ended. Pure.

A flag is a hint, and may be wrong: late, of an earlier start, or without a meaning. While fewer than half of the last
hints brought a verdict, all hints together take at most every tenth poll, so a wrong list delays the others little.
"""

from collections import deque
from collections.abc import Sequence

from pulumi_tcsql_check.model.check_flag import CHECKED, FAILED
from pulumi_tcsql_check.polling.flag_list import FlagList
from pulumi_tcsql_check.polling.scheduler import Schedule
from pulumi_tcsql_check.polling.watch import Watch

FIRST_PAUSE_SECONDS = 2.0
"""How long after its first poll without a verdict a check is polled again, in seconds; each further pause doubles."""

REMEMBERED = 20
"""Of how many hints the verdicts are counted."""

POLLS_PER_HINT = 10
"""While fewer than half of the remembered hints brought a verdict, at most one of so many polls is by a hint."""

_FINAL = (CHECKED, FAILED)


class Hints:
    """The checks of one wait whose flag says that they have ended, and which still wait."""

    def __init__(self, watches: Sequence[Watch]) -> None:
        """Start without a hint."""
        self._numbers = {watch: number for number, watch in enumerate(watches)}
        self._codes: dict[Watch, int] = {}
        self._due: dict[Watch, float] = {}
        self._pauses: dict[Watch, float] = {}
        self._verdicts = deque([True] * REMEMBERED, maxlen=REMEMBERED)
        self._polls_since = POLLS_PER_HINT
        self._compared: object = None

    def compare(self, flags: FlagList, now: float) -> None:
        """Compare the latest flags with those before: one that is new and final is a hint, due at once."""
        latest = flags.latest
        if latest is self._compared:
            return
        self._compared = latest
        for watch in self._numbers:
            flag = latest.get(watch.migration.migrate_id)
            if flag is None or flag.code is None or flag.code == self._codes.get(watch):
                continue
            self._codes[watch] = flag.code
            self._forget(watch)
            if flag.code in _FINAL:
                self._pauses[watch] = FIRST_PAUSE_SECONDS
                self._due[watch] = now

    def take(self, now: float, schedule: Schedule) -> Watch | None:
        """Remove the check whose hint is due for the longest time from the schedule, and return it; None if none is.

        A check that is not in the schedule is being polled, and its hint stays.
        """
        if not self._may_go_first:
            return None
        due = sorted((at, self._numbers[watch], watch) for watch, at in self._due.items() if at <= now)
        found = next((watch for _, _, watch in due if schedule.remove(watch)), None)
        if found is not None:
            del self._due[found]
            self._polls_since = 0
        return found

    def next_due(self) -> float:
        """Return when a hint is, or was, due; infinity if none may go first."""
        return min(self._due.values(), default=float("inf")) if self._may_go_first else float("inf")

    def count_poll(self) -> None:
        """Count a poll that was not by a hint."""
        self._polls_since += 1

    def settle(self, watch: Watch, now: float, *, has_verdict: bool) -> None:
        """Note the result of a poll by a hint: without a verdict, the hint is due again after a longer pause.

        A poll that the API throttled has no verdict either.
        """
        self._verdicts.append(has_verdict)
        if not has_verdict and watch in self._pauses and watch not in self._due:
            self._due[watch] = now + self._pauses[watch]
            self._pauses[watch] *= 2

    def drop(self, watch: Watch) -> None:
        """Forget a check that has ended."""
        self._numbers.pop(watch, None)
        self._forget(watch)

    @property
    def _may_go_first(self) -> bool:
        return 2 * sum(self._verdicts) >= REMEMBERED or self._polls_since >= POLLS_PER_HINT - 1

    def _forget(self, watch: Watch) -> None:
        self._due.pop(watch, None)
        self._pauses.pop(watch, None)
