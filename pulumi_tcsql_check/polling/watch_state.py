"""The latest responses for one migration, and when its steps last changed."""

from pulumi_tcsql_check.errors import ApiError, ThrottledError
from pulumi_tcsql_check.model.check_flag import CheckFlag
from pulumi_tcsql_check.model.flow import Evidence, Flow
from pulumi_tcsql_check.model.group import Member
from pulumi_tcsql_check.model.progress import Migration, Progress
from pulumi_tcsql_check.model.statuses import Status


class WatchState:
    """The latest responses for one migration. Instants are on the clock of the wait.

    Attributes:
        polled_at: When the last poll in its turn began.
        status: The status by the latest `progress` and `flow`.
        unchanged_since: When the steps last changed. Tells a running step from an undocumented status code.
        flag: The latest `CheckFlag`, while the code of the current step is undocumented.
        trouble: The error of the last poll in its turn, if it failed and no response came since.
        end: The responses that ended the wait.
    """

    def __init__(self, migration: Migration, began: float, flow: Flow | None = None) -> None:
        """Start without any response."""
        self.migration = migration
        self.began = began
        self.polled_at: float | None = None
        self.progress: Progress | None = None
        self.status: Status = "unknown"
        self.unchanged_since = began
        self.flow = flow
        self.flag: CheckFlag | None = None
        self.trouble: ApiError | None = None
        self.end: Evidence | None = None
        self._steps: tuple[object, ...] = ()

    def keep(self, progress: Progress, now: float) -> None:
        """Keep a response about the steps. A request id and messages that differ are no change."""
        self.progress, self.trouble = progress, None
        steps = progress.total, progress.current, tuple(step.status for step in progress.steps)
        if steps != self._steps:
            self._steps, self.unchanged_since = steps, now

    def restart(self, now: float) -> None:
        """Count the next response about the steps as a change."""
        self._steps, self.unchanged_since = (), now

    @property
    def steps_left(self) -> int | None:
        """How many steps have not passed, at least 1; None if the last poll failed."""
        if self.progress is None or self.trouble is not None:
            return None
        return max(1, self.progress.total - self.progress.current + 1)

    @property
    def was_throttled(self) -> bool:
        """Whether the API throttled the last poll, which says nothing about the check."""
        return isinstance(self.trouble, ThrottledError)

    @property
    def has_no_response(self) -> bool:
        """Whether it was never polled, or was throttled before its first response."""
        return self.progress is None and (self.polled_at is None or self.was_throttled)

    @property
    def member(self) -> Member:
        """The state of this check as one of a group."""
        trouble = self.trouble.kind if self.trouble is not None else None
        return Member(self.migration, self.progress, self.status, trouble)
