"""Queries `CheckFlag`, the API's verdict on a check as a whole, while a step shows an undocumented status code.

It can fail a wait, never pass it. One response serves all checks of a wait, since the API only lists migrations. A
query that failed with a transient error is not retried early; after a refusal there is no further query.
"""

import threading
from collections.abc import Callable, Mapping, Sequence

from pulumi_tcsql_check.clock import Clock
from pulumi_tcsql_check.errors import AccountError, CredentialsError, PermanentError, ThrottledError, TransientError
from pulumi_tcsql_check.languages.sentence import Sentence
from pulumi_tcsql_check.model.check_flag import CheckFlag
from pulumi_tcsql_check.model.group import name_of
from pulumi_tcsql_check.model.progress import Migration
from pulumi_tcsql_check.polling.api import Api
from pulumi_tcsql_check.polling.query_log import FLAG, QueryLog

INTERVAL_SECONDS = 10.0
"""The least time, in seconds, from the start of one query to the start of the next."""

QUERY_SECONDS = 3.0
"""The longest time, in seconds, that one query may take, with all its pages and the waits for their turns."""

_Response = tuple[float, Mapping[int, CheckFlag]]
"""When the query began, and the flags by `migrate_id`."""

_NONE: _Response = (float("-inf"), {})


class CheckFlagMonitor:
    """The flags of all checks of one wait. Any number of threads may use it."""

    def __init__(self, migrations: Sequence[Migration], *, clock: Clock, warn: Callable[[Sentence], None]) -> None:
        """Start without a query; `migrations` are of one region, and `warn` is called at most once."""
        self._checks = name_of(migrations)
        self._migrate_ids = frozenset(one.migrate_id for one in migrations)
        self._clock = clock
        self._warn = warn
        self._lock = threading.Lock()
        self._next = float("-inf")
        self._last_two: tuple[_Response, _Response] = (_NONE, _NONE)
        self._latest: Mapping[int, CheckFlag] = {}

    def is_due(self, now: float, deadline: float) -> bool:
        """Return whether it is time for the next query, and before the deadline."""
        return self._next <= now < deadline

    def poll(self, api: Api, log: QueryLog, deadline: float) -> None:
        """Query the flags, if that is due and no other thread does it; returns by the deadline.

        The query is in the `log` of one of the checks. Raises `WaitCancelledError`.
        """
        with self._lock:
            now = self._clock.monotonic()
            if not self.is_due(now, deadline):
                return
            self._next = now + INTERVAL_SECONDS
        flags = None
        try:
            until = min(now + QUERY_SECONDS, deadline)
            flags = log.query(FLAG, self._clock.monotonic, api.check_flags, self._migrate_ids, until)
        except PermanentError as error:
            self._next = float("inf")
            self._warn(Sentence("steps alone", checks=self._checks, error=error.sentence))
        except (ThrottledError, TransientError, CredentialsError, AccountError):
            pass  # if credentials fail, the next query of the steps raises the error
        with self._lock:
            self._latest = flags or {}
            if flags is not None:
                self._last_two = self._last_two[1], (now, flags)

    def latest(self, migration: Migration) -> CheckFlag | None:
        """Return the flag of one check; None if the last query failed or did not list it."""
        return self._latest.get(migration.migrate_id)

    def confirmed_failure(self, migration: Migration, unchanged_since: float) -> CheckFlag | None:
        """Return the flag of a check if it is "failed" beyond doubt.

        The flag has no date, and Tencent doesn't publish when a new start resets it, so it may be of an earlier start.
        It counts if two responses in a row have it, both to queries that began after the steps last changed.
        """
        (first_began, first), (_, second) = self._last_two
        flag, before = second.get(migration.migrate_id), first.get(migration.migrate_id)
        if flag is None or before is None or first_began < unchanged_since:
            return None
        return flag if flag.failed and before.failed else None
