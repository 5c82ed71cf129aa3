"""A resource that takes a while and that no gate holds: it keeps the program going after a refusal."""

import time
from typing import Any

from pulumi.dynamic import CreateResult, DiffResult, Resource, ResourceProvider, UpdateResult

SECONDS = 1.5


class SlowProvider(ResourceProvider):
    """Takes its time, and does nothing else."""

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Create it, late."""
        time.sleep(SECONDS)
        return CreateResult("slow", props)

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """Find a change when there is one."""
        return DiffResult(changes=_olds["value"] != _news["value"])

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        """Change it, late."""
        time.sleep(SECONDS)
        return UpdateResult(_news)


class Slow(Resource, module="test", name="Slow"):
    """The resource."""

    def __init__(self, name: str, value: str) -> None:
        """Declare it, to be changed with its value."""
        super().__init__(SlowProvider(), name, {"value": value})
