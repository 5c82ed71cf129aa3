"""One dynamic resource that does nothing, and nothing else."""

from pulumi.dynamic import CreateResult, Resource, ResourceProvider


class Nothing(ResourceProvider):
    """Does nothing, as fast as possible."""

    def create(self, props: dict[str, object]) -> CreateResult:
        """Create nothing."""
        return CreateResult("nothing", props)


class Idle(Resource, module="bench", name="Idle"):
    """A resource without inputs."""


Idle(Nothing(), "orders", {})
