"""What the list of migrations says of those that are waited for, and which page of it to read next. Pure.

The list has 100 migrations a page, so ten requests show the `CheckFlag` of a thousand. All waits of one account,
endpoint and region share it. It can fail a wait and reorder its queries, never pass it.
"""

import threading
from collections import Counter, defaultdict, deque
from collections.abc import Collection, Mapping
from typing import NamedTuple

from pulumi_tcsql_check.model.check_flag import CheckFlag
from pulumi_tcsql_check.model.migration_list import MigrationPage
from pulumi_tcsql_check.model.progress import Migration

MANY = 20
"""From how many migrations on the list is read all the time. The queries of fewer are as frequent without it."""

SWEEP_SECONDS = 3.0
"""The least time, in seconds, from the start of one sweep to the start of the next, while many are waited for."""

CONFIRM_SECONDS = 10.0
"""How long a flag must be "failed" to count, in seconds, and the time between two sweeps for fewer than `MANY`."""

PAGES_PER_SECOND = 4.0
"""How many pages a second are read at most, on average: a fifth of what the API allows."""

MAX_PAGES, MAX_PAGES_FOR_FEW = 50, 5
"""How many pages, the newest migrations first, are searched for those that are waited for."""

SEARCH_SECONDS = 30.0
"""The least time, in seconds, between two searches for migrations that are on none of the pages known."""

_NEVER = float("inf")


class _Sighting(NamedTuple):
    """The flag of a migration in one response, and when the query began."""

    began: float
    flag: CheckFlag


class FlagList:
    """The flags of all that is waited for. A sweep reads the pages that list some of them, one at a time.

    The first sweep searches all pages, and so does a later one if something is missing. Any number of threads may use
    it; the one that gets a page from `take` reads it, and calls `keep`, `skip` or `close`.

    Attributes:
        latest: The last known flag by `migrate_id`. It is replaced, never changed.
    """

    def __init__(self) -> None:
        """Start without a migration and without a page."""
        self.latest: Mapping[int, CheckFlag] = {}
        self._lock = threading.Lock()
        self._waiting: Counter[int] = Counter()
        self._history: defaultdict[int, deque[_Sighting]] = defaultdict(deque)
        self._pages: dict[int, frozenset[int]] = {}
        self._unread: deque[int] = deque()
        self._listed: set[int] = set()
        self._is_requested = self._is_being_read = self._is_search = self._is_closed = False
        self._began = self._next_sweep = self._next_search = -_NEVER
        self._count = 0

    def join(self, migrations: Collection[Migration]) -> None:
        """Add migrations that a wait begins to wait for."""
        with self._lock:
            self._waiting.update(one.migrate_id for one in migrations)

    def leave(self, migration: Migration) -> None:
        """Remove a migration that a wait no longer waits for."""
        with self._lock:
            self._waiting[migration.migrate_id] -= 1
            if not self._waiting[migration.migrate_id]:
                del self._waiting[migration.migrate_id]

    @property
    def is_for_many(self) -> bool:
        """Whether the list is read all the time."""
        return len(self._waiting) >= MANY and not self._is_closed

    def request(self) -> None:
        """Ask for the next sweep, which happens without a request only for many."""
        self._is_requested = True

    def next_due(self) -> float:
        """Return when a page is, or was, due; infinity if none is."""
        if self._is_being_read or self._is_closed or not (self._is_requested or self._unread or self.is_for_many):
            return _NEVER
        return -_NEVER if self._unread else self._next_sweep

    def take(self, now: float) -> int | None:
        """Return the number of the page that the caller must read now; None if none is due."""
        with self._lock:
            if now < self.next_due():
                return None
            if not self._unread:
                self._begin_sweep(now)
            self._is_being_read = True
            return self._unread[0]

    def keep(self, page: MigrationPage, began: float) -> Collection[int]:
        """Keep a page, whose query began at this instant; if it ends a search, return the ids that are on no page."""
        flags = page.flags()
        with self._lock:
            number = self._unread.popleft()
            ours = flags.keys() & self._waiting.keys()
            self._pages[number] = frozenset(ours)
            self._listed |= ours
            self._count += 1
            self._see({one: flags[one] for one in ours}, began)
            most = MAX_PAGES if self.is_for_many else MAX_PAGES_FOR_FEW
            if self._is_search and not page.is_last and number + 1 < most and self._waiting.keys() - self._listed:
                self._unread.append(number + 1)
            self._is_being_read = False
            return () if self._unread else self._end_sweep()

    def skip(self) -> None:
        """End the sweep, since a page could not be read: nothing is known until the next one."""
        with self._lock:
            self._unread.clear()
            self.latest = {}
            self._is_being_read = False

    def close(self) -> None:
        """Read no page any more, since the API doesn't allow it."""
        self.skip()
        self._is_closed = True

    def confirmed_failure(self, migration: Migration, unchanged_since: float) -> CheckFlag | None:
        """Return the flag of a check if it is "failed" beyond doubt.

        The flag has no date, and Tencent doesn't publish when a new start resets it, so it may be of an earlier start.
        It counts if every response for `CONFIRM_SECONDS` has it, all to queries that began after the steps last
        changed.
        """
        with self._lock:
            seen = [one for one in self._history.get(migration.migrate_id, ()) if one.began >= unchanged_since]
        if not seen or not _are_apart(seen[0], seen[-1]) or not all(one.flag.failed for one in seen):
            return None
        return seen[-1].flag

    def _begin_sweep(self, now: float) -> None:
        known = sorted(number for number, ours in self._pages.items() if ours & self._waiting.keys())
        is_complete = bool(known) and self._waiting.keys() <= self._listed
        self._is_search = not known or (not is_complete and now >= self._next_search)
        self._unread = deque([0] if self._is_search else known)
        if self._is_search:
            self._pages.clear()
            self._next_search = now + SEARCH_SECONDS
        self._listed = set()
        self._is_requested = False
        self._began, self._count = now, 0
        self._next_sweep = now + (SWEEP_SECONDS if self.is_for_many else CONFIRM_SECONDS)

    def _end_sweep(self) -> Collection[int]:
        unlisted = self._waiting.keys() - self._listed
        self._see(dict.fromkeys(unlisted, CheckFlag()), self._began)
        self._next_sweep = max(self._next_sweep, self._began + self._count / PAGES_PER_SECOND)
        return unlisted if self._is_search else ()

    def _see(self, flags: Mapping[int, CheckFlag], began: float) -> None:
        self.latest = {**self.latest, **flags}
        for number, flag in flags.items():
            history = self._history[number]
            history.append(_Sighting(began, flag))
            while len(history) > 1 and _are_apart(history[1], history[-1]):
                history.popleft()


def _are_apart(first: _Sighting, last: _Sighting) -> bool:
    """Return whether two responses are far enough apart; half a millisecond is for the clock's rounding."""
    return last.began - first.began >= CONFIRM_SECONDS - 0.0005
