"""Asks, while one check is waited for, what the API says of it as a whole: seldom, and never at the steps' expense.

It is asked only while the current step shows a code that nobody has explained. It can say "failed", and nothing else
counts. A call that fails in passing is not repeated before its next turn; one that is refused is not repeated at all.
"""

from collections.abc import Callable

from pulumi_tcsql_check.check_flag import CheckFlag, is_unexplained
from pulumi_tcsql_check.errors import AccountError, CredentialsError, PermanentError, ThrottledError, TransientError
from pulumi_tcsql_check.progress import Migration, Progress
from pulumi_tcsql_check.retry import Clock

INTERVAL_SECONDS = 10.0
"""The least time, in seconds, from the beginning of one question to that of the next."""

ASK_SECONDS = 3.0
"""The longest time, in seconds, that one question may take, all its pages and its turns included."""

_Place = tuple[int, tuple[int, ...]]


class SecondOpinion:
    """The second opinion on one check, for as long as it is waited for; one thread at a time uses it."""

    def __init__(
        self,
        migration: Migration,
        ask: Callable[[float], CheckFlag],
        *,
        clock: Clock,
        warn: Callable[[str], None],
    ) -> None:
        """Begin with nothing asked.

        Args:
            migration: Which check; for the warning.
            ask: Asks once; gets the instant, on the clock, by which it must have ended.
            clock: The time to live in.
            warn: Shows a sentence to the user; called at most once.
        """
        self._migration = migration
        self._ask = ask
        self._clock = clock
        self._warn = warn
        self._next = float("-inf")
        self._refused = False
        self._last: CheckFlag | None = None
        self._failed_at: _Place | None = None

    def word_on(self, progress: Progress) -> CheckFlag | None:
        """Return what the API said last, if that is about a step that is still not explained.

        Args:
            progress: The last answer about the steps.
        """
        return self._last if is_unexplained(progress) else None

    def failure(self, progress: Progress, deadline: float) -> CheckFlag | None:
        """Return what the API says if that is, beyond doubt, that the check has failed; asks if it is time to.

        The flag has no date, and nobody has published when a new start resets it: right after one it may be of the
        start before. So it counts only if two answers in a row bring it, and the steps stand where they stood.

        Args:
            progress: The answer about the steps that has just come, and that decides nothing by itself: a code that
                means "failed" in this account needs no second opinion. The question comes after it.
            deadline: The instant, on the clock, at which the wait ends: the question ends by then, too.

        Raises:
            WaitCancelledError: The update was cancelled.
        """
        if not is_unexplained(progress):
            self._last = self._failed_at = None
            return None
        now = self._clock.monotonic()
        if self._refused or now < self._next or now >= deadline:
            return None
        self._next = now + INTERVAL_SECONDS
        self._last = said = self._answer(min(now + ASK_SECONDS, deadline))
        if said is None:
            return None
        place = progress.current, tuple(step.status for step in progress.steps)
        before, self._failed_at = self._failed_at, place if said.failed else None
        return said if said.failed and before == place else None

    def _answer(self, until: float) -> CheckFlag | None:
        """Ask; what goes wrong with the credentials is left to the next question about the steps."""
        try:
            return self._ask(until)
        except PermanentError as error:
            self._refused = True
            self._warn(
                f"{self._migration}: the wait goes by its steps alone, since the API does not tell what it calls the "
                f"check as a whole: {error}"
            )
        except (ThrottledError, TransientError, CredentialsError, AccountError):
            pass
        return None
