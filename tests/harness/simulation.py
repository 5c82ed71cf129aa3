"""Waits in virtual time: the package's own poller, schedule and rate limit, with an API whose responses cost nothing.

Each wait has one connection. With responses in less time than the rate limit's spacing, that is as fast as eight.
"""

import functools
import heapq
import itertools
import random
import sys
import threading
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from statistics import mean
from typing import TypeVar
from unittest.mock import patch

import msgspec

from harness.responses import make_progress
from pulumi_tcsql_check.errors import TcsqlCheckError, ThrottledError
from pulumi_tcsql_check.model.flow import Flow
from pulumi_tcsql_check.model.migration_list import PAGE_SIZE, MigrationPage
from pulumi_tcsql_check.model.progress import Migration, Progress
from pulumi_tcsql_check.polling import poller
from pulumi_tcsql_check.polling.flag_list import FlagList
from pulumi_tcsql_check.polling.flag_reader import FlagReader
from pulumi_tcsql_check.polling.policy import PollPolicy
from pulumi_tcsql_check.polling.watch import Watch
from pulumi_tcsql_check.tencent.rate_limit import RateLimit

STEPS = 8
LATENCY_SECONDS = 0.05
REQUESTS_PER_SECOND = 20
"""The API's limit, for each action."""

TIMEOUT_SECONDS = 7200.0
REGION = "ap-guangzhou"
PROGRESS = [make_progress(n, *[0] * (n - 1), 1, *[-2] * (STEPS - n)) for n in range(1, STEPS + 1)]
PASSED = make_progress(STEPS, *[0] * STEPS)

T = TypeVar("T")

Flags = Callable[[int, float], object]
"""Returns the `CheckFlag` that the list has for a migration at an instant."""


class VirtualTime:
    """The time of several threads, of which one runs at a time; it moves on when all of them sleep."""

    def __init__(self) -> None:
        """Start at zero."""
        self.now = 0.0
        self._sleeping: list[tuple[float, int, threading.Lock]] = []
        self._count = 0

    def monotonic(self) -> float:
        """Return the current instant."""
        return self.now

    def utc(self) -> datetime:
        """Return the current instant as if it counted from 2026-01-01."""
        return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=self.now)

    def check_cancelled(self) -> None:
        """Cancel nothing."""

    def sleep(self, seconds: float) -> None:
        """Let the other threads run until it is time to go on."""
        turn = self._turn_at(self.now + max(1e-6, seconds))
        self._wake_first()
        turn.acquire()

    def run(self, works: Sequence[Callable[[], None]]) -> None:
        """Run each work in a thread of its own until all have ended."""
        turns = [self._turn_at(self.now) for _ in works]
        threads = [threading.Thread(target=self._run_one, args=given) for given in zip(works, turns, strict=True)]
        for thread in threads:
            thread.start()
        self._wake_first()
        for thread in threads:
            thread.join()

    def _run_one(self, work: Callable[[], None], turn: threading.Lock) -> None:
        sys.settrace(None)  # a simulation is no measure of coverage, and takes three times as long with it
        turn.acquire()
        try:
            work()
        finally:
            if self._sleeping:
                self._wake_first()

    def _turn_at(self, instant: float) -> threading.Lock:
        """Return a lock that is released when it is time."""
        self._count += 1
        turn = threading.Lock()
        turn.acquire()
        heapq.heappush(self._sleeping, (instant, self._count, turn))
        return turn

    def _wake_first(self) -> None:
        self.now, _, turn = heapq.heappop(self._sleeping)
        turn.release()


class Account:
    """What the API knows: when each check passes, and what the list says of it."""

    def __init__(
        self, time: VirtualTime, ends: Mapping[int, float], flags: Flags, unlisted: Collection[int] = ()
    ) -> None:
        """Take the instant at which each check passes, the flags, and which migrations the list doesn't have."""
        self.time = time
        self.ends = ends
        self.seen: dict[int, float] = {}
        self.asked: defaultdict[int, list[float]] = defaultdict(list)
        self.requests: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self._flags = flags
        self._listed = sorted(ends.keys() - set(unlisted), reverse=True)  # the newest first
        self._recent: defaultdict[str, deque[float]] = defaultdict(deque)

    def admit(self, action: str) -> None:
        """Count a request, and refuse it beyond the limit."""
        self.requests[action] += 1
        recent = self._recent[action]
        while recent and recent[0] <= self.time.now - 1:
            recent.popleft()
        if len(recent) >= REQUESTS_PER_SECOND:
            self.refused[action] += 1
            raise ThrottledError("Too many.", code="RequestLimitExceeded")
        recent.append(self.time.now)

    def steps(self, number: int) -> Progress:
        """Return the steps, of equal length, of a check."""
        self.asked[number].append(self.time.now)
        end = self.ends[number]
        if self.time.now >= end:
            self.seen.setdefault(number, self.time.now)
            return PASSED
        return PROGRESS[int(self.time.now / end * STEPS)]

    def page(self, number: int) -> MigrationPage:
        """Return a page of the list."""
        listed = self._listed[number * PAGE_SIZE : (number + 1) * PAGE_SIZE]
        tasks = [{"MigrateId": one, "CheckFlag": self._flags(one, self.time.now)} for one in listed]
        return msgspec.convert({"MigrateTaskSet": tasks, "RequestId": "r"}, MigrationPage)

    @property
    def lags(self) -> list[float]:
        """How late each pass was seen, in seconds, sorted."""
        return sorted(at - self.ends[number] for number, at in self.seen.items())

    def longest_gap(self, number: int) -> float:
        """Return the longest time between two queries of a migration, or before the first one."""
        asked = [0.0, *self.asked[number]]
        return max(later - sooner for sooner, later in itertools.pairwise(asked))


class Api:
    """The API for one process, which has a rate limit for each action."""

    def __init__(self, account: Account, page_seconds: float) -> None:
        """Start with unused limits; a page takes so long."""
        self._account = account
        self._page_seconds = page_seconds
        self._time = account.time
        self._limits: defaultdict[str, RateLimit] = defaultdict(RateLimit)

    def query(self, migration: Migration, deadline: float) -> Progress:
        """Query the steps."""
        return self._send("steps", lambda: self._account.steps(migration.migrate_id), deadline)

    def page(self, number: int, deadline: float) -> MigrationPage:
        """Query a page."""
        self._time.sleep(self._page_seconds - LATENCY_SECONDS)
        return self._send("list", lambda: self._account.page(number), deadline)

    def follow(self, flow: Flow, deadline: float) -> Flow:
        """Query nothing: no wait here has a flow."""
        raise NotImplementedError

    def next_turn(self) -> float:
        """Return when a query has a turn."""
        return self._limits["steps"].next_turn()

    def next_page_turn(self) -> float:
        """Return when a query of a page has a turn."""
        return self._limits["list"].next_turn()

    def _send(self, action: str, reply: Callable[[], T], deadline: float) -> T:
        limit = self._limits[action]
        limit.wait_for_turn(self._time, deadline)
        self._time.sleep(LATENCY_SECONDS / 2)
        try:
            self._account.admit(action)
            replied = reply()
        except ThrottledError:
            self._time.sleep(LATENCY_SECONDS / 2)
            limit.slow_down(self._time)
            raise
        self._time.sleep(LATENCY_SECONDS / 2)
        return replied


class Simulated(msgspec.Struct):
    """The figures of waits in virtual time: lags and durations in seconds, and requests."""

    account: Account
    seconds: float
    durations: list[float]
    errors: list[TcsqlCheckError]

    @property
    def mean_lag(self) -> float:
        """How late a pass was seen on average."""
        return mean(self.account.lags)

    def lag(self, share: float) -> float:
        """Return the lag that this share of the passes doesn't exceed."""
        lags = self.account.lags
        return lags[min(len(lags) - 1, int(share * len(lags)))]

    def per_second(self, action: str) -> float:
        """Return how many requests a second an action got."""
        return self.account.requests[action] / self.seconds

    @property
    def refused_share(self) -> float:
        """The share of all requests that the API refused, from 0 to 1."""
        return self.account.refused.total() / self.account.requests.total()


def simulate(  # noqa: PLR0913  # most by name
    groups: Sequence[Mapping[int, float]],
    flags: Flags | None = None,
    *,
    reads_list: bool = True,
    unlisted: Collection[int] = (),
    in_one_process: bool = False,
    page_seconds: float = LATENCY_SECONDS,
    seed: int = 0,
) -> Simulated:
    """Let each group wait for checks that pass at these instants, all of one account.

    Each is on a machine of its own, or all are in one process. The same arguments give the same figures: `seed` is that
    of the jitter of pauses.
    """
    time = VirtualTime()
    ends = {number: end for group in groups for number, end in group.items()}
    account = Account(time, ends, flags or late(ends, 0), unlisted)
    errors, durations = list[TcsqlCheckError](), list[float]()
    shared = (Api(account, page_seconds), FlagList()) if in_one_process else None

    def wait(group: Mapping[int, float]) -> None:
        migrations = [Migration(number, REGION) for number in group]
        watches = [Watch(one, PollPolicy(TIMEOUT_SECONDS, 2.0), time.now) for one in migrations]
        api, flags = shared or (Api(account, page_seconds), FlagList())
        reader = FlagReader(flags, migrations, clock=time, warn=lambda _: None) if reads_list else None
        failed = poller.wait(watches, lambda: api, clock=time, on_progress=lambda _: None, reader=reader)
        errors.extend(failed.values())
        durations.append(time.now)
        if reader is not None:
            reader.leave_all()

    with patch.object(poller, "CONNECTIONS", 1), patch.object(random, "uniform", random.Random(seed).uniform):
        time.run([functools.partial(wait, group) for group in groups])
    return Simulated(account, time.now, durations, errors)


def late(ends: Mapping[int, float], seconds: float) -> Flags:
    """Make a list whose flags change so long after the steps; before them, if that is negative."""
    return lambda number, now: 1 if now >= ends[number] + seconds else 3


def spread(count: int, first: float, seconds: float, seed: int = 0) -> dict[int, float]:
    """Return ends that are evenly spread, in random order, for migrations that are numbered from 1."""
    ends = [first + seconds * number / count for number in range(count)]
    random.Random(seed).shuffle(ends)
    return dict(enumerate(ends, start=1))
