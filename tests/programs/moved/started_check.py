"""`StartedCheck`, as the guide `created-here` had it before `MigrationCheckStart`, without its request."""

from typing import Any

import pulumi
from pulumi.dynamic import CreateResult, Resource, ResourceProvider


class StartedCheckProvider(ResourceProvider):
    """Returns a flow."""

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Return the flow of a start."""
        return CreateResult(f"{props['region']}/{int(props['migrate_id'])}", {**props, "flow_id": 1})


class StartedCheck(Resource, module="created", name="StartedCheck"):
    """A check that the stack has started."""

    flow_id: pulumi.Output[int]

    def __init__(self, name: str, *, migrate_id: int, region: str, attempt: int) -> None:
        """Declare it."""
        props = {"migrate_id": migrate_id, "region": region, "attempt": attempt, "flow_id": None}
        super().__init__(StartedCheckProvider(), name, props)
