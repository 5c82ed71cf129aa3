"""Polls migration checks until every verdict is final or time is up.

`watch` decides the verdict of each check, and `scheduler` which check is polled next.
"""

import functools
import logging
from collections.abc import Callable, Sequence
from concurrent import futures
from concurrent.futures import Future
from typing import TypeGuard

import msgspec

from pulumi_tcsql_check import daemon_thread
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

_COLLECT_SECONDS = 0.1

_OF_ONE_CHECK = FailedError | CheckTimeoutError | ThrottledError | TransientError | UnanswerableError
"""Errors that concern one check; any other error ends the wait for all."""

_logger = logging.getLogger(__name__)


def wait(
    watches: Sequence[Watch],
    connect: Callable[[], Api],
    *,
    clock: Clock,
    on_progress: Callable[[float], None],
    stop_at_failure: bool = True,
) -> dict[Watch, TcsqlCheckError]:
    """Poll until every check has ended, and return the errors of those that didn't pass.

    All checks time out at the same deadline, so a timeout of one doesn't end the others. A failure does, but first, for
    at most `LAST_ROUND_SECONDS`, checks without a response are polled once and those that look failed again: the user
    sees all failures at once.

    There is at least one check. `connect` makes a connection for one thread at a time. `on_progress` gets the instant
    after each poll and every `TICK_SECONDS` of a pause. Without `stop_at_failure`, all are polled until they end.

    Raises `CredentialsError`, `AccountError`, `PermanentError` for a reason that doesn't concern one check alone, and
    `WaitCancelledError`.
    """
    idle = [connect() for _ in range(min(CONNECTIONS, len(watches)))]
    start = _run_here if len(idle) == 1 else _run_in_thread
    return _Wait(Schedule(watches), idle, start, clock, on_progress, stop_at_failure).run()


def _run_here(call: Callable[[], None]) -> Future[None]:
    future: Future[None] = Future()
    daemon_thread.settle(future, call)
    return future


def _run_in_thread(call: Callable[[], None]) -> Future[None]:
    return daemon_thread.begin(call, "tcsql-check-poll")


class _Wait(msgspec.Struct):
    schedule: Schedule
    idle: list[Api]
    start: Callable[[Callable[[], None]], Future[None]]
    clock: Clock
    on_progress: Callable[[float], None]
    stop_at_failure: bool
    polled: dict[Future[None], tuple[Watch, Api]] = {}
    errors: dict[Watch, TcsqlCheckError] = {}
    end: float = float("inf")

    def run(self) -> dict[Watch, TcsqlCheckError]:
        while self.clock.monotonic() < self.end:
            self._begin()
            due = self.schedule.next_due()
            if self.polled:
                self._collect()
            elif due is None:
                break
            else:
                self._pause(min(due, self.end))
        return self.errors

    def _pause(self, due: float) -> None:
        while (left := due - self.clock.monotonic()) > 0:
            self.clock.sleep(min(TICK_SECONDS, left))
            if left > TICK_SECONDS:
                self._report()

    def _begin(self) -> None:
        """Start to poll the checks that are due, as long as a connection is idle."""
        while self.idle and (watch := self.schedule.take(self.clock.monotonic())):
            self._submit(watch.poll, watch, self.idle.pop())

    def _submit(self, poll: Callable[[Api, Callable[[], float]], None], watch: Watch, api: Api) -> None:
        self.polled[self.start(functools.partial(poll, api, self.clock.monotonic))] = watch, api

    def _collect(self) -> None:
        """Handle the polls that have ended; return soon if none has, since another check may be due."""
        done, _ = futures.wait(self.polled, _COLLECT_SECONDS, futures.FIRST_COMPLETED)
        for future in done:
            watch, api = self.polled.pop(future)
            self.idle.append(api)
            error = future.exception()
            if error is not None and not self._is_of_one_check(error):
                raise error
            self._report()
            if error is not None:
                self.errors[watch] = error
                if self.stop_at_failure and not isinstance(error, CheckTimeoutError):
                    self._close()
            elif watch.flag_is_due:
                self._submit(watch.poll_flag, watch, self.idle.pop())
            elif watch.end is None:
                self._put_back(watch)

    def _is_of_one_check(self, error: BaseException) -> TypeGuard[TcsqlCheckError]:
        """Return whether the wait goes on; after a failure no API error may replace it."""
        return isinstance(error, _OF_ONE_CHECK) or (self._is_closing and isinstance(error, ApiError))

    def _put_back(self, watch: Watch) -> None:
        """Schedule the next poll; after a failure only of a check that looks failed or has no response."""
        if self._is_closing:
            if watch.status == "failed":
                watch.due = min(watch.due, self.clock.monotonic() + AGAIN_SECONDS)
            elif not watch.has_no_response:
                return
        self.schedule.put(watch)

    @property
    def _is_closing(self) -> bool:
        return self.end != float("inf")

    def _close(self) -> None:
        """Begin the last round, since one check has failed."""
        if self._is_closing:
            return
        self.end = self.clock.monotonic() + LAST_ROUND_SECONDS
        waiting, self.schedule = self.schedule.all(), Schedule([])
        for watch in waiting:
            self._put_back(watch)

    def _report(self) -> None:
        """Call `on_progress`; an error of it is logged and doesn't end the wait."""
        try:
            self.on_progress(self.clock.monotonic())
        except Exception:
            _logger.exception("the observer of a waiting gate failed")
