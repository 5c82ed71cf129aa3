"""Who answers a wait: what `watch` and `gate` ask of it, whoever it is."""

from typing import Protocol

from pulumi_tcsql_check.model.flow import Flow
from pulumi_tcsql_check.model.progress import Migration, Progress
from pulumi_tcsql_check.polling.check_flag_monitor import ListApi


class Api(ListApi, Protocol):
    """Who answers; each call is one try, bounded by the deadline, an instant on the clock."""

    def query(self, migration: Migration, deadline: float) -> Progress:
        """Ask how far a check is."""

    def follow(self, flow: Flow, deadline: float) -> Flow:
        """Ask what has become of a flow."""
