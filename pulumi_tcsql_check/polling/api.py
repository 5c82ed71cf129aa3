"""The protocol of the API that `watch` polls."""

from collections.abc import Collection, Mapping
from typing import Protocol

from pulumi_tcsql_check.model.check_flag import CheckFlag
from pulumi_tcsql_check.model.flow import Flow
from pulumi_tcsql_check.model.progress import Migration, Progress


class Api(Protocol):
    """Each call is one attempt, bounded by a deadline: an instant on the clock."""

    def query(self, migration: Migration, deadline: float) -> Progress:
        """Query the steps of a check."""

    def follow(self, flow: Flow, deadline: float) -> Flow:
        """Query the status of a flow."""

    def check_flags(self, migrate_ids: Collection[int], until: float) -> Mapping[int, CheckFlag]:
        """Query the `CheckFlag` of several checks; returns by `until`, with one entry for each migration listed."""
