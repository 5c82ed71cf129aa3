"""Asks the API as whoever the account is by then, and once more where its temporary credentials had run out."""

from collections.abc import Callable, Collection, Mapping
from typing import TypeVar

from pulumi_tcsql_check.credentials.account import Account
from pulumi_tcsql_check.errors import ExpiredTokenError, PermanentError
from pulumi_tcsql_check.model.check_flag import CheckFlag
from pulumi_tcsql_check.model.credentials import Credentials
from pulumi_tcsql_check.model.flow import Flow
from pulumi_tcsql_check.model.progress import Migration, Progress
from pulumi_tcsql_check.tencent.sqlserver import MigrationApi

RUN_OUT = "AuthFailure.TokenFailure"
"""What the API answers to a token that has run out (one of its common error codes)."""

T = TypeVar("T")


class Asking:
    """One gate's way to the API; one thread uses it."""

    def __init__(self, account: Account, connect: Callable[[Credentials], MigrationApi]) -> None:
        """Take who asks, and how to reach the API as somebody."""
        self._account = account
        self._connect = connect
        self._who: Credentials | None = None
        self._api: MigrationApi | None = None

    def query(self, migration: Migration, deadline: float) -> Progress:
        """Ask once how far a check is; see `MigrationApi.query`.

        Args:
            migration: Which one.
            deadline: The instant, on the clock, that bounds each exchange, those for credentials included.

        Raises:
            CredentialsError: There are no credentials.
            AccountError: They are another account's than is allowed.
            ApiError: There was no answer, or a refusal.
        """
        return self._ask(lambda api: api.query(migration, deadline), deadline)

    def follow(self, flow: Flow, deadline: float) -> Flow:
        """Ask once what has become of a flow; see `MigrationApi.follow`, and `query` for the rest."""
        return self._ask(lambda api: api.follow(flow, deadline), deadline)

    def check_flags(self, migrate_ids: Collection[int], until: float) -> Mapping[int, CheckFlag]:
        """Ask once what the list of migrations says of some checks; see `MigrationApi.check_flags`, and `query`."""
        return self._ask(lambda api: api.check_flags(migrate_ids, until), until)

    def _ask(self, question: Callable[[MigrationApi], T], deadline: float) -> T:
        """Put a question; again where the credentials had run out and newer ones were to be had."""
        who = self._account.current(deadline)
        try:
            return question(self._as(who))
        except PermanentError as error:
            if error.code != RUN_OUT or who.token is None:
                raise
            newer = self._account.renew(who, deadline)
            if newer is None:
                raise ExpiredTokenError(error.problem, code=error.code, request_id=error.request_id) from error
        return question(self._as(newer))

    def _as(self, who: Credentials) -> MigrationApi:
        """Return the connection of some credentials: the same one until they change."""
        if self._api is None or who != self._who:
            self._who, self._api = who, self._connect(who)
        return self._api
