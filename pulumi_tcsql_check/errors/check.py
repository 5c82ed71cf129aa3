"""A check that has failed, or that had not passed when the time was up."""

from collections.abc import Sequence

from pulumi_tcsql_check.errors.api import ApiError
from pulumi_tcsql_check.errors.root import TcsqlCheckError
from pulumi_tcsql_check.languages.sentence import Sentence
from pulumi_tcsql_check.model.check_flag import CHECKING, CheckFlag, is_unexplained
from pulumi_tcsql_check.model.flow import Flow
from pulumi_tcsql_check.model.progress import Migration, Progress

_STUCK = 0.5
"""A step that hasn't changed for more than this share of the whole wait probably doesn't run."""


class FailedError(TcsqlCheckError):
    """A check has failed; never raised itself.

    Attributes:
        what_failed: What failed, from the verb on.
        migration: Which migration.
        progress: The last response about the steps, if there was any.
        flow: The flow that had to succeed as well, if there was one.
    """

    def __init__(
        self, what_failed: Sentence, migration: Migration, progress: Progress | None, flow: Flow | None
    ) -> None:
        """Take the facts."""
        super().__init__()
        self.what_failed = what_failed
        self.migration = migration
        self.progress = progress
        self.flow = flow

    @property
    def sentence(self) -> Sentence:
        """Which check failed, and what failed."""
        return Sentence("check did", check=self.migration.sentence, words=self.what_failed)


class CheckFailedError(FailedError):
    """A step of the check has failed.

    Attributes:
        progress: The response that shows it.
        steps: The failed steps, counted from 1.
    """

    progress: Progress

    def __init__(
        self, migration: Migration, progress: Progress, steps: Sequence[int], flow: Flow | None = None
    ) -> None:
        """Take the facts."""
        key = "failed at step" if len(steps) == 1 else "failed at steps"
        super().__init__(Sentence(key, steps=list(steps), total=progress.total), migration, progress, flow)
        self.steps = tuple(steps)


class FlagFailedError(FailedError):
    """The API says of the check as a whole that it has failed.

    Attributes:
        progress: The last response about the steps; the current step is not known to be what failed.
        flag: The response that says so.
    """

    progress: Progress

    def __init__(self, migration: Migration, progress: Progress, flag: CheckFlag, flow: Flow | None = None) -> None:
        """Take the facts."""
        super().__init__(Sentence("failed by flag", code=flag.code), migration, progress, flow)
        self.flag = flag


class FlowFailedError(FailedError):
    """The flow that the check runs in has failed.

    Attributes:
        flow: The flow, with the response that shows it.
        failed_statuses: Raw codes that mean "failed" in this account.
    """

    flow: Flow

    def __init__(
        self,
        migration: Migration,
        flow: Flow,
        progress: Progress | None = None,
        failed_statuses: Sequence[int] = (),
    ) -> None:
        """Take the facts."""
        super().__init__(Sentence("failed by flow", flow=flow.sentence), migration, progress, flow)
        self.failed_statuses = tuple(failed_statuses)


class CheckTimeoutError(TcsqlCheckError):
    """The deadline passed before the check did.

    Attributes:
        migration: Which migration.
        timeout_seconds: How long the gate waited, in seconds.
        progress: The last response about the steps, if there was any.
        trouble: The error of the last call, if it failed.
        flow: The flow that had to succeed as well, if there was one, with its last response.
        flag: The API's last word on the check as a whole, if it was queried.
        unchanged_seconds: For how long the steps had not changed.
        failed_statuses: Raw codes that mean "failed" in this account.
    """

    def __init__(  # noqa: PLR0913  # all that is known at the end of a wait, by name
        self,
        migration: Migration,
        timeout_seconds: float,
        progress: Progress | None = None,
        *,
        trouble: ApiError | None = None,
        flow: Flow | None = None,
        flag: CheckFlag | None = None,
        unchanged_seconds: float = 0.0,
        failed_statuses: Sequence[int] = (),
    ) -> None:
        """Take the facts."""
        super().__init__()
        self.migration = migration
        self.timeout_seconds = timeout_seconds
        self.progress = progress
        self.trouble = trouble
        self.flow = flow
        self.flag = flag
        self.unchanged_seconds = unchanged_seconds
        self.failed_statuses = tuple(failed_statuses)

    @property
    def sentence(self) -> Sentence:
        """Which check had not passed, and how long the gate waited."""
        return Sentence("not passed in time", check=self.migration.sentence, seconds=self.timeout_seconds)

    @property
    def is_pending(self) -> bool:
        """Whether the flow had not succeeded."""
        return self.flow is not None and not self.flow.succeeded

    @property
    def never_started(self) -> bool:
        """Whether the last response shows that no step has started, and no flow is what counts."""
        if self.trouble is not None or self.progress is None or self.is_pending:
            return False
        return self.progress.status() == "not-started"

    @property
    def unexplained(self) -> int | None:
        """The undocumented code that the current step shows; None if there is none, or the flow is what counts."""
        if self.trouble is not None or self.progress is None or self.is_pending or not is_unexplained(self.progress):
            return None
        return self.progress.steps[self.progress.current - 1].status

    @property
    def looks_stuck(self) -> bool:
        """Whether the current step probably doesn't run any more."""
        is_checking = self.flag is not None and self.flag.code == CHECKING
        return self.unchanged_seconds > self.timeout_seconds * _STUCK and not is_checking
