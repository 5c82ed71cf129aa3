"""Words for the resource's own row while its gate waits: one on every change, and a heartbeat.

A line is never sent once per poll: where the output is no terminal, each is a line of its own in the log.
"""

from collections.abc import Callable, Collection

from pulumi_tcsql_check.errors import ApiError, NotYetFoundError, ThrottledError
from pulumi_tcsql_check.messages.duration import span
from pulumi_tcsql_check.messages.next_step import start_command
from pulumi_tcsql_check.model.check_flag import CheckFlag
from pulumi_tcsql_check.model.flow import Evidence
from pulumi_tcsql_check.model.progress import Migration
from pulumi_tcsql_check.model.statuses import Status
from pulumi_tcsql_check.polling.observation import Observation

HEARTBEAT_SECONDS = 20.0


def words_for(migration: Migration, seen: Evidence, failed_statuses: Collection[int] = ()) -> str:
    """Say where the check is; where no step has started, with the command that starts it.

    Args:
        migration: Which check.
        seen: What is known of it; with a flow, it has been started.
        failed_statuses: Raw codes that mean "failed" in this account.
    """
    if seen.flow is None and seen.progress.status(failed_statuses) == "not-started":
        return f"no step has started; `{start_command(migration)}` starts the check"
    return seen.headline(failed_statuses)


def words_with(
    flag: CheckFlag | None, migration: Migration, seen: Evidence, failed_statuses: Collection[int] = ()
) -> str:
    """Say where the check is, as `words_for` does, and that the API calls it failed as a whole, if it does."""
    words = words_for(migration, seen, failed_statuses)
    return f"{words}; {flag.word}, says the API" if flag is not None and flag.failed else words


def forecast(words: str, status: Status, timeout_seconds: float) -> str:
    """Say in a preview what the update will do about a check that has not passed; nothing about one that has.

    Args:
        words: Where it is.
        status: What that amounts to.
        timeout_seconds: How long the update waits at most.
    """
    if status == "passed":
        return ""
    if status == "failed":
        return f"{words}; unless that changes, `pulumi up` will refuse"
    return f"{words}; `pulumi up` will wait for up to {span(timeout_seconds)}"


class StatusLine:
    """Remembers what was shown last, and when."""

    def __init__(
        self,
        show: Callable[[str], None],
        migration: Migration,
        timeout_seconds: float,
        failed_statuses: Collection[int] = (),
    ) -> None:
        """Take what puts a line on the row, which check it is, how long it may take, and what means "failed"."""
        self._show = show
        self._migration = migration
        self._timeout_seconds = timeout_seconds
        self._failed_statuses = failed_statuses
        self._shown = ""
        self._shown_at = 0.0
        self._trouble: ApiError | None = None
        self._trouble_since = 0.0

    def update(self, seen: Observation) -> None:
        """Show what was seen, if it is news or the last word is too long ago."""
        now = seen.elapsed_seconds
        text = self._in_trouble(seen.trouble, now) if seen.trouble else self._in_order(seen)
        if text == self._shown and now - self._shown_at < HEARTBEAT_SECONDS:
            return
        self._shown, self._shown_at = text, now
        if seen.trouble is not None:
            kind = f" ({seen.trouble.kind})" if seen.trouble.kind else ""
            text += f"{kind} for {now - self._trouble_since:.0f} s, trying again"
        left = max(0.0, self._timeout_seconds - now)
        self._show(f"{text}, {span(now)} ({span(left)} left)")

    def _in_order(self, seen: Observation) -> str:
        self._trouble = None
        if seen.progress is None:
            return "asking for the first time"
        return words_with(seen.flag, self._migration, Evidence(seen.progress, seen.flow), self._failed_statuses)

    def _in_trouble(self, trouble: ApiError, now: float) -> str:
        if type(trouble) is not type(self._trouble):
            self._trouble_since = now
        self._trouble = trouble
        if isinstance(trouble, NotYetFoundError):
            return "not known to the API yet"
        return "throttled by the API" if isinstance(trouble, ThrottledError) else "no answer from the API"
