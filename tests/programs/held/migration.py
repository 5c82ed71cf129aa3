"""A resource that stands for a migration made in the same stack, slowly: its number is known once it was made."""

import time
from typing import Any

import pulumi
from pulumi.dynamic import CreateResult, Resource, ResourceProvider, UpdateResult


class MigrationProvider(ResourceProvider):
    """Makes the migration."""

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Take a while, and give it its number, as text, as Tencent's own provider does."""
        time.sleep(props["seconds"])
        return CreateResult("migration", {**props, "number": props["given"]})

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        """Give it another number."""
        return UpdateResult({**_news, "number": _news["given"]})


class Migration(Resource, module="test", name="Migration"):
    """The migration."""

    number: pulumi.Output[str]

    def __init__(self, name: str, given: int, seconds: float) -> None:
        """Declare it, with the number that it gets once it was made."""
        super().__init__(MigrationProvider(), name, {"given": str(given), "seconds": seconds, "number": None})
