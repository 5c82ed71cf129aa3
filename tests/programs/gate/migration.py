"""A resource that stands for a migration made in the same stack: its number is known once it was made."""

from typing import Any

import pulumi
from pulumi.dynamic import CreateResult, Resource, ResourceProvider


class MigrationProvider(ResourceProvider):
    """Makes the migration."""

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Give it a number, as text, as Tencent's own provider does."""
        return CreateResult("1066", {**props, "number": "1066"})


class Migration(Resource, module="test", name="Migration"):
    """The migration."""

    number: pulumi.Output[str]

    def __init__(self, name: str) -> None:
        """Declare it."""
        super().__init__(MigrationProvider(), name, {"number": None})
