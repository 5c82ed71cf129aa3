"""Waits for one migration check: polls until the verdict is final or time is up.

It knows neither Pulumi nor Tencent's SDK, and time is passed in. Polling (the answer is not final yet) is its own
business; a call that failed in passing is repeated by `retry`.
"""

import logging
import random
import threading
import time
from collections.abc import Callable

import msgspec

from pulumi_tcsql_check.errors import (
    ApiError,
    CheckFailedError,
    CheckTimeoutError,
    OutageError,
    ThrottledError,
    TransientError,
    WaitCancelledError,
)
from pulumi_tcsql_check.progress import Migration, Progress, failed_steps, headline, judge
from pulumi_tcsql_check.retry import OUTAGE_SECONDS, Clock, until_answered

JITTER = 0.1
"""By how much of itself the interval varies, either way, so that many gates don't ask in step."""

TICK_SECONDS = 5.0
"""The longest pause, in seconds, without a word to the observer."""

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
    """How long to wait in all, and how often to ask, in seconds; and which raw codes mean "failed"."""

    timeout_seconds: float
    interval_seconds: float
    failed_statuses: tuple[int, ...] = ()


class Observation(msgspec.Struct, frozen=True):
    """What a waiting gate knows: the last answer if any, the trouble it is in if any, and for how long it waits."""

    progress: Progress | None
    trouble: ApiError | None
    elapsed_seconds: float


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
        self.progress: Progress | None = None

    @property
    def is_over(self) -> bool:
        return self._clock.monotonic() >= self._deadline

    def poll(self) -> Progress:
        """Ask until there is an answer."""
        self.progress = until_answered(
            lambda: self._query(self._deadline),
            deadline=self._deadline,
            clock=self._clock,
            on_trouble=self._tell,
        )
        self._tell()
        return self.progress

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
            self._on_progress(Observation(self.progress, trouble, self._clock.monotonic() - self._began))
        except Exception:
            _logger.exception("the observer of a waiting gate failed")


def wait(
    migration: Migration,
    query: Callable[[float], Progress],
    policy: PollPolicy,
    *,
    clock: Clock,
    on_progress: Callable[[Observation], None],
) -> Progress:
    """Poll until the check has passed.

    The deadline is absolute, from the first poll on, and the last poll is made at it.

    Args:
        migration: Which check; for the sentences of errors.
        query: Asks once; gets the deadline, an instant on the clock.
        policy: How long, and how often.
        clock: The time to live in.
        on_progress: Told of each answer, each trouble, and every `TICK_SECONDS` of a pause.

    Returns:
        The answer that passed.

    Raises:
        CheckFailedError: A step has failed beyond doubt.
        CheckTimeoutError: The deadline passed.
        OutageError: No call brought an answer for longer than `retry.OUTAGE_SECONDS`.
        PermanentError: The API refused the call.
        WaitCancelledError: The update was cancelled.
    """
    this = _Wait(query, policy, clock, on_progress)
    previous = None
    while True:
        try:
            progress = this.poll()
        except (ThrottledError, TransientError) as error:
            if this.is_over:
                raise CheckTimeoutError(migration, policy.timeout_seconds, str(error), this.progress, error) from error
            raise OutageError(migration, OUTAGE_SECONDS, error) from error
        verdict = judge(progress, policy.failed_statuses, previous)
        if verdict == "passed":
            return progress
        if verdict == "failed":
            raise CheckFailedError(migration, progress, failed_steps(progress, policy.failed_statuses, previous))
        if this.is_over:
            last_seen = headline(progress, policy.failed_statuses)
            raise CheckTimeoutError(migration, policy.timeout_seconds, last_seen, progress)
        previous = progress
        this.pause()
