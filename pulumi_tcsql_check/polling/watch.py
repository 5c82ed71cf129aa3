"""The wait for one migration: keeps each response, decides the verdict, and sets when to poll again.

Pure: the clock is passed in, and no other migration is known here. `poller` polls, in the order of `scheduler`.
"""

import contextlib
import random
from collections.abc import Callable, Iterator

from pulumi_tcsql_check.errors import (
    ApiError,
    CheckFailedError,
    CheckTimeoutError,
    FlagFailedError,
    FlowFailedError,
    NotFoundError,
    NoTurnError,
    NotYetFoundError,
    OutageError,
    TcsqlCheckError,
    ThrottledError,
    TransientError,
)
from pulumi_tcsql_check.model.check_flag import is_unexplained
from pulumi_tcsql_check.model.flow import Evidence, Flow
from pulumi_tcsql_check.model.progress import Migration, Progress, failed_steps, judge
from pulumi_tcsql_check.polling.api import Api
from pulumi_tcsql_check.polling.backoff import OUTAGE_SECONDS, Backoff
from pulumi_tcsql_check.polling.flag_list import FlagList
from pulumi_tcsql_check.polling.policy import PollPolicy
from pulumi_tcsql_check.polling.query_log import FLOW, STEPS, QueryLog
from pulumi_tcsql_check.polling.watch_state import WatchState

JITTER = 0.1
"""By which part of itself the interval varies, either way, so that many gates don't poll at the same instant."""

APART_SECONDS = 0.9
"""How far apart two responses must be to count as two in a row, in seconds, if the interval is longer.

A query out of turn can come right before or after one that has its turn.
"""

NEW_SECONDS = 30.0
"""How long, in seconds from the start of a wait, the API may not know a new migration."""


class Watch(WatchState):
    """One migration that a gate waits for. One thread at a time polls it.

    `due` is the instant of the next poll; the last one is at the deadline.
    """

    def __init__(self, migration: Migration, policy: PollPolicy, began: float, flow: Flow | None = None) -> None:
        """Start a wait at the instant `began`; `flow` must succeed as well."""
        super().__init__(migration, began, flow)
        self.due = began
        self.deadline = float("inf") if policy.once else began + policy.timeout_seconds
        self._policy = policy
        self._backoff: Backoff | None = None
        self._flow_was_queried = False
        self._previous: Progress | None = None
        self._previous_at = began
        self._log = QueryLog(migration)

    def poll(self, api: Api, now: Callable[[], float], flags: FlagList | None = None) -> None:
        """Query the flow until it has succeeded, then the steps; `flags` can only fail the wait.

        The flow comes first, since steps that were queried before it succeeded may be of an earlier start. Afterwards
        `end` holds the responses that passed, or `due` is the next instant to poll; the last poll is at the deadline.

        Raises `CheckFailedError`, `FlowFailedError` or `FlagFailedError` for a failure beyond doubt, and
        `CheckTimeoutError`, `OutageError`, `PermanentError` or `WaitCancelledError`.
        """
        self.polled_at = now()
        with self._logged(now):
            try:
                self._query_all(api, now, flags)
            except (ThrottledError, TransientError) as error:
                self._retry_or_raise(error, now())
            else:
                jitter = random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311  # jitter needs no cryptography
                self.due = min(now() + self._policy.interval_seconds * jitter, self.deadline)

    def poll_out_of_turn(self, api: Api, now: Callable[[], float], flags: FlagList | None = None) -> None:
        """Query as `poll` does, but leave the next turn as it is.

        A transient error is ignored: it begins no backoff and no outage, and the row doesn't show it.

        Raises the same errors, but for `OutageError`.
        """
        with self._logged(now):
            try:
                self._query_all(api, now, flags)
            except (ThrottledError, TransientError):
                self._flow_was_queried = False  # by the next turn its status is old

    @contextlib.contextmanager
    def _logged(self, now: Callable[[], float]) -> Iterator[None]:
        """Log the verdict, if the block brings one."""
        try:
            yield
        except TcsqlCheckError as error:
            self._log.verdict(self.progress, error, now() - self.began)
            raise
        if self.end is not None:
            self._log.verdict(self.progress, self.end.status(self._policy.failed_statuses), now() - self.began)

    def _query_all(self, api: Api, now: Callable[[], float], flags: FlagList | None) -> None:
        self._query_flow(api, now)
        progress = self._query_steps(api, now)
        self.keep(progress, now())
        self._backoff, self._flow_was_queried = None, False
        seen = Evidence(progress, self.flow)
        self._conclude(seen, now())
        if self.end is None:
            self._apply_flag(seen, flags)

    def _query_flow(self, api: Api, now: Callable[[], float]) -> None:
        pending = self.flow
        if pending is None or pending.succeeded or self._flow_was_queried:
            return
        self.flow = flow = self._log.query(FLOW, now, api.follow, pending, self.deadline)
        self._flow_was_queried = True
        self._backoff = None
        self.restart(now())  # until the flow succeeds, the steps may be of an earlier start
        if flow.failed and not self._policy.once:
            with contextlib.suppress(ApiError):  # the steps are for the error's text alone
                self.progress = self._query(api, now)
            raise FlowFailedError(self.migration, flow, self.progress, self._policy.failed_statuses)

    def _query_steps(self, api: Api, now: Callable[[], float]) -> Progress:
        try:
            return self._query(api, now)
        except NotFoundError as error:
            elapsed = now() - self.began
            if self._policy.migrate_id_is_new and elapsed < NEW_SECONDS:
                raise NotYetFoundError(error.problem, code=error.code, request_id=error.request_id) from error
            if self._policy.migrate_id_is_new and self.progress is None:
                error.asked_seconds = elapsed
            raise

    def _query(self, api: Api, now: Callable[[], float]) -> Progress:
        return self._log.query(STEPS, now, api.query, self.migration, self.deadline)

    def _retry_or_raise(self, error: ApiError, now: float) -> None:
        """Set when to retry a query that failed, or raise the error that ends the wait.

        A query that got no turn says nothing about the check, so it doesn't replace what is known.
        """
        if not isinstance(error, NoTurnError) or (self.trouble is None and self.progress is None):
            self.trouble = error
        if self._backoff is None:
            self._backoff = Backoff(self._last_attempt(error, now))
        pause = self._backoff.pause(error, now)
        if pause is not None:
            self.due = now + pause
        elif self._policy.once:
            raise error
        elif now >= self.deadline and self.trouble is None and self.progress is not None:
            raise self._timeout(Evidence(self.progress, self.flow), now)
        elif now >= self.deadline:
            last = self.trouble or error
            raise CheckTimeoutError(
                self.migration, self._policy.timeout_seconds, self.progress, trouble=last, flow=self.flow
            ) from error
        else:
            raise OutageError(self.migration, OUTAGE_SECONDS, error) from error

    def _last_attempt(self, error: ApiError, now: float) -> float:
        """Return the instant of the last retry of a query that has just failed for the first time."""
        if not self._policy.once:
            return self.deadline
        return now - error.took_seconds + self._policy.timeout_seconds if self._policy.retries else now

    def _conclude(self, seen: Evidence, now: float) -> None:
        """Set `status` and `end` by a response about the steps, or raise the error that ends the wait."""
        self.status = seen.status(self._policy.failed_statuses)
        if not is_unexplained(seen.progress):
            self.flag = None
        taught = self._policy.failed_statuses
        apart = now - self._previous_at >= min(APART_SECONDS, self._policy.interval_seconds * (1 - JITTER))
        previous = self._previous if apart else None
        verdict = judge(seen.progress, taught, previous) if seen.is_of_this_start else "waiting"
        if verdict == "passed" or self._policy.once:
            self.end = seen
        elif verdict == "failed":
            steps = failed_steps(seen.progress, taught, previous)
            raise CheckFailedError(self.migration, seen.progress, steps, seen.flow)
        elif now >= self.deadline:
            raise self._timeout(seen, now)
        # Of equal responses the first is kept, so that the next one is compared over long enough.
        if apart or self._previous is None or self.unchanged_since > self._previous_at:
            self._previous, self._previous_at = (seen.progress if seen.is_of_this_start else None), now

    def _timeout(self, seen: Evidence, now: float) -> CheckTimeoutError:
        return CheckTimeoutError(
            self.migration,
            self._policy.timeout_seconds,
            seen.progress,
            flow=seen.flow,
            flag=self.flag,
            unchanged_seconds=now - self.unchanged_since,
            failed_statuses=self._policy.failed_statuses,
        )

    def _apply_flag(self, seen: Evidence, flags: FlagList | None) -> None:
        """Request the next `CheckFlag`, and keep the latest, while a code is undocumented; raise if it is a failure."""
        if flags is None or not seen.is_of_this_start or not is_unexplained(seen.progress):
            return
        flags.request()
        self.flag = flags.latest.get(self.migration.migrate_id)
        failure = flags.confirmed_failure(self.migration, self.unchanged_since)
        if failure is not None:
            raise FlagFailedError(self.migration, seen.progress, failure, seen.flow)
