"""Waits for one migration check: polls until the verdict is final or time is up.

It knows neither Pulumi nor Tencent's SDK, and time is passed in. Polling (the answer is not final yet) is its own
business; a call that failed in passing is repeated by `retry`.
"""

import contextlib
import logging
import random
import threading
import time
from collections.abc import Callable
from typing import TypeVar

import msgspec

from pulumi_tcsql_check.check_flag import CheckFlag
from pulumi_tcsql_check.errors import (
    ApiError,
    CheckFailedError,
    CheckTimeoutError,
    FlagFailedError,
    FlowFailedError,
    NotFoundError,
    NotYetFoundError,
    OutageError,
    ThrottledError,
    TransientError,
    WaitCancelledError,
)
from pulumi_tcsql_check.flow import Evidence, Flow
from pulumi_tcsql_check.progress import Migration, Progress, failed_steps, headline, judge
from pulumi_tcsql_check.retry import OUTAGE_SECONDS, Clock, until_answered
from pulumi_tcsql_check.second_opinion import SecondOpinion
from pulumi_tcsql_check.standing import Standing

JITTER = 0.1
"""By how much of itself the interval varies, either way, so that many gates don't ask in step."""

TICK_SECONDS = 5.0
"""The longest pause, in seconds, without a word to the observer."""

NEW_SECONDS = 30.0
"""How long, from the beginning of a wait, the API may not know an id that was just made."""

T = TypeVar("T")

_logger = logging.getLogger(__name__)


class SystemClock:
    """The machine's monotonic clock; sleeping ends at once when the update is cancelled."""

    def __init__(self, cancelled: threading.Event) -> None:
        """Take the event that a cancelled update sets."""
        self._cancelled = cancelled

    def monotonic(self) -> float:
        """Return seconds that never go back."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Sleep; raises `WaitCancelledError` as soon as the update is cancelled."""
        if self._cancelled.wait(seconds):
            raise WaitCancelledError


class PollPolicy(msgspec.Struct, frozen=True):
    """How long to wait in all, and how often to ask, in seconds.

    Attributes:
        failed_statuses: Raw codes that mean "failed".
        migrate_id_is_new: Whether the API may not know the migration yet.
    """

    timeout_seconds: float
    interval_seconds: float
    failed_statuses: tuple[int, ...] = ()
    migrate_id_is_new: bool = False


class Observation(msgspec.Struct, frozen=True):
    """What a waiting gate knows: the last answers if any, the trouble it is in if any, and for how long it waits."""

    progress: Progress | None
    trouble: ApiError | None
    elapsed_seconds: float
    flow: Flow | None = None
    flag: CheckFlag | None = None


class _Wait:
    """One wait, from its first poll to its end."""

    def __init__(
        self,
        query: Callable[[float], Progress],
        policy: PollPolicy,
        clock: Clock,
        on_progress: Callable[[Observation], None],
    ) -> None:
        self._query = query
        self._policy = policy
        self._clock = clock
        self._on_progress = on_progress
        self._began = clock.monotonic()
        self._deadline = self._began + policy.timeout_seconds
        self.standing = Standing()
        self.progress: Progress | None = None
        self.flow: Flow | None = None
        self.opinion: SecondOpinion | None = None

    @property
    def is_over(self) -> bool:
        return self._clock.monotonic() >= self._deadline

    def follow(self, follow: Callable[[Flow, float], Flow]) -> None:
        """Ask for the flow until there is an answer, unless it has succeeded before."""
        flow = self.flow
        if flow is not None and not flow.succeeded:
            self.flow = self._until_answered(lambda: follow(flow, self._deadline))

    def poll(self) -> Evidence:
        """Ask for the steps until there is an answer; it is of the flow's start only if that had succeeded before."""
        self.progress = self.standing.note(self._until_answered(self._ask), self._clock.monotonic())
        self._tell()
        return Evidence(self.progress, self.flow)

    @property
    def flag(self) -> CheckFlag | None:
        """The API's last word on the check as a whole, where it is of use."""
        return self.opinion.word_on(self.progress) if self.opinion is not None and self.progress is not None else None

    def failure(self, seen: Evidence) -> CheckFlag | None:
        """Ask for the second opinion, if it is time to, and return it if it ends the wait."""
        if self.opinion is None or not seen.is_of_this_start:
            return None
        return self.opinion.failure(seen.progress, self._deadline)

    def glance(self) -> str:
        """Describe the steps for the last sentence; asks once, and goes without an answer if there is none."""
        with contextlib.suppress(ApiError):
            self.progress = self._query(self._deadline)
        return headline(self.progress, self._policy.failed_statuses) if self.progress is not None else ""

    def _until_answered(self, call: Callable[[], T]) -> T:
        return until_answered(call, deadline=self._deadline, clock=self._clock, on_trouble=self._tell)

    def _ask(self) -> Progress:
        try:
            return self._query(self._deadline)
        except NotFoundError as error:
            elapsed = self._clock.monotonic() - self._began
            if self._policy.migrate_id_is_new and elapsed < NEW_SECONDS:
                raise NotYetFoundError(str(error), code=error.code) from error
            if self._policy.migrate_id_is_new and self.progress is None:
                asked = f"The number came from an output and may have been new, so it was asked for {elapsed:.0f} s."
                error.args = (f"{error} {asked}",)
            raise

    def pause(self) -> None:
        """Let one interval pass, but never go beyond the deadline."""
        jitter = random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311  # spreads load, guards nothing
        until = min(self._clock.monotonic() + self._policy.interval_seconds * jitter, self._deadline)
        while (left := until - self._clock.monotonic()) > 0:
            self._clock.sleep(min(left, TICK_SECONDS))
            self._tell()

    def _tell(self, trouble: ApiError | None = None) -> None:
        """Tell the observer; whatever it raises is logged, and the gate goes on."""
        try:
            elapsed = self._clock.monotonic() - self._began
            self._on_progress(Observation(self.progress, trouble, elapsed, self.flow, self.flag))
        except Exception:
            _logger.exception("the observer of a waiting gate failed")


def _unanswered(flow: Flow, _deadline: float) -> Flow:
    """Stand for an API that says nothing of a flow, so that it never succeeds."""
    return flow


def wait(  # noqa: PLR0913  # all but three by name
    migration: Migration,
    query: Callable[[float], Progress],
    policy: PollPolicy,
    *,
    clock: Clock,
    on_progress: Callable[[Observation], None],
    flow: Flow | None = None,
    follow: Callable[[Flow, float], Flow] = _unanswered,
    opinion: SecondOpinion | None = None,
) -> Evidence:
    """Poll until the check has passed.

    The deadline is absolute, from the first poll on, and the last poll is made at it. Each poll asks for the flow, if
    there is one, before it asks for the steps, until it has succeeded: what they were before may be of another start.

    Args:
        migration: Which check.
        query: Asks for the steps once; gets the deadline, an instant on the clock.
        policy: How long, and how often.
        clock: The time to live in.
        on_progress: Told of each answer, each trouble, and every `TICK_SECONDS` of a pause.
        flow: The flow that must succeed as well.
        follow: Asks for the flow once; gets the deadline, too.
        opinion: Whom to ask where the steps show what nobody has explained; it can fail the wait, never end it well.

    Returns:
        The answers that passed.

    Raises:
        CheckFailedError: A step has failed beyond doubt.
        FlowFailedError: The flow has failed.
        FlagFailedError: The API calls the check as a whole failed.
        CheckTimeoutError: The deadline passed.
        OutageError: No call brought an answer for longer than `retry.OUTAGE_SECONDS`.
        PermanentError: The API refused the call.
        WaitCancelledError: The update was cancelled.
    """
    this = _Wait(query, policy, clock, on_progress)
    this.flow, this.opinion = flow, opinion
    previous = None
    while True:
        try:
            this.follow(follow)
            if this.flow is not None and this.flow.failed:
                raise FlowFailedError(migration, this.flow, this.glance(), this.progress)
            seen = this.poll()
        except (ThrottledError, TransientError) as error:
            if this.is_over:
                raise CheckTimeoutError(
                    migration, policy.timeout_seconds, str(error), this.progress, error, this.flow
                ) from error
            raise OutageError(migration, OUTAGE_SECONDS, error) from error
        verdict = judge(seen.progress, policy.failed_statuses, previous) if seen.is_of_this_start else "waiting"
        if verdict == "passed":
            return seen
        if verdict == "failed":
            steps = failed_steps(seen.progress, policy.failed_statuses, previous)
            raise CheckFailedError(migration, seen.progress, steps, seen.flow)
        if this.is_over:
            words, unchanged = headline(seen.progress, policy.failed_statuses), this.standing.seconds(clock.monotonic())
            raise CheckTimeoutError(
                migration, policy.timeout_seconds, words, seen.progress, None, seen.flow, this.flag, unchanged
            )
        if flag := this.failure(seen):
            raise FlagFailedError(migration, seen.progress, flag, seen.flow)
        previous = seen.progress if seen.is_of_this_start else None
        this.pause()
