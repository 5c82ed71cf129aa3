"""A resource in place of a migration made and started in the same stack: its ids are known after its creation."""

import time
from typing import Any

import pulumi
from pulumi.dynamic import CreateResult, Resource, ResourceProvider, UpdateResult

FLOW = 1001


class MigrationProvider(ResourceProvider):
    """Creates the migration."""

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Return the id late, and as text, as Tencent's own provider does."""
        time.sleep(props["seconds"])
        return CreateResult("migration", {**props, "number": props["given"], "flow": FLOW})

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        """Return another id."""
        return UpdateResult({**_news, "number": _news["given"], "flow": FLOW})


class Migration(Resource, module="test", name="Migration"):
    """The migration."""

    number: pulumi.Output[str]
    flow: pulumi.Output[int]

    def __init__(self, name: str, given: int = 1066, seconds: float = 0) -> None:
        """Declare the migration, with the id that it gets, and how long its creation takes."""
        props = {"given": str(given), "seconds": seconds, "number": None, "flow": None}
        super().__init__(MigrationProvider(), name, props)
