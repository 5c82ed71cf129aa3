"""A placeholder for what your cut-over changes: replace it with your DNS record, secret or app setting."""

from typing import Any

import pulumi
from pulumi.dynamic import CreateResult, Resource, ResourceProvider


class SwitchProvider(ResourceProvider):
    """Switches the database; this placeholder only stores it in the state."""

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Switch."""
        return CreateResult("switched", props)


class Switch(Resource, name="Switch"):
    """The database that the application uses."""

    database: pulumi.Output[str]

    def __init__(self, name: str, database: pulumi.Input[str]) -> None:
        """Declare it."""
        super().__init__(SwitchProvider(), name, {"database": database})
