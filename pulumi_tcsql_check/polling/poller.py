"""Waits for migration checks: asks until every verdict is final or time is up.

It knows neither Pulumi nor Tencent's SDK, and time is passed in. What an answer amounts to is the business of `watch`,
and who is asked next that of `schedule`; a single check is a group of one.
"""

import logging
from collections.abc import Callable, Sequence
from concurrent import futures
from concurrent.futures import Future
from typing import TypeGuard

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

LANES = 8
"""How many requests may be in flight at once, each on a connection of its own that is kept alive."""

LAST_ROUND_SECONDS = 10.0
"""How long, after a failure, it is tried to learn which others have failed."""

AGAIN_SECONDS = 1.0
"""How soon, after a failure, those that look failed are asked again, however long the interval."""

TICK_SECONDS = 5.0
"""The longest pause, in seconds, without a word to the observer."""

_GLANCE_SECONDS = 0.1

_ONES_OWN = FailedError | CheckTimeoutError | ThrottledError | TransientError | UnanswerableError
"""What one check may end with while the others go on; anything else is everybody's."""

_logger = logging.getLogger(__name__)


def wait(
    watches: Sequence[Watch],
    connect: Callable[[], Api],
    *,
    clock: Clock,
    on_progress: Callable[[float], None],
    whatever_comes: bool = False,
) -> dict[Watch, TcsqlCheckError]:
    """Ask until each has ended, or one has ended otherwise than by a pass.

    Those that only ran out of time don't end it for the others, since all do at the same deadline. One that has failed,
    or can't be looked up, does; but those that were never asked are still asked once, or again where that was one
    request too many, and those that look failed are asked again, for at most `LAST_ROUND_SECONDS`: whoever repairs it
    shall see all that have failed.

    Args:
        watches: The migrations, at least one.
        connect: Makes a connection; one thread at a time uses it.
        clock: The time to live in.
        on_progress: Told, with the instant, of each try that is over, and every `TICK_SECONDS` of a pause.
        whatever_comes: Whether none ends it for the others.

    Returns:
        The errors of those that ended otherwise than by a pass; none if all have passed.

    Raises:
        CredentialsError: There are no credentials.
        AccountError: They are another account's than is allowed.
        PermanentError: The API refused for a reason that is not one check's own.
        WaitCancelledError: The update was cancelled.
    """
    return _Wait(watches, connect, clock, on_progress, takes_whatever_comes=whatever_comes).run()


def _here(call: Callable[[], None]) -> Future[None]:
    """Make a call in this thread."""
    future: Future[None] = Future()
    daemon_thread.settle(future, call)
    return future


def _aside(call: Callable[[], None]) -> Future[None]:
    """Make a call in a thread of its own."""
    return daemon_thread.begin(call, "tcsql-check-lane")


class _Wait:
    """One wait, from its first try to its end."""

    def __init__(
        self,
        watches: Sequence[Watch],
        connect: Callable[[], Api],
        clock: Clock,
        on_progress: Callable[[float], None],
        *,
        takes_whatever_comes: bool,
    ) -> None:
        self._schedule = Schedule(watches)
        self._idle = [connect() for _ in range(min(LANES, len(watches)))]
        self._start = _here if len(self._idle) == 1 else _aside
        self._clock = clock
        self._on_progress = on_progress
        self._takes_whatever_comes = takes_whatever_comes
        self._asked: dict[Future[None], tuple[Watch, Api]] = {}
        self._errors: dict[Watch, TcsqlCheckError] = {}
        self._end = float("inf")

    def run(self) -> dict[Watch, TcsqlCheckError]:
        while self._clock.monotonic() < self._end:
            self._begin()
            due = self._schedule.next_due()
            if self._asked:
                self._collect()
            elif due is None:
                break
            else:
                self._pause(min(due, self._end))
        return self._errors

    def _pause(self, due: float) -> None:
        """Sleep until somebody is due."""
        while (left := due - self._clock.monotonic()) > 0:
            self._clock.sleep(min(TICK_SECONDS, left))
            if left > TICK_SECONDS:
                self._tell()

    def _begin(self) -> None:
        """Have those asked that are due, as far as there are connections."""
        while self._idle and (watch := self._schedule.take(self._clock.monotonic())):
            self._submit(watch.ask, watch, self._idle.pop())

    def _submit(self, ask: Callable[[Api, Callable[[], float]], None], watch: Watch, api: Api) -> None:
        self._asked[self._start(lambda: ask(api, self._clock.monotonic))] = watch, api

    def _collect(self) -> None:
        """Take what has come, or go on after a moment: somebody else may be due."""
        done, _ = futures.wait(self._asked, _GLANCE_SECONDS, futures.FIRST_COMPLETED)
        for future in done:
            watch, api = self._asked.pop(future)
            self._idle.append(api)
            error = future.exception()
            if error is not None and not self._is_ones_own(error):
                raise error
            self._tell()
            if error is not None:
                self._errors[watch] = error
                if not (self._takes_whatever_comes or isinstance(error, CheckTimeoutError)):
                    self._close()
            elif watch.wants_more:
                self._submit(watch.ask_more, watch, self._idle.pop())
            elif watch.end is None:
                self._put_back(watch)

    def _is_ones_own(self, error: BaseException) -> TypeGuard[TcsqlCheckError]:
        """Tell whether the others go on; once one has failed, no refusal takes its place."""
        return isinstance(error, _ONES_OWN) or (self._is_closing and isinstance(error, ApiError))

    def _put_back(self, watch: Watch) -> None:
        """Let one wait for its turn; after a failure only if it looks failed, and then soon, or was never asked."""
        if self._is_closing:
            if watch.looks_failed:
                watch.hurry(self._clock.monotonic() + AGAIN_SECONDS)
            elif not watch.has_no_response:
                return
        self._schedule.put(watch)

    @property
    def _is_closing(self) -> bool:
        return self._end != float("inf")

    def _close(self) -> None:
        """Let the wait come to its end because of one that will not pass."""
        if self._is_closing:
            return
        self._end = self._clock.monotonic() + LAST_ROUND_SECONDS
        waiting = self._schedule.all()
        self._schedule = Schedule([])
        for watch in waiting:
            self._put_back(watch)

    def _tell(self) -> None:
        """Tell the observer; whatever it raises is logged, and the gate goes on."""
        try:
            self._on_progress(self._clock.monotonic())
        except Exception:
            _logger.exception("the observer of a waiting gate failed")
