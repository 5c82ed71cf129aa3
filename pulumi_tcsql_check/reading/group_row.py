"""Words for the row of a group while it waits: when its numbers change, but not too often, and a heartbeat."""

from collections.abc import Callable, Sequence

from pulumi_tcsql_check.messages.duration import span
from pulumi_tcsql_check.model.group import Tally
from pulumi_tcsql_check.polling.watch import Watch
from pulumi_tcsql_check.reading.row import HEARTBEAT_SECONDS

NEWS_SECONDS = 5.0
"""The least time from one line to the next, since a wave changes with every answer."""


class WaveLine:
    """Remembers what was shown last, and when."""

    def __init__(
        self,
        show: Callable[[str], None],
        watches: Sequence[Watch],
        timeout_seconds: float,
        failed_statuses: Sequence[int] = (),
    ) -> None:
        """Take what puts a line on the row, the checks, how long they may take, and what means "failed"."""
        self._show = show
        self._watches = watches
        self._timeout_seconds = timeout_seconds
        self._failed_statuses = failed_statuses
        self._shown = ""
        self._shown_at = float("-inf")

    def update(self, elapsed_seconds: float) -> None:
        """Show how many stand where, if that is news or the last word is too long ago.

        Args:
            elapsed_seconds: For how long the group waits.
        """
        since = elapsed_seconds - self._shown_at
        if since < NEWS_SECONDS and not self._all_have_passed():
            return
        tally = Tally([watch.member for watch in self._watches], self._failed_statuses)
        numbers = tally.numbers()
        if numbers == self._shown and since < HEARTBEAT_SECONDS:
            return
        self._shown, self._shown_at = numbers, elapsed_seconds
        left = max(0.0, self._timeout_seconds - elapsed_seconds)
        self._show(f"{tally.words()}, {span(elapsed_seconds)} ({span(left)} left)")

    def _all_have_passed(self) -> bool:
        return all(watch.end is not None for watch in self._watches)
