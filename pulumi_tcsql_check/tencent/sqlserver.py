"""Calls the API of TencentDB for SQL Server about migrations: queries them, and starts a check."""

from typing import Annotated

import msgspec

from pulumi_tcsql_check.clock import Clock
from pulumi_tcsql_check.errors import (
    ApiError,
    NotFoundError,
    PermanentError,
    StartUnknownError,
    TcsqlCheckError,
    ThrottledError,
    WaitCancelledError,
)
from pulumi_tcsql_check.languages.sentence import Sentence
from pulumi_tcsql_check.model.credentials import Credentials
from pulumi_tcsql_check.model.endpoint import Endpoint
from pulumi_tcsql_check.model.flow import Flow
from pulumi_tcsql_check.model.ids import MAX_ID
from pulumi_tcsql_check.model.migration_list import PAGE_SIZE, SEARCHED_PAGES, MigrationPage
from pulumi_tcsql_check.model.progress import Integer, Migration, Progress
from pulumi_tcsql_check.tencent import rate_limit, response
from pulumi_tcsql_check.tencent.client import Client

SERVICE = "sqlserver"
VERSION = "2018-03-28"
QUERY, FLOW, LIST = "QueryMigrationCheckProcess", "DescribeFlowStatus", "DescribeMigrations"
START = "StartMigrationCheck"
"""The actions; the API allows 20 requests a second for each."""


def _advice(action: str, name: str) -> response.Advice:
    """Return advice by the API's error code; `name` is the action's parameter."""
    return (
        ("AuthFailure.SignatureExpire", Sentence("set the clock")),
        ("AuthFailure", Sentence("check the keys and the endpoint")),
        ("Unauthorized", Sentence("allow the action", action=f"{SERVICE}:{action}")),
        ("ResourceNotFound", Sentence("check the migration", name=name)),
        ("UnsupportedRegion", Sentence("check region")),
    )


QUERY_ADVICE = _advice(QUERY, "MigrateId")
LIST_ADVICE = _advice(LIST, "MigrateId")
START_ADVICE = _advice(START, "MigrateId")
# Tencent documents no code for a flow that doesn't exist; its number is the only parameter.
FLOW_ADVICE = (*_advice(FLOW, "FlowId"), ("InvalidParameter", Sentence("check the flow")))


_REFUSALS = frozenset({
    *("ActionOffline", "AuthFailure", "InvalidAction", "InvalidParameter", "InvalidParameterValue", "InvalidRequest"),
    *("IpInBlacklist", "IpNotInWhitelist", "LimitExceeded", "MissingParameter", "NoSuchProduct", "NoSuchVersion"),
    *("OperationDenied", "RequestSizeLimitExceeded", "ResourceInUse", "ResourceInsufficient", "ResourceNotFound"),
    *("UnauthorizedOperation", "UnknownParameter", "UnsupportedOperation", "UnsupportedProtocol", "UnsupportedRegion"),
})  # fmt: skip
"""The documented codes, without what follows a dot, of requests that the API has refused before it did anything.

The common codes of every API are on https://www.tencentcloud.com/document/api/1278/73618 (as of 2025-10-30). Any other,
such as `FailedOperation`, `ResponseSizeLimitExceeded` or `ServiceUnavailable`, doesn't say how far the API came.
"""


def _is_refusal(error: TcsqlCheckError) -> bool:
    """Return whether the API has certainly refused a start; a status of HTTP may be a gateway's."""
    if isinstance(error, ThrottledError):
        return True
    return isinstance(error, PermanentError) and error.code.partition(".")[0] in _REFUSALS


def next_turn() -> float:
    """Return the instant from which a query of steps waits for nothing."""
    return rate_limit.of(QUERY).next_turn()


def next_page_turn() -> float:
    """Return the instant from which a query of a page waits for nothing."""
    return rate_limit.of(LIST).next_turn()


class _FlowStatus(msgspec.Struct, rename="pascal"):
    status: Integer
    request_id: str


class _Started(msgspec.Struct, rename="pascal"):
    """The response to a start (API page of `StartMigrationCheck`, seen 2025-10-28)."""

    flow_id: Annotated[int, msgspec.Meta(ge=1, le=MAX_ID)]
    request_id: str


class MigrationApi:
    """Calls the API about migrations of one region at one endpoint; not thread-safe."""

    def __init__(self, credentials: Credentials, endpoint: Endpoint, region: str, *, clock: Clock) -> None:
        """Connect without sending a request."""
        self._client = Client(SERVICE, VERSION, credentials, endpoint, region, clock)

    def query(self, migration: Migration, deadline: float) -> Progress:
        """Query the steps of a check once; raises `NotFoundError` for an unknown migration, else as `Client.call`."""
        params = {"MigrateId": migration.migrate_id}
        try:
            return self._client.call(QUERY, params, Progress, deadline, advice=QUERY_ADVICE)
        except PermanentError as error:
            if not error.code.startswith("ResourceNotFound"):
                raise
            raise NotFoundError(error.problem, code=error.code, request_id=error.request_id) from None

    def follow(self, flow: Flow, deadline: float) -> Flow:
        """Query the status of a flow once, if its number is known; errors as in `query`."""
        if flow.flow_id is None:
            return flow
        try:
            said = self._client.call(FLOW, {"FlowId": flow.flow_id}, _FlowStatus, deadline, advice=FLOW_ADVICE)
        except ApiError as error:
            error.flow_id = flow.flow_id
            raise
        return Flow(flow.flow_id, said.status, said.request_id)

    def page(self, number: int, deadline: float) -> MigrationPage:
        """Query one page of the list of migrations once, numbered from 0, the newest migration first."""
        # `Offset` is the number of a page, from 0, not a count of migrations (API page).
        params = {"Limit": PAGE_SIZE, "Offset": number, "OrderBy": "createTime", "OrderByType": "desc"}
        return self._client.call(LIST, params, MigrationPage, deadline, advice=LIST_ADVICE)

    def find(self, migration: Migration, deadline: float) -> MigrationPage | None:
        """Query pages until one lists the migration (the API has no filter by id); None if the first ones don't."""
        for number in range(SEARCHED_PAGES):
            page = self.page(number, deadline)
            if migration.migrate_id in page.flags():
                return page
            if page.is_last:
                break
        return None

    def start(self, migration: Migration, deadline: float) -> Flow:
        """Start a check, and return its new flow.

        Raises `StartUnknownError` if the API may have started it, else as `Client.call`: it certainly has not.
        """
        params = {"MigrateId": migration.migrate_id}
        try:
            said = self._client.call(START, params, _Started, deadline, advice=START_ADVICE)
        except (ApiError, WaitCancelledError) as error:
            if error.was_sent and not _is_refusal(error):
                raise StartUnknownError(migration, error) from None
            if isinstance(error, PermanentError) and error.code.startswith("ResourceNotFound"):
                raise NotFoundError(error.problem, code=error.code, request_id=error.request_id) from None
            raise
        return Flow(said.flow_id, None, said.request_id)
