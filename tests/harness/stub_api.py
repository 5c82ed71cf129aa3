"""A stub of the polling API, made of the test's own functions, and a wait for one check on it."""

from collections.abc import Callable
from typing import NamedTuple

from pulumi_tcsql_check.clock import Clock
from pulumi_tcsql_check.errors import ApiError
from pulumi_tcsql_check.languages.sentence import Sentence
from pulumi_tcsql_check.model.check_flag import CheckFlag
from pulumi_tcsql_check.model.flow import Evidence, Flow
from pulumi_tcsql_check.model.migration_list import MigrationPage
from pulumi_tcsql_check.model.progress import Migration, Progress
from pulumi_tcsql_check.polling import poller
from pulumi_tcsql_check.polling.api import Api
from pulumi_tcsql_check.polling.flag_list import FlagList
from pulumi_tcsql_check.polling.flag_reader import FlagReader
from pulumi_tcsql_check.polling.watch import Watch


class Observation(NamedTuple):
    """What is known of one check at an instant of its wait; `trouble` is the error of the last poll, if it failed."""

    progress: Progress | None
    trouble: ApiError | None
    elapsed_seconds: float
    flow: Flow | None = None
    flag: CheckFlag | None = None


class StubApi:
    """An API whose responses come from functions; each gets the deadline. A test omits those that it doesn't need."""

    def __init__(
        self,
        query: Callable[[float], Progress],
        follow: Callable[[Flow, float], Flow] | None = None,
        page: Callable[[int, float], MigrationPage] | None = None,
    ) -> None:
        """Use these functions for the steps, the flow and a page of the list of migrations."""
        self._query = query
        self._follow = follow
        self._page = page

    def query(self, _migration: Migration, deadline: float) -> Progress:
        """Return the steps."""
        return self._query(deadline)

    def follow(self, flow: Flow, deadline: float) -> Flow:
        """Return the flow."""
        assert self._follow is not None
        return self._follow(flow, deadline)

    def page(self, number: int, deadline: float) -> MigrationPage:
        """Return a page."""
        assert self._page is not None
        return self._page(number, deadline)

    def next_turn(self) -> float:
        """Limit nothing."""
        return float("-inf")

    next_page_turn = next_turn


def wait_for(
    watch: Watch,
    api: Api,
    *,
    clock: Clock,
    on_progress: Callable[[Observation], None],
    warn: Callable[[Sentence], None] | None = None,
) -> Evidence:
    """Wait for one check; return the evidence that ended the wait, or raise its error.

    The list of migrations is read only with `warn`, which gets the reason if it can't be.
    """

    def observe(now: float) -> None:
        on_progress(Observation(watch.progress, watch.trouble, now - watch.began, watch.flow, watch.flag))

    reader = FlagReader(FlagList(), [watch.migration], clock=clock, warn=warn) if warn is not None else None
    errors = poller.wait([watch], lambda: api, clock=clock, on_progress=observe, reader=reader)
    for error in errors.values():
        raise error
    assert watch.end is not None
    return watch.end
