"""Stands for what your cut-over changes: put your DNS record, secret or app setting in its place."""

from typing import Any

import pulumi
from pulumi.dynamic import CreateResult, Resource, ResourceProvider


class SwitchProvider(ResourceProvider):
    """Switches; here it only says so in the state."""

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Switch."""
        return CreateResult("switched", props)


class Switch(Resource, name="Switch"):
    """Which database the application uses."""

    database: pulumi.Output[str]

    def __init__(self, name: str, database: pulumi.Input[str]) -> None:
        """Declare it."""
        super().__init__(SwitchProvider(), name, {"database": database})
