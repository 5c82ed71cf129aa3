"""Errors of a check that failed, or had not passed at the deadline."""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass

from pulumi_tcsql_check.errors.api import ApiError
from pulumi_tcsql_check.errors.root import TcsqlCheckError
from pulumi_tcsql_check.languages.sentence import Sentence
from pulumi_tcsql_check.model.check_flag import CHECKING, CheckFlag, is_unexplained
from pulumi_tcsql_check.model.flow import Flow
from pulumi_tcsql_check.model.progress import Migration, Progress

_STUCK = 0.5
"""A step that hasn't changed for more than this share of the timeout has probably stopped."""


class FailedError(TcsqlCheckError):
    """A check has failed; never raised itself.

    Attributes:
        migration: The migration.
        progress: The last response about the steps, or None.
        flow: The flow that had to succeed too, or None.
    """

    migration: Migration
    progress: Progress | None
    flow: Flow | None

    @property
    @abstractmethod
    def what_failed(self) -> Sentence:
        """What failed, from the verb on."""

    @property
    def sentence(self) -> Sentence:
        """Which check failed, and what failed."""
        return Sentence("check did", check=self.migration.sentence, words=self.what_failed)


@dataclass(eq=False, repr=False)
class CheckFailedError(FailedError):
    """A step of the check has failed: `steps` lists the failed ones, counted from 1, and `progress` shows them."""

    migration: Migration
    progress: Progress
    steps: Sequence[int]
    flow: Flow | None = None

    @property
    def what_failed(self) -> Sentence:
        """Which steps failed."""
        key = "failed at step" if len(self.steps) == 1 else "failed at steps"
        return Sentence(key, steps=list(self.steps), total=self.progress.total)


@dataclass(eq=False, repr=False)
class FlagFailedError(FailedError):
    """The API's `flag` reports the check as a whole as failed; the current step of `progress` need not be the cause."""

    migration: Migration
    progress: Progress
    flag: CheckFlag
    flow: Flow | None = None

    @property
    def what_failed(self) -> Sentence:
        """The check as a whole, by its flag."""
        return Sentence("failed by flag", code=self.flag.code)


@dataclass(eq=False, repr=False)
class FlowFailedError(FailedError):
    """The `flow` of the check has failed; `failed_statuses` are the raw codes that mean "failed" in this account."""

    migration: Migration
    flow: Flow
    progress: Progress | None = None
    failed_statuses: Sequence[int] = ()

    @property
    def what_failed(self) -> Sentence:
        """The flow."""
        return Sentence("failed by flow", flow=self.flow.sentence)


@dataclass(eq=False, repr=False)
class CheckTimeoutError(TcsqlCheckError):
    """The check had not passed at the deadline.

    Attributes:
        migration: The migration.
        timeout_seconds: How long the gate waited.
        progress: The last response about the steps, or None.
        trouble: The error of the last call, if it failed.
        flow: The last response about the flow that had to succeed too, or None.
        flag: The last response about the check as a whole, or None.
        unchanged_seconds: How long the steps had not changed.
        failed_statuses: The raw codes that mean "failed" in this account.
    """

    migration: Migration
    timeout_seconds: float
    progress: Progress | None = None
    _: KW_ONLY
    trouble: ApiError | None = None
    flow: Flow | None = None
    flag: CheckFlag | None = None
    unchanged_seconds: float = 0.0
    failed_statuses: Sequence[int] = ()

    @property
    def sentence(self) -> Sentence:
        """Which check had not passed, and how long the gate waited."""
        return Sentence("not passed in time", check=self.migration.sentence, seconds=self.timeout_seconds)

    @property
    def is_pending(self) -> bool:
        """Whether a flow had to succeed and had not."""
        return self.flow is not None and not self.flow.succeeded

    @property
    def never_started(self) -> bool:
        """Whether the last response shows that no step has started; False if a flow is pending."""
        if self.trouble is not None or self.progress is None or self.is_pending:
            return False
        return self.progress.status() == "not-started"

    @property
    def unexplained(self) -> int | None:
        """The undocumented code of the current step; None without one, or if a flow is pending."""
        if self.trouble is not None or self.progress is None or self.is_pending or not is_unexplained(self.progress):
            return None
        return self.progress.steps[self.progress.current - 1].status

    @property
    def looks_stuck(self) -> bool:
        """Whether the current step has probably stopped."""
        is_checking = self.flag is not None and self.flag.code == CHECKING
        return self.unchanged_seconds > self.timeout_seconds * _STUCK and not is_checking
