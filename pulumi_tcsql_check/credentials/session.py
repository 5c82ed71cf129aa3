"""An API session that refreshes expired temporary credentials and retries once."""

import functools
from collections.abc import Callable
from typing import TypeVar

from pulumi_tcsql_check.credentials.account import Account
from pulumi_tcsql_check.errors import ExpiredTokenError, PermanentError
from pulumi_tcsql_check.model.credentials import Credentials
from pulumi_tcsql_check.model.flow import Flow
from pulumi_tcsql_check.model.migration_list import MigrationPage
from pulumi_tcsql_check.model.progress import Migration, Progress
from pulumi_tcsql_check.tencent import sqlserver
from pulumi_tcsql_check.tencent.sqlserver import MigrationApi

EXPIRED_CODE = "AuthFailure.TokenFailure"
"""The error code for an expired token (one of the common error codes of the API)."""

T = TypeVar("T")


class ApiSession:
    """One gate's session; not thread-safe."""

    def __init__(self, account: Account, connect: Callable[[Credentials], MigrationApi]) -> None:
        """Prepare; `connect` makes an API client for credentials, called again only if they change."""
        self._account = account
        self._connect = functools.lru_cache(maxsize=1)(connect)

    def query(self, migration: Migration, deadline: float) -> Progress:
        """Query the steps of a check once, as `MigrationApi.query` does; the deadline bounds each exchange.

        Raises:
            CredentialsError: There are no credentials.
            AccountError: They belong to an account that is not allowed.
            ApiError: The API did not respond, or refused.
        """
        return self._send(lambda api: api.query(migration, deadline), deadline)

    def follow(self, flow: Flow, deadline: float) -> Flow:
        """Query a flow once, as `MigrationApi.follow` does; errors as in `query`."""
        return self._send(lambda api: api.follow(flow, deadline), deadline)

    def page(self, number: int, deadline: float) -> MigrationPage:
        """Query a page of the list of migrations once, as `MigrationApi.page` does; errors as in `query`."""
        return self._send(lambda api: api.page(number, deadline), deadline)

    def find(self, migration: Migration, deadline: float) -> MigrationPage | None:
        """Query the page that lists a migration, as `MigrationApi.find` does; errors as in `query`."""
        return self._send(lambda api: api.find(migration, deadline), deadline)

    def next_turn(self) -> float:
        """Return the instant from which a query of steps waits for nothing."""
        return sqlserver.next_turn()

    def next_page_turn(self) -> float:
        """Return the instant from which a query of a page waits for nothing."""
        return sqlserver.next_page_turn()

    def start(self, migration: Migration, deadline: float) -> Flow:
        """Start a check, as `MigrationApi.start` does; errors as in `query`. Only a refused token is sent again."""
        return self._send(lambda api: api.start(migration, deadline), deadline)

    def _send(self, query: Callable[[MigrationApi], T], deadline: float) -> T:
        """Send a query; send it again if the credentials had expired and newer ones exist."""
        credentials = self._account.current(deadline)
        try:
            return query(self._connect(credentials))
        except PermanentError as error:
            if error.code != EXPIRED_CODE or credentials.token is None:
                raise
            newer = self._account.renew(credentials, deadline)
            if newer is None:
                raise ExpiredTokenError(error.problem, code=error.code, request_id=error.request_id) from error
        return query(self._connect(newer))
