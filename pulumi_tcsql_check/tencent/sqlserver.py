"""Asks the API of TencentDB for SQL Server about migrations, through `client`."""

from collections.abc import Collection, Mapping

import msgspec

from pulumi_tcsql_check.clock import Clock
from pulumi_tcsql_check.errors import ApiError, NotFoundError, PermanentError
from pulumi_tcsql_check.languages.sentence import Sentence
from pulumi_tcsql_check.model.check_flag import PAGE_SIZE, CheckFlag, MigrationPage
from pulumi_tcsql_check.model.credentials import Credentials
from pulumi_tcsql_check.model.endpoint import Endpoint
from pulumi_tcsql_check.model.flow import Flow
from pulumi_tcsql_check.model.progress import Integer, Migration, Progress
from pulumi_tcsql_check.tencent import response
from pulumi_tcsql_check.tencent.client import Client

SERVICE = "sqlserver"
VERSION = "2018-03-28"
QUERY, FLOW, LIST = "QueryMigrationCheckProcess", "DescribeFlowStatus", "DescribeMigrations"
"""The actions: how far a check is, how far a flow, and which migrations there are; each allows 20 requests a second."""

MAX_PAGES = 5
"""How many pages of migrations, the newest first, are looked through for one of them."""


def _advice(action: str, name: str) -> response.Advice:
    """Say what to do, by the beginning of the API's error code; `name` is the gate's own for the action's parameter."""
    return (
        ("AuthFailure.SignatureExpire", Sentence("set the clock")),
        ("AuthFailure", Sentence("check the keys and the endpoint")),
        ("Unauthorized", Sentence("allow the action", action=f"{SERVICE}:{action}")),
        ("ResourceNotFound", Sentence("check the migration", name=name)),
        ("UnsupportedRegion", Sentence("check region")),
    )


QUERY_ADVICE = _advice(QUERY, "migrate_id")

# No code for a flow that doesn't exist is published, and its number is the one parameter.
FLOW_ADVICE = (
    *_advice(FLOW, "flow_id"),
    ("InvalidParameter", Sentence("check the flow")),
)


LIST_ADVICE = _advice(LIST, "migrate_id")


class _FlowStatus(msgspec.Struct, rename="pascal"):
    status: Integer
    request_id: str


class MigrationApi:
    """Asks one endpoint about one region's migrations; one gate, and so one thread, uses it."""

    def __init__(self, credentials: Credentials, endpoint: Endpoint, region: str, *, clock: Clock) -> None:
        """Prepare; nothing is sent yet.

        Args:
            credentials: Who asks.
            endpoint: Whom to ask.
            region: The API's `Region`.
            clock: The time in which to await a turn under the process's limit. When the update is cancelled, an
                exchange under way is left behind.
        """
        self._client = Client(
            SERVICE,
            VERSION,
            credentials=credentials,
            endpoint=endpoint,
            region=region,
            clock=clock,
        )

    def query(self, migration: Migration, deadline: float) -> Progress:
        """Ask once how far a check is.

        Args:
            migration: Which one.
            deadline: The instant, on the clock, that bounds the exchange together with its own limits.

        Raises:
            ThrottledError: There were too many requests.
            TransientError: There was no connection or no sensible answer.
            NotFoundError: The API knows no such migration.
            PermanentError: The API refused.
            WaitCancelledError: The update was cancelled.
        """
        params = {"MigrateId": migration.migrate_id}
        try:
            return self._client.call(QUERY, params, Progress, deadline, advice=QUERY_ADVICE)
        except PermanentError as error:
            if not error.code.startswith("ResourceNotFound"):
                raise
            raise NotFoundError(error.problem, code=error.code, request_id=error.request_id) from None

    def follow(self, flow: Flow, deadline: float) -> Flow:
        """Ask once what has become of a flow, if its number is known; the rest, errors included, is as with `query`."""
        if flow.flow_id is None:
            return flow
        try:
            said = self._client.call(FLOW, {"FlowId": flow.flow_id}, _FlowStatus, deadline, advice=FLOW_ADVICE)
        except ApiError as error:
            error.flow_id = flow.flow_id
            raise
        return Flow(flow.flow_id, said.status, said.request_id)

    def check_flags(self, migrate_ids: Collection[int], until: float) -> Mapping[int, CheckFlag]:
        """Ask once what the list of migrations says of some checks; the errors are as with `query`.

        There is no filter for an id (API page), so up to `MAX_PAGES` pages are asked for, one after the other.

        Args:
            migrate_ids: Which ones, by their numbers.
            until: The instant, on the clock, by which all of it must have ended.

        Returns:
            The flag of each, without a code where the list, as far as it was read, doesn't tell.
        """
        flags: dict[int, CheckFlag] = {}
        for number in range(MAX_PAGES):
            # `Offset` is the number of a page, from 0, and no count of migrations (API page).
            params = {"Limit": PAGE_SIZE, "Offset": number, "OrderBy": "createTime", "OrderByType": "desc"}
            page = self._client.call(LIST, params, MigrationPage, until, advice=LIST_ADVICE, strict=True)
            flags = page.flags() | flags
            if page.is_last or flags.keys() >= set(migrate_ids):
                break
        return {number: flags.get(number, CheckFlag()) for number in migrate_ids}
