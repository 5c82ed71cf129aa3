"""One dynamic resource that does nothing, and nothing else."""

from pulumi.dynamic import CreateResult, Resource, ResourceProvider


class Nothing(ResourceProvider):
    """Does nothing, as fast as it can be done."""

    def create(self, props: dict[str, object]) -> CreateResult:
        """Make nothing."""
        return CreateResult("nothing", props)


class Idle(Resource, module="bench", name="Idle"):
    """A resource that is there, and no more."""


Idle(Nothing(), "orders", {})
