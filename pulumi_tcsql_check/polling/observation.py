"""What is known of one migration while it is waited for, or looked at."""

import msgspec

from pulumi_tcsql_check.errors import ApiError, ThrottledError
from pulumi_tcsql_check.model.check_flag import CheckFlag
from pulumi_tcsql_check.model.flow import Evidence, Flow
from pulumi_tcsql_check.model.group import Member
from pulumi_tcsql_check.model.progress import Migration, Progress
from pulumi_tcsql_check.model.statuses import Status


class Observation(msgspec.Struct, frozen=True):
    """What a waiting gate knows: the last answers if any, the trouble it is in if any, and for how long it waits."""

    progress: Progress | None
    trouble: ApiError | None
    elapsed_seconds: float
    flow: Flow | None = None
    flag: CheckFlag | None = None


class Known:
    """What the tries so far have brought.

    Attributes:
        migration: Which one.
        began: The instant at which the wait began.
        asked_at: The instant at which it was asked last.
        progress: The last answer for its steps.
        status: What that, together with the flow, amounts to.
        flow: The flow that must succeed as well, as it was last answered.
        flag: What the API said last of the check as a whole, where it is of use.
        trouble: The error of the last try, if it brought no answer.
        end: The answers that ended the wait, once they have.
    """

    def __init__(self, migration: Migration, began: float, flow: Flow | None = None) -> None:
        """Begin with nothing known."""
        self.migration = migration
        self.began = began
        self.asked_at: float | None = None
        self.progress: Progress | None = None
        self.status: Status = "unknown"
        self.flow = flow
        self.flag: CheckFlag | None = None
        self.trouble: ApiError | None = None
        self.end: Evidence | None = None

    @property
    def steps_left(self) -> int | None:
        """How many steps have not passed yet, as far as the last try showed."""
        if self.progress is None or self.trouble is not None:
            return None
        return max(1, self.progress.total - self.progress.current + 1)

    @property
    def was_refused(self) -> bool:
        """Whether the last try was one request too many, which says nothing of the check."""
        return isinstance(self.trouble, ThrottledError)

    @property
    def is_unasked(self) -> bool:
        """Whether it was never asked, or only by requests that were one too many."""
        return self.asked_at is None or (self.was_refused and self.progress is None)

    @property
    def looks_failed(self) -> bool:
        """Whether the last answer showed a failure that the next one may confirm."""
        return self.status == "failed"

    def seen(self, now: float) -> Observation:
        """Say what is known by now."""
        return Observation(self.progress, self.trouble, now - self.began, self.flow, self.flag)

    @property
    def member(self) -> Member:
        """What is known by now, as one of several."""
        trouble = self.trouble.kind if self.trouble is not None else None
        return Member(self.migration, self.progress, self.status, trouble)
