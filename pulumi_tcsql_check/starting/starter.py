"""Starts one check. It sends the request again only if the one before certainly started nothing."""

from collections.abc import Callable

from pulumi_tcsql_check.clock import Clock
from pulumi_tcsql_check.credentials.session import ApiSession
from pulumi_tcsql_check.errors import ApiError, MigrationOverError, PermanentError, ThrottledError
from pulumi_tcsql_check.languages.sentence import Sentence
from pulumi_tcsql_check.model.flow import Flow
from pulumi_tcsql_check.model.migration_list import OVER
from pulumi_tcsql_check.model.progress import Migration
from pulumi_tcsql_check.polling.backoff import retry
from pulumi_tcsql_check.polling.query_log import QueryLog

STATUS, START = "status", "start"
"""What a request is for: the log record's `call`."""

START_SECONDS = 60.0
"""How long a start retries what failed before the API started anything, in seconds."""


def start(session: ApiSession, migration: Migration, *, clock: Clock, show: Callable[[Sentence], None]) -> Flow:
    """Start a check, unless its migration has gone on, and return the new flow; `show` gets a line while it retries.

    The list of migrations tells whether one has gone on; the permission to query it is optional.

    Raises `MigrationOverError`, `StartUnknownError` if the request may have started the check, or, if nothing has
    started it, `ApiError`, `CredentialsError`, `AccountError` or `WaitCancelledError`.
    """
    deadline = clock.monotonic() + START_SECONDS
    log = QueryLog(migration)

    def tell(error: ApiError) -> None:
        is_throttled = isinstance(error, ThrottledError)
        cause = Sentence("throttled") if is_throttled else error.kind or Sentence("not answered")
        show(Sentence("start in trouble", cause=cause))

    def query_status() -> int | None:
        return log.query(STATUS, clock.monotonic, session.status, migration, deadline)

    def send() -> Flow:
        return log.query(START, clock.monotonic, session.start, migration, deadline)

    try:
        status = retry(query_status, deadline, clock=clock, on_trouble=tell)
    except PermanentError:
        status = None
    if status is not None and status in OVER:
        raise MigrationOverError(migration, status)
    return retry(send, deadline, clock=clock, on_trouble=tell)
