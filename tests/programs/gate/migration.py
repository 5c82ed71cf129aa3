"""A resource that stands for a migration made and started in the same stack: its ids are known once it was made."""

from typing import Any

import pulumi
from pulumi.dynamic import CreateResult, Resource, ResourceProvider


class MigrationProvider(ResourceProvider):
    """Makes the migration."""

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Give it a number, as text, as Tencent's own provider does."""
        return CreateResult("1066", {**props, "number": "1066", "flow": 1001})


class Migration(Resource, module="test", name="Migration"):
    """The migration."""

    number: pulumi.Output[str]
    flow: pulumi.Output[int]

    def __init__(self, name: str) -> None:
        """Declare it."""
        super().__init__(MigrationProvider(), name, {"number": None, "flow": None})
