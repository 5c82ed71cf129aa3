"""An API made of functions, for a wait that lives in a test."""

from collections.abc import Callable, Collection, Mapping

from pulumi_tcsql_check.clock import Clock
from pulumi_tcsql_check.model.check_flag import CheckFlag
from pulumi_tcsql_check.model.flow import Evidence, Flow
from pulumi_tcsql_check.model.progress import Migration, Progress
from pulumi_tcsql_check.polling import poller
from pulumi_tcsql_check.polling.api import Api
from pulumi_tcsql_check.polling.observation import Observation
from pulumi_tcsql_check.polling.watch import Watch


class Answering:
    """Answers by three functions, two of which a wait may do without."""

    def __init__(
        self,
        query: Callable[[float], Progress],
        follow: Callable[[Flow, float], Flow] | None = None,
        flag: Callable[[float], CheckFlag] | None = None,
    ) -> None:
        """Take what answers for the steps, for the flow and for the check as a whole; each gets the deadline."""
        self._query = query
        self._follow = follow
        self._flag = flag

    def query(self, _migration: Migration, deadline: float) -> Progress:
        """Be asked for the steps."""
        return self._query(deadline)

    def follow(self, flow: Flow, deadline: float) -> Flow:
        """Be asked for the flow."""
        assert self._follow is not None
        return self._follow(flow, deadline)

    def check_flags(self, migrate_ids: Collection[int], until: float) -> Mapping[int, CheckFlag]:
        """Be asked for the check as a whole."""
        assert self._flag is not None
        flag = self._flag(until)
        return dict.fromkeys(migrate_ids, flag)


def wait_for(watch: Watch, api: Api, *, clock: Clock, on_progress: Callable[[Observation], None]) -> Evidence:
    """Wait for one check, and return what ended the wait or raise it."""
    errors = poller.wait([watch], lambda: api, clock=clock, on_progress=lambda now: on_progress(watch.seen(now)))
    for error in errors.values():
        raise error
    assert watch.end is not None
    return watch.end
