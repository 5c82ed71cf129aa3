"""A resource that a gate depends on: its creation or update can fail."""

from typing import Any

import pulumi
from pulumi.dynamic import CreateResult, DiffResult, Resource, ResourceProvider, UpdateResult

FAILURE = "the resource in front failed"


class FrontProvider(ResourceProvider):
    """Creates and updates the resource, or fails if the program says so."""

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Create the resource."""
        return CreateResult("front", _applied(props))

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """Return whether an input changes."""
        return DiffResult(changes=any(_olds[name] != _news[name] for name in ("given", "fails")))

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        """Update the resource."""
        return UpdateResult(_applied(_news))


def _applied(props: dict[str, Any]) -> dict[str, Any]:
    if props["fails"]:
        raise ValueError(FAILURE)
    return {**props, "number": props["given"]}


class Front(Resource, module="test", name="Front"):
    """The resource; `number` returns its input."""

    number: pulumi.Output[str]

    def __init__(self, given: int, opts: pulumi.ResourceOptions | None = None, *, fails: bool = False) -> None:
        """Declare the resource."""
        super().__init__(FrontProvider(), "front", {"given": str(given), "fails": fails, "number": None}, opts)
