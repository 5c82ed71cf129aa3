"""The protocol of the API that `watch` and `flag_reader` query."""

from typing import Protocol

from pulumi_tcsql_check.model.flow import Flow
from pulumi_tcsql_check.model.migration_list import MigrationPage
from pulumi_tcsql_check.model.progress import Migration, Progress


class Api(Protocol):
    """Each query is one attempt, bounded by a deadline: an instant on the clock."""

    def query(self, migration: Migration, deadline: float) -> Progress:
        """Query the steps of a check."""

    def follow(self, flow: Flow, deadline: float) -> Flow:
        """Query the status of a flow."""

    def page(self, number: int, deadline: float) -> MigrationPage:
        """Query a page of the list of migrations, numbered from 0."""

    def next_turn(self) -> float:
        """Return the instant from which a query of steps waits for nothing."""

    def next_page_turn(self) -> float:
        """Return the instant from which a query of a page waits for nothing."""
