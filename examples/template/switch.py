"""Stands for what your cut-over changes: put your DNS record, secret or app setting in its place."""

from typing import Any

import pulumi
from pulumi.dynamic import CreateResult, DiffResult, Resource, ResourceProvider, UpdateResult


class SwitchProvider(ResourceProvider):
    """Switches; here it only says so in the state."""

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Switch for the first time."""
        return CreateResult("switch", props)

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """See whether the database is another one."""
        return DiffResult(changes=_olds["database"] != _news["database"])

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        """Switch again."""
        return UpdateResult(_news)


class Switch(Resource, name="Switch"):
    """Which database the application uses."""

    database: pulumi.Output[str]

    def __init__(self, name: str, database: pulumi.Input[str]) -> None:
        """Declare it."""
        super().__init__(SwitchProvider(), name, {"database": database})
