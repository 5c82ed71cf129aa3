"""A resource that stands in front of a gate: it can fail to be created or updated."""

from typing import Any

import pulumi
from pulumi.dynamic import CreateResult, DiffResult, Resource, ResourceProvider, UpdateResult

FAILURE = "the resource in front failed"


class FrontProvider(ResourceProvider):
    """Creates and updates it, or fails as the program says."""

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Create it."""
        return CreateResult("front", _applied(props))

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """Find a change if there is one."""
        return DiffResult(changes=any(_olds[name] != _news[name] for name in ("given", "fails")))

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        """Update it."""
        return UpdateResult(_applied(_news))


def _applied(props: dict[str, Any]) -> dict[str, Any]:
    if props["fails"]:
        raise ValueError(FAILURE)
    return {**props, "number": props["given"]}


class Front(Resource, module="test", name="Front"):
    """The resource; `number` is what it is given."""

    number: pulumi.Output[str]

    def __init__(self, given: int, opts: pulumi.ResourceOptions | None = None, *, fails: bool = False) -> None:
        """Declare it."""
        super().__init__(FrontProvider(), "front", {"given": str(given), "fails": fails, "number": None}, opts)
