"""Polls migration checks until every verdict is final or time is up.

`watch` decides the verdict of each check, `scheduler` which check has its turn next, `hints` which comes before it.
"""

import logging
from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeGuard

from pulumi_tcsql_check.clock import Clock
from pulumi_tcsql_check.errors import (
    ApiError,
    CheckTimeoutError,
    TcsqlCheckError,
    ThrottledError,
    TransientError,
    UnanswerableError,
)
from pulumi_tcsql_check.errors.check import FailedError
from pulumi_tcsql_check.polling.api import Api
from pulumi_tcsql_check.polling.connections import Connections
from pulumi_tcsql_check.polling.flag_list import FlagList
from pulumi_tcsql_check.polling.flag_reader import FlagReader
from pulumi_tcsql_check.polling.hints import Hints
from pulumi_tcsql_check.polling.scheduler import Schedule
from pulumi_tcsql_check.polling.watch import Watch

CONNECTIONS = 8
"""How many requests may be in flight at once, each on its own connection, which is kept alive."""

LAST_ROUND_SECONDS = 10.0
"""How long, in seconds, the other checks are still polled after one has failed."""

AGAIN_SECONDS = 1.0
"""How soon, in seconds, a check that looks failed is polled again after another has failed."""

TICK_SECONDS = 5.0
"""The longest pause, in seconds, between two calls of `on_progress`."""

COMPARE_SECONDS = 0.5
"""The longest pause, in seconds, before a wait compares the flags that another wait has read."""

LEAD_SECONDS = 0.005
"""How long before its turn a query is begun, in seconds, since a thread takes a moment to start."""

SHORT_QUEUE_SECONDS = 0.5
"""The longest time until the next free turn, in seconds, for which a query is held back."""

_COLLECT_SECONDS = 0.01, 0.1
"""The shortest and the longest wait, in seconds, for a request that is in flight."""

_OF_ONE_CHECK = FailedError | CheckTimeoutError | ThrottledError | TransientError | UnanswerableError
"""Errors that concern one check; any other error ends the wait for all."""

_logger = logging.getLogger(__name__)


def wait(  # noqa: PLR0913  # most by name
    watches: Sequence[Watch],
    connect: Callable[[], Api],
    *,
    clock: Clock,
    on_progress: Callable[[float], None],
    reader: FlagReader | None = None,
    stop_at_failure: bool = True,
) -> dict[Watch, TcsqlCheckError]:
    """Poll until every check has ended, and return the errors of those that didn't pass.

    All checks time out at the same deadline, so a timeout of one doesn't end the others. A failure does, but first, for
    at most `LAST_ROUND_SECONDS`, checks without a response are polled once and those that look failed again: the user
    sees all failures at once.

    There is at least one check. `connect` makes a connection for one thread at a time. `on_progress` gets the instant
    after each request and every `TICK_SECONDS` of a pause. With a `reader`, the list of migrations is read as well.
    Without `stop_at_failure`, all are polled until they end.

    Raises `CredentialsError`, `AccountError`, `PermanentError` for a reason that doesn't concern one check alone, and
    `WaitCancelledError`.
    """
    connections: Connections[_Job] = Connections(connect, min(CONNECTIONS, len(watches)))
    return _Wait(
        watches, connections, reader, clock=clock, on_progress=on_progress, stop_at_failure=stop_at_failure
    ).run()


class _Job(NamedTuple):
    """What a connection is used for: the poll of a check, in its turn or by a hint, or a page of the list."""

    watch: Watch | None = None
    is_hinted: bool = False


class _Wait:
    def __init__(  # noqa: PLR0913  # as `wait`
        self,
        watches: Sequence[Watch],
        connections: Connections[_Job],
        reader: FlagReader | None,
        *,
        clock: Clock,
        on_progress: Callable[[float], None],
        stop_at_failure: bool,
    ) -> None:
        self._schedule = Schedule(watches)
        self._hints = Hints(watches)
        self._deadline = watches[0].deadline
        self._connections = connections
        self._reader = reader
        self._flags = reader.flags if reader is not None else FlagList()
        self._clock = clock
        self._on_progress = on_progress
        self._stop_at_failure = stop_at_failure
        self._errors: dict[Watch, TcsqlCheckError] = {}
        self._end = float("inf")
        self._reported_at = clock.monotonic()
        self._page_was_last = True  # the first poll comes before the first page

    def run(self) -> dict[Watch, TcsqlCheckError]:
        while (now := self._clock.monotonic()) < self._end:
            is_polling = any(job.watch is not None for job in self._connections.in_flight)
            if self._schedule.next_due() == float("inf") and not is_polling:
                break  # a page that is in flight has nothing to say any more
            for begin in (self._begin_page, self._begin_poll):
                if self._connections.is_idle:
                    begin(now)
            if self._connections.in_flight:
                self._collect()
            else:
                self._pause()
        return self._errors

    def _begin_page(self, now: float) -> None:
        """Begin to read a page, if one is due; on the only connection no two pages follow without a poll between."""
        reader = self._reader
        if self._connections.is_single and self._page_was_last and self._schedule.next_due() <= now:
            return
        if reader is not None and self._page_due() <= now and (number := reader.flags.take(now)) is not None:
            self._page_was_last = True
            self._connections.begin(_Job(), lambda api: reader.read(api, number, self._deadline))

    def _begin_poll(self, now: float) -> None:
        """Begin at most one poll, since its thread takes its turn a moment later: by a hint, or of the next check."""
        if self._turn(now) > now:
            return
        watch = None
        if self._takes_hints:
            self._hints.compare(self._flags, now)
            watch = self._hints.take(now, self._schedule)
        is_hinted = watch is not None
        if watch is None and (watch := self._schedule.take(now)) is not None:
            self._hints.count_poll()
        if watch is not None:
            self._page_was_last = False
            poll = watch.poll_out_of_turn if is_hinted else watch.poll
            self._connections.begin(_Job(watch, is_hinted), lambda api: poll(api, self._clock.monotonic, self._flags))

    @property
    def _takes_hints(self) -> bool:
        return self._flags.is_for_many and not self._is_closing

    def _turn(self, now: float) -> float:
        """Return when to begin a query of steps: shortly before its turn, so that the latest flags choose the check.

        With one connection, or while others queue for their turns, a query has to queue as well.
        """
        turn = float("-inf") if self._connections.is_single else self._connections.api.next_turn() - LEAD_SECONDS
        return turn if turn <= now + SHORT_QUEUE_SECONDS else float("-inf")

    def _page_due(self) -> float:
        if self._reader is None or self._is_closing or self._clock.monotonic() >= self._deadline:
            return float("inf")
        return max(self._flags.next_due(), self._connections.api.next_page_turn())

    def _next_due(self) -> float:
        """Return the instant at which there may be something to begin."""
        now = self._clock.monotonic()
        hint = self._hints.next_due() if self._takes_hints else float("inf")
        return min(max(min(hint, self._schedule.next_due()), self._turn(now)), self._page_due(), self._end)

    def _pause(self) -> None:
        """Sleep until something is due, or it is time to compare flags or to report."""
        now = self._clock.monotonic()
        until = min(self._next_due(), self._reported_at + TICK_SECONDS)
        if self._flags.is_for_many:
            until = min(until, now + COMPARE_SECONDS)
        self._clock.sleep(max(0.0, until - now))
        if self._clock.monotonic() >= self._reported_at + TICK_SECONDS:
            self._report()

    def _collect(self) -> None:
        """Handle the requests that have ended; return soon if none has, since another check may be due."""
        shortest, longest = _COLLECT_SECONDS
        left = self._next_due() - self._clock.monotonic() if self._connections.is_idle else longest
        for job, error in self._connections.collect(min(longest, max(shortest, left))):
            if error is not None and not self._is_of_one_check(error):
                raise error
            self._report()
            if job.watch is not None:
                self._settle(job.watch, error, is_hinted=job.is_hinted)

    def _settle(self, watch: Watch, error: TcsqlCheckError | None, *, is_hinted: bool) -> None:
        has_verdict = error is not None or watch.end is not None
        if is_hinted:
            self._hints.settle(watch, self._clock.monotonic(), has_verdict=has_verdict)
        if not has_verdict:
            self._put_back(watch)
            return
        self._hints.drop(watch)
        if self._reader is not None:
            self._reader.leave(watch.migration)
        if error is not None:
            self._errors[watch] = error
            if self._stop_at_failure and not isinstance(error, CheckTimeoutError):
                self._close()

    def _is_of_one_check(self, error: BaseException) -> TypeGuard[TcsqlCheckError]:
        """Return whether the wait goes on; after a failure no API error may replace it."""
        return isinstance(error, _OF_ONE_CHECK) or (self._is_closing and isinstance(error, ApiError))

    def _put_back(self, watch: Watch) -> None:
        """Schedule the next poll; after a failure only of a check that looks failed or has no response."""
        if self._is_closing:
            if watch.status == "failed":
                watch.due = min(watch.due, self._clock.monotonic() + AGAIN_SECONDS)
            elif not watch.has_no_response:
                return
        self._schedule.put(watch)

    @property
    def _is_closing(self) -> bool:
        return self._end != float("inf")

    def _close(self) -> None:
        """Begin the last round, since one check has failed."""
        if self._is_closing:
            return
        self._end = self._clock.monotonic() + LAST_ROUND_SECONDS
        for watch in self._schedule.all():
            self._schedule.remove(watch)
            self._put_back(watch)

    def _report(self) -> None:
        """Call `on_progress`; an error of it is logged and doesn't end the wait."""
        self._reported_at = self._clock.monotonic()
        try:
            self._on_progress(self._reported_at)
        except Exception:
            _logger.exception("the observer of a waiting gate failed")
