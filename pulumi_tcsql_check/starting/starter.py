"""Starts one check. It retries only if the API certainly did not start it."""

from collections.abc import Callable

from pulumi_tcsql_check.clock import Clock
from pulumi_tcsql_check.credentials.session import ApiSession
from pulumi_tcsql_check.errors import ApiError, MigrationOverError, PermanentError, ThrottledError
from pulumi_tcsql_check.languages.sentence import Sentence
from pulumi_tcsql_check.model.flow import Flow
from pulumi_tcsql_check.model.migration_list import PAST_CHECK
from pulumi_tcsql_check.model.progress import Migration
from pulumi_tcsql_check.polling.backoff import retry
from pulumi_tcsql_check.polling.query_log import QueryLog
from pulumi_tcsql_check.tencent.exchange import MAX_EXCHANGE_SECONDS

STATUS, START = "status", "start"
"""What a request is for: the log record's `call`."""

START_SECONDS = 60.0
"""How long transient errors are retried, in seconds, those of the query of the status included."""


_NOT_ALLOWED = ("UnauthorizedOperation", "AuthFailure")
"""The API's codes for a key without the permission; an invalid key ends the start itself."""


def start(session: ApiSession, migration: Migration, *, clock: Clock, on_retry: Callable[[Sentence], None]) -> Flow:
    """Start a check and return its flow, unless the migration is past its check; `on_retry` gets a line for the row.

    The migration's status comes from `DescribeMigrations`. The permission for it is optional: without it, the check is
    started without a status. Any other error of the query ends the start.

    Raises `MigrationOverError`, `StartUnknownError` if the request may have started the check, or, if nothing has
    started it, `ApiError`, `CredentialsError`, `AccountError` or `WaitCancelledError`.
    """
    deadline = clock.monotonic() + START_SECONDS
    log = QueryLog(migration)

    def report(error: ApiError) -> None:
        cause = Sentence("throttled") if isinstance(error, ThrottledError) else error.kind or Sentence("not answered")
        on_retry(Sentence("start in trouble", cause=cause))

    def query_status() -> int | None:
        page = log.query(STATUS, clock.monotonic, session.find, migration, deadline)
        return page.status(migration.migrate_id) if page is not None else None

    def send() -> Flow:
        # A start that is cut off has an unknown outcome, so it has the time of a whole exchange, also at the deadline.
        until = max(deadline, clock.monotonic() + MAX_EXCHANGE_SECONDS)
        return log.query(START, clock.monotonic, session.start, migration, until)

    try:
        status = retry(query_status, deadline, clock=clock, on_trouble=report)
    except PermanentError as error:
        if not error.code.startswith(_NOT_ALLOWED):
            raise
        status = None
    if status is not None and status in PAST_CHECK:
        raise MigrationOverError(migration, status)
    return retry(send, deadline, clock=clock, on_trouble=report)
