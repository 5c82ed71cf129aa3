"""Reads pages of the list of migrations for one wait, and shares what they say with the other waits of this process."""

import threading
from collections.abc import Callable, Collection, Hashable, Iterator, Sequence
from contextlib import contextmanager

from pulumi_tcsql_check.clock import Clock
from pulumi_tcsql_check.errors import AccountError, CredentialsError, PermanentError, ThrottledError, TransientError
from pulumi_tcsql_check.languages.sentence import Sentence
from pulumi_tcsql_check.model.group import name_of
from pulumi_tcsql_check.model.progress import Migration
from pulumi_tcsql_check.polling.api import Api
from pulumi_tcsql_check.polling.flag_list import FlagList
from pulumi_tcsql_check.polling.query_log import FLAG, QueryLog

PAGE_SECONDS = 3.0
"""The longest time, in seconds, that one query of a page may take once it has its turn."""

_lists: dict[Hashable, tuple[FlagList, int]] = {}
"""The list of each account, endpoint and region, and how many waits share it."""

_lock = threading.Lock()


class FlagReader:
    """One wait's part in a list of migrations."""

    def __init__(
        self, flags: FlagList, migrations: Sequence[Migration], *, clock: Clock, warn: Callable[[Sentence], None]
    ) -> None:
        """Join the list; `warn` is called at most once for each reason why a pass may be seen late."""
        self.flags = flags
        self._migrations = migrations
        self._clock = clock
        self._warn = warn
        self._log = QueryLog(migrations[0])
        self._left = set(migrations)
        flags.join(migrations)

    def read(self, api: Api, number: int, deadline: float) -> None:
        """Query the page that `FlagList.take` returned, until the deadline; raises `WaitCancelledError`.

        An error is no error of the wait: if credentials fail, the next query of the steps raises it.
        """
        until = min(self._clock.monotonic() + PAGE_SECONDS, deadline)
        try:
            self._warn_of_missing(
                self.flags.keep(self._log.query(FLAG, self._clock.monotonic, api.page, number, until))
            )
        except PermanentError as error:
            self.flags.close()
            self._warn(Sentence("steps alone", checks=name_of(self._migrations), error=error.sentence))
        except (ThrottledError, TransientError, CredentialsError, AccountError):
            self.flags.skip()
        except BaseException:
            self.flags.skip()
            raise

    def _warn_of_missing(self, unlisted: Collection[int]) -> None:
        missing = sum(one.migrate_id in unlisted for one in self._migrations)
        if missing and self.flags.is_for_many and not self.flags.is_known_incomplete:
            self.flags.is_known_incomplete = True
            checks, total = name_of(self._migrations), len(self._migrations)
            self._warn(Sentence("not all listed", checks=checks, listed=total - missing, total=total))

    def leave(self, migration: Migration) -> None:
        """Stop to read pages for a migration whose check has ended."""
        self._left.remove(migration)
        self.flags.leave(migration)

    def leave_all(self) -> None:
        """Stop to read pages for this wait."""
        for migration in tuple(self._left):
            self.leave(migration)


@contextmanager
def shared(
    key: Hashable, migrations: Sequence[Migration], *, clock: Clock, warn: Callable[[Sentence], None]
) -> Iterator[FlagReader]:
    """Join the list of this key, an account, endpoint and region, for as long as a wait takes."""
    with _lock:
        flags, waits = _lists.get(key, (FlagList(), 0))
        _lists[key] = flags, waits + 1
    try:
        reader = FlagReader(flags, migrations, clock=clock, warn=warn)
        try:
            yield reader
        finally:
            reader.leave_all()
    finally:
        with _lock:
            flags, waits = _lists.pop(key)
            if waits > 1:
                _lists[key] = flags, waits - 1
