"""One migration's wait: what each try brought, what that amounts to, and when to try again.

No time passes in here, and nothing is known of other migrations: `gate` tries, as `schedule` says when.
"""

import contextlib
import random
from collections.abc import Callable

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
from pulumi_tcsql_check.polling.backoff import OUTAGE_SECONDS, Patience
from pulumi_tcsql_check.polling.check_flag_monitor import SecondOpinion
from pulumi_tcsql_check.polling.observation import WatchState
from pulumi_tcsql_check.polling.policy import PollPolicy
from pulumi_tcsql_check.polling.query_log import Record

JITTER = 0.1
"""By how much of itself the interval varies, either way, so that many gates don't ask in step."""

NEW_SECONDS = 30.0
"""How long, from the beginning of a wait, the API may not know an id that was just made."""


class Watch(WatchState):
    """One migration that is waited for; one thread at a time asks.

    Attributes:
        due: The instant at which to ask next.
        wants_more: Whether there is more to ask at once, with `ask_more`.
    """

    def __init__(
        self,
        migration: Migration,
        policy: PollPolicy,
        began: float,
        flow: Flow | None = None,
        opinion: SecondOpinion | None = None,
    ) -> None:
        """Begin a wait, whose deadline is absolute.

        Args:
            migration: Which one.
            policy: How long, and how often.
            began: The instant at which the wait begins.
            flow: The flow that must succeed as well.
            opinion: Whom to ask where the steps show what nobody has explained; it can fail the wait, never end it
                well.
        """
        super().__init__(migration, began, flow)
        self.due = began
        self.wants_more = False
        self._policy = policy
        self._deadline = float("inf") if policy.once else began + policy.timeout_seconds
        self._patience: Patience | None = None
        self._flow_was_asked = False
        self._previous: Progress | None = None
        self._opinion = opinion
        self._record = Record(migration)

    def hurry(self, latest: float) -> None:
        """Be asked again at that instant, if not before."""
        self.due = min(self.due, latest)

    def ask(self, api: Api, now: Callable[[], float]) -> None:
        """Try once: ask for the flow, if there is one and it has not succeeded, and then for the steps.

        In this order, since what the steps were before the flow succeeded may be of another start. Afterwards either
        `end` holds the answers that passed, or `due` is the next instant to ask at; the last is at the deadline.

        Raises:
            CheckFailedError: A step has failed beyond doubt.
            FlowFailedError: The flow has failed.
            FlagFailedError: The API calls the check as a whole failed.
            CheckTimeoutError: The deadline has passed.
            OutageError: No try brought an answer for longer than `retry.OUTAGE_SECONDS`.
            PermanentError: The API refused.
            WaitCancelledError: The update was cancelled.
        """
        self.asked_at = now()
        self._recorded(lambda: self._try(self._record.around(api, now), now), now)
        if self.end is not None:
            self._record.verdict(self.progress, self.end.status(self._policy.failed_statuses), now() - self.began)

    def ask_more(self, api: Api, now: Callable[[], float]) -> None:
        """Ask what the API calls the check as a whole, where `wants_more` says so; what was seen is told before.

        Raises:
            FlagFailedError: The API calls the check as a whole failed.
            WaitCancelledError: The update was cancelled.
        """
        self.wants_more = False
        self._recorded(lambda: self._ask_more(self._record.around(api, now), now), now)

    def _recorded(self, work: Callable[[], None], now: Callable[[], float]) -> None:
        try:
            work()
        except TcsqlCheckError as error:
            self._record.verdict(self.progress, error, now() - self.began)
            raise

    def _try(self, api: Api, now: Callable[[], float]) -> None:
        try:
            self._follow(api, now)
            progress = self._query(api, now)
        except (ThrottledError, TransientError) as error:
            self._put_up_with(error, now())
            return
        self.keep(progress, now())
        self._flow_was_asked = False
        self._patience = None
        self._conclude(Evidence(progress, self.flow), now())
        if self.end is None:
            self._hear_the_second_opinion(Evidence(progress, self.flow), now())
            self._rest(now())

    def _rest(self, now: float) -> None:
        """Let one interval pass, but not go beyond the deadline."""
        jitter = random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311  # spreads load, guards nothing
        self.due = min(now + self._policy.interval_seconds * jitter, self._deadline)

    def _follow(self, api: Api, now: Callable[[], float]) -> None:
        if self.flow is None or self.flow.succeeded or self._flow_was_asked:
            return
        self.flow = api.follow(self.flow, self._deadline)
        self._flow_was_asked = True
        self._patience = None
        self.restart(now())  # until the flow succeeds, the steps may be of an earlier start
        if self.flow.failed and not self._policy.once:
            self._glance(api)
            raise FlowFailedError(self.migration, self.flow, self.progress, self._policy.failed_statuses)

    def _query(self, api: Api, now: Callable[[], float]) -> Progress:
        try:
            return api.query(self.migration, self._deadline)
        except NotFoundError as error:
            elapsed = now() - self.began
            if self._policy.migrate_id_is_new and elapsed < NEW_SECONDS:
                raise NotYetFoundError(error.problem, code=error.code, request_id=error.request_id) from error
            if self._policy.migrate_id_is_new and self.progress is None:
                error.asked_seconds = elapsed
            raise

    def _glance(self, api: Api) -> None:
        """Query the steps once more, for the text of the refusal; an error changes nothing."""
        with contextlib.suppress(ApiError):
            self.progress = api.query(self.migration, self._deadline)

    def _put_up_with(self, error: ApiError, now: float) -> None:
        """Go on after a try that brought no answer, unless time or patience are over.

        A turn that did not come in time says nothing of the check: what was known before is more.
        """
        if not isinstance(error, NoTurnError) or (self.trouble is None and self.progress is None):
            self.trouble = error
        if self._patience is None:
            self._patience = Patience(self._last_try(error, now))
        pause = self._patience.pause(error, now)
        if pause is not None:
            self.due = now + pause
        elif self._policy.once:
            raise error
        elif now >= self._deadline and self.trouble is None and self.progress is not None:
            raise self._late(Evidence(self.progress, self.flow), now)
        elif now >= self._deadline:
            last = self.trouble or error
            raise CheckTimeoutError(
                self.migration, self._policy.timeout_seconds, self.progress, trouble=last, flow=self.flow
            ) from error
        else:
            raise OutageError(self.migration, OUTAGE_SECONDS, error) from error

    def _last_try(self, error: ApiError, now: float) -> float:
        """Tell until when a call is repeated that has just failed for the first time."""
        if not self._policy.once:
            return self._deadline
        return now - error.took_seconds + self._policy.timeout_seconds if self._policy.tries_again else now

    def _conclude(self, seen: Evidence, now: float) -> None:
        """Judge an answer about the steps."""
        self.status = seen.status(self._policy.failed_statuses)
        if not is_unexplained(seen.progress):
            self.flag = None
        taught, previous = self._policy.failed_statuses, self._previous
        verdict = judge(seen.progress, taught, previous) if seen.is_of_this_start else "waiting"
        if verdict == "passed" or self._policy.once:
            self.end = seen
        elif verdict == "failed":
            steps = failed_steps(seen.progress, taught, previous)
            raise CheckFailedError(self.migration, seen.progress, steps, seen.flow)
        elif now >= self._deadline:
            raise self._late(seen, now)
        self._previous = seen.progress if seen.is_of_this_start else None

    def _late(self, seen: Evidence, now: float) -> CheckTimeoutError:
        """Say that the deadline passed, and where the steps stood."""
        return CheckTimeoutError(
            self.migration,
            self._policy.timeout_seconds,
            seen.progress,
            flow=seen.flow,
            flag=self.flag,
            unchanged_seconds=now - self.unchanged_since,
            failed_statuses=self._policy.failed_statuses,
        )

    def _hear_the_second_opinion(self, seen: Evidence, now: float) -> None:
        """Take what the API calls the check as a whole, where the steps don't tell, and see whether to ask anew."""
        if self._opinion is None or not seen.is_of_this_start or not is_unexplained(seen.progress):
            return
        self.wants_more = self._opinion.is_due(now, self._deadline)
        self.flag = self._opinion.word_on(self.migration)
        failure = self._opinion.failure(self.migration, self.unchanged_since)
        if failure is not None:
            raise FlagFailedError(self.migration, seen.progress, failure, seen.flow)

    def _ask_more(self, api: Api, now: Callable[[], float]) -> None:
        if self._opinion is None or self.progress is None:
            return
        self._opinion.ask(api, self._deadline)
        self._hear_the_second_opinion(Evidence(self.progress, self.flow), now())
        self.wants_more = False
        self._rest(now())
