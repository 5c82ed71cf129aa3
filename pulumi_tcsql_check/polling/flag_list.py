"""What the list of migrations says of those that are waited for, and which page of it to read next. Pure.

The list has 100 migrations a page, the newest first, so ten requests show the `CheckFlag` of the thousand newest. All
waits of one account, endpoint and region share it. It can fail a wait and reorder its polls, never pass it.
"""

import threading
from collections import Counter, defaultdict, deque
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from pulumi_tcsql_check.model.check_flag import CheckFlag
from pulumi_tcsql_check.model.migration_list import SEARCHED_PAGES, MigrationPage
from pulumi_tcsql_check.model.progress import Migration

MANY = 20
"""From how many migrations on the list is read all the time. The polls of fewer are as frequent without it."""

SWEEP_SECONDS = 2.8
"""The least time, in seconds, from the start of one sweep to the start of the next, while many are waited for."""

CONFIRM_SECONDS = 10.0
"""How long a flag must be "failed" to count, in seconds, and the time between two sweeps for fewer than `MANY`."""

PAGES_PER_SECOND = 4.0
"""How many pages a second are read at most, on average: a fifth of what the API allows."""

SEARCHED_PAGES_FOR_MANY = 50
"""How many pages are searched while many are waited for; for fewer it is `SEARCHED_PAGES`."""

SEARCH_SECONDS = 30.0
"""The least time, in seconds, between two searches while many are waited for."""

_AT_ONCE, _NEVER = float("-inf"), float("inf")


class _Sighting(NamedTuple):
    """The flag of a migration in one sweep, and when that began."""

    began: float
    flag: CheckFlag


@dataclass
class _Sweep:
    """One reading of some pages: of those that list what is waited for, or in a search of all until that is found."""

    began: float
    is_search: bool
    unread: deque[int]
    listed: set[int] = field(default_factory=set)
    pages: dict[int, frozenset[int]] = field(default_factory=dict)


class FlagList:
    """The flags of all that is waited for. A sweep reads the pages that list some of it, one page at a time.

    The first sweep is a search, and so is a later one if something is missing. Any number of threads may use it; the
    one that gets a page from `take` reads it, and calls `keep`, `skip` or `close`.

    Attributes:
        latest: The last known flag by `migrate_id`. It is replaced, never changed.
        is_known_incomplete: Whether a wait has warned that the list doesn't have all that is waited for.
    """

    def __init__(self) -> None:
        """Start without a migration and without a page."""
        self.latest: Mapping[int, CheckFlag] = {}
        self.is_known_incomplete = False
        self._lock = threading.Lock()
        self._waiting: Counter[int] = Counter()
        self._history: defaultdict[int, deque[_Sighting]] = defaultdict(deque)
        self._known: dict[int, frozenset[int]] = {}  # what each page has listed of what is waited for
        self._sweep = _Sweep(_AT_ONCE, is_search=False, unread=deque())
        self._is_requested = self._is_being_read = self._is_closed = False
        self._next_sweep = self._next_search = _AT_ONCE

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
        """Request the next sweep, which happens without a request only for many."""
        self._is_requested = True

    def next_due(self) -> float:
        """Return when a page is, or was, due; infinity if none is."""
        if self._is_being_read or self._is_closed:
            return _NEVER
        if self._sweep.unread:
            return _AT_ONCE
        return self._next_sweep if self._is_requested or self.is_for_many else _NEVER

    def take(self, now: float) -> int | None:
        """Return the number of the page that the caller must read now; None if none is due."""
        with self._lock:
            if now < self.next_due():
                return None
            if not self._sweep.unread:
                self._sweep = self._begin_sweep(now)
            self._is_being_read = True
            return self._sweep.unread[0]

    def keep(self, page: MigrationPage) -> Collection[int]:
        """Keep the page that was taken; if it ends a search, return the ids that none of the pages has listed."""
        flags = page.flags()
        with self._lock:
            self._is_being_read = False
            sweep, ours = self._sweep, flags.keys() & self._waiting.keys()
            number = sweep.unread.popleft()
            sweep.pages[number] = frozenset(ours)
            sweep.listed |= ours
            self._see({one: flags[one] for one in ours}, sweep.began)
            self._count_pages(len(sweep.pages))
            most = SEARCHED_PAGES_FOR_MANY if self.is_for_many else SEARCHED_PAGES
            if sweep.is_search and not page.is_last and number + 1 < most and self._waiting.keys() - sweep.listed:
                sweep.unread.append(number + 1)
            return () if sweep.unread else self._end_sweep(sweep)

    def skip(self) -> None:
        """End the sweep, since its page could not be read: nothing is known until the next one."""
        with self._lock:
            self._count_pages(len(self._sweep.pages) + 1)
            self._sweep.unread.clear()
            self.latest = {}
            self._is_being_read = False

    def close(self) -> None:
        """Read no page any more, since the API doesn't allow it."""
        self._is_closed = True
        self.skip()

    def confirmed_failure(self, migration: Migration, unchanged_since: float) -> CheckFlag | None:
        """Return the flag of a check if it is "failed" beyond doubt.

        The flag has no date, and Tencent doesn't publish when a new start resets it, so it may be of an earlier start.
        It counts if every sweep for `CONFIRM_SECONDS` has it, all of them begun after the steps last changed.
        """
        with self._lock:
            seen = [one for one in self._history.get(migration.migrate_id, ()) if one.began >= unchanged_since]
        if not seen or not _are_apart(seen[0], seen[-1]) or not all(one.flag.failed for one in seen):
            return None
        return seen[-1].flag

    def _count_pages(self, count: int) -> None:
        """Put the next sweep off if this one has read so many pages that it would be too early."""
        self._next_sweep = max(self._next_sweep, self._sweep.began + count / PAGES_PER_SECOND)

    def _begin_sweep(self, now: float) -> _Sweep:
        self._is_requested = False
        self._next_sweep = now + (SWEEP_SECONDS if self.is_for_many else CONFIRM_SECONDS)
        pages = sorted(number for number, ours in self._known.items() if ours & self._waiting.keys())
        is_missing = bool(self._waiting.keys() - set().union(*self._known.values()))
        is_search = not pages or (is_missing and now >= self._next_search)
        if is_search:
            self._next_search = now + SEARCH_SECONDS
        return _Sweep(now, is_search, deque([0] if is_search else pages))

    def _end_sweep(self, sweep: _Sweep) -> Collection[int]:
        unlisted = self._waiting.keys() - sweep.listed
        self._see(dict.fromkeys(unlisted, CheckFlag()), sweep.began)
        self._known = sweep.pages
        if not sweep.listed and self.is_for_many:
            self._next_sweep = max(self._next_sweep, self._next_search)
        return unlisted if sweep.is_search else ()

    def _see(self, flags: Mapping[int, CheckFlag], began: float) -> None:
        self.latest = {**self.latest, **flags}
        for number, flag in flags.items():
            history = self._history[number]
            history.append(_Sighting(began, flag))
            while len(history) > 1 and _are_apart(history[1], history[-1]):
                history.popleft()


def _are_apart(first: _Sighting, last: _Sighting) -> bool:
    """Return whether two sweeps are far enough apart; half a millisecond is for the clock's rounding."""
    return last.began - first.began >= CONFIRM_SECONDS - 0.0005
