"""A stub of the polling API, made of the test's own functions, and a wait for one check on it."""

from collections.abc import Callable, Collection, Mapping
from typing import NamedTuple

from pulumi_tcsql_check.clock import Clock
from pulumi_tcsql_check.errors import ApiError
from pulumi_tcsql_check.model.check_flag import CheckFlag
from pulumi_tcsql_check.model.flow import Evidence, Flow
from pulumi_tcsql_check.model.progress import Migration, Progress
from pulumi_tcsql_check.polling import poller
from pulumi_tcsql_check.polling.api import Api
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
        flag: Callable[[float], CheckFlag] | None = None,
    ) -> None:
        """Use these functions for the steps, the flow and the check flag."""
        self._query = query
        self._follow = follow
        self._flag = flag

    def query(self, _migration: Migration, deadline: float) -> Progress:
        """Return the steps."""
        return self._query(deadline)

    def follow(self, flow: Flow, deadline: float) -> Flow:
        """Return the flow."""
        assert self._follow is not None
        return self._follow(flow, deadline)

    def check_flags(self, migrate_ids: Collection[int], until: float) -> Mapping[int, CheckFlag]:
        """Return the same check flag for every migration."""
        assert self._flag is not None
        flag = self._flag(until)
        return dict.fromkeys(migrate_ids, flag)


def wait_for(watch: Watch, api: Api, *, clock: Clock, on_progress: Callable[[Observation], None]) -> Evidence:
    """Wait for one check; return the evidence that ended the wait, or raise its error."""

    def observe(now: float) -> None:
        on_progress(Observation(watch.progress, watch.trouble, now - watch.began, watch.flow, watch.flag))

    errors = poller.wait([watch], lambda: api, clock=clock, on_progress=observe)
    for error in errors.values():
        raise error
    assert watch.end is not None
    return watch.end
