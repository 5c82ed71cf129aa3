"""A placeholder for what your cut-over changes: replace it with your DNS record, secret or app setting."""

from typing import Any

import pulumi
from pulumi.dynamic import CreateResult, DiffResult, Resource, ResourceProvider, UpdateResult


class SwitchProvider(ResourceProvider):
    """Switches the database; this placeholder only stores it in the state."""

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Switch for the first time."""
        return CreateResult("switch", props)

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """Return whether the database changes."""
        return DiffResult(changes=_olds["database"] != _news["database"])

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        """Switch again."""
        return UpdateResult(_news)


class Switch(Resource, name="Switch"):
    """The database that the application uses."""

    database: pulumi.Output[str]

    def __init__(self, name: str, database: pulumi.Input[str]) -> None:
        """Declare it."""
        super().__init__(SwitchProvider(), name, {"database": database})
