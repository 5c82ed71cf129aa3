"""One dynamic resource that loads Tencent's SDK and does nothing with it, and nothing else."""

from pulumi.dynamic import CreateResult, DiffResult, Resource, ResourceProvider


class Loading(ResourceProvider):
    """Loads the SDK, as every resource that queries the API through it does."""

    def create(self, props: dict[str, object]) -> CreateResult:
        """Create nothing."""
        return CreateResult("nothing", props)

    def diff(self, _id: str, _olds: dict[str, object], _news: dict[str, object]) -> DiffResult:
        """Load the SDK's client on every update, and change nothing."""
        from tencentcloud.common.common_client import CommonClient  # noqa: F401, PLC0415  # this import is measured

        return DiffResult(changes=False)


class Idle(Resource, module="bench", name="Idle"):
    """A resource without inputs."""


Idle(Loading(), "orders", {})
