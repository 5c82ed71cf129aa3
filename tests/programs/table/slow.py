"""A slow resource that no gate holds: it keeps the program running after a refusal."""

import time
from typing import Any

from pulumi.dynamic import CreateResult, DiffResult, Resource, ResourceProvider, UpdateResult

SECONDS = 1.5


class SlowProvider(ResourceProvider):
    """Takes some time, and does nothing else."""

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Create it, after a delay."""
        time.sleep(SECONDS)
        return CreateResult("slow", props)

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """Return whether the value has changed."""
        return DiffResult(changes=_olds["value"] != _news["value"])

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        """Change it, after a delay."""
        time.sleep(SECONDS)
        return UpdateResult(_news)


class Slow(Resource, module="test", name="Slow"):
    """The resource."""

    def __init__(self, name: str, value: str) -> None:
        """Declare the resource; it changes with its value."""
        super().__init__(SlowProvider(), name, {"value": value})
