"""`StartedCheck`: a dynamic resource that starts a migration check, and returns its flow."""

import os
from typing import Any

import pulumi
from pulumi.dynamic import ConfigureRequest, CreateResult, DiffResult, Resource, ResourceProvider, UpdateResult
from tencentcloud.common.common_client import CommonClient
from tencentcloud.common.credential import Credential
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile

ENDPOINT = "sqlserver.intl.tencentcloudapi.com"
"""The gate's default endpoint; mainland accounts set `sqlserver.tencentcloudapi.com` in `tcsql-check:endpoint`."""

REQUEST_SECONDS = 10


class StartedCheckProvider(ResourceProvider):
    """Starts the check with Tencent's own SDK; there is nothing to delete."""

    def configure(self, req: ConfigureRequest) -> None:
        """Read the endpoint from the stack's configuration, as the gate does: both must use the same account."""
        self._endpoint = str(req.config.get("tcsql-check:endpoint") or ENDPOINT)

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Start the check for the first time."""
        return CreateResult(f"{props['region']}/{int(props['migrate_id'])}", self._start(props))

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """Return whether the check has to start again."""
        return DiffResult(changes=any(_olds[key] != _news[key] for key in ("migrate_id", "region", "attempt")))

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        """Start it again, which gives a new flow."""
        return UpdateResult(self._start(_news))

    def _start(self, props: dict[str, Any]) -> dict[str, Any]:
        """Call `StartMigrationCheck`; a response without a flow raises an error, which also ends what waits for it."""
        scheme, _, host = self._endpoint.rpartition("://")
        http = HttpProfile(protocol=scheme or "https", endpoint=host, reqTimeout=REQUEST_SECONDS)
        client = CommonClient(
            "sqlserver", "2018-03-28", _credential(), props["region"], ClientProfile(httpProfile=http, language="en-US")
        )
        answer = client.call_json("StartMigrationCheck", {"MigrateId": int(props["migrate_id"])})
        return {**props, "flow_id": int(answer["Response"]["FlowId"])}


def _credential() -> Any:  # noqa: ANN401  # the SDK has no types
    """Read the key from the environment, as the gate does; it is never an input, which the state would contain."""
    secret_id, secret_key = os.environ["TENCENTCLOUD_SECRET_ID"], os.environ["TENCENTCLOUD_SECRET_KEY"]
    return Credential(secret_id, secret_key, os.environ.get("TENCENTCLOUD_TOKEN"))


class StartedCheck(Resource, module="created", name="StartedCheck"):
    """A migration check that this stack has started.

    Attributes:
        migrate_id: The migration's number, known once its check has been started.
        flow_id: The flow that runs the check (`FlowId`).
    """

    migrate_id: pulumi.Output[int]
    flow_id: pulumi.Output[int]

    def __init__(
        self, name: str, *, migrate_id: pulumi.Input[int | str], region: pulumi.Input[str], attempt: pulumi.Input[int]
    ) -> None:
        """Declare it.

        Args:
            name: The resource's name in the stack.
            migrate_id: The migration's number, or its id in Tencent Cloud's own provider.
            region: The migration's region.
            attempt: Any number; a new one starts the check again.
        """
        number = pulumi.Output.from_input(migrate_id).apply(lambda given: int(str(given)))
        props = {"migrate_id": number, "region": region, "attempt": attempt, "flow_id": None}
        super().__init__(StartedCheckProvider(), name, props)
