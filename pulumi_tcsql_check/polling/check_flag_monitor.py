"""Asks, while checks are waited for, what the API says of each as a whole: seldom, and never at the steps' expense.

It is asked only while a current step shows a code that nobody has explained. It can say "failed", and nothing else
counts. One answer serves all who wait together, since the API gives a list and no single one. A call that fails in
passing is not repeated before its next turn; one that is refused is not repeated at all.
"""

import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Protocol

from pulumi_tcsql_check.clock import Clock
from pulumi_tcsql_check.errors import AccountError, CredentialsError, PermanentError, ThrottledError, TransientError
from pulumi_tcsql_check.languages.sentence import Sentence
from pulumi_tcsql_check.model.check_flag import CheckFlag
from pulumi_tcsql_check.model.group import name_of
from pulumi_tcsql_check.model.progress import Migration

INTERVAL_SECONDS = 10.0
"""The least time, in seconds, from the beginning of one question to that of the next."""

ASK_SECONDS = 3.0
"""The longest time, in seconds, that one question may take, all its pages and its turns included."""

_Answer = tuple[float, Mapping[int, CheckFlag]]
_NEVER: _Answer = (float("-inf"), {})


class ListApi(Protocol):
    """Who answers."""

    def check_flags(self, migrate_ids: Collection[int], until: float) -> Mapping[int, CheckFlag]:
        """Ask once what the list says of some checks, by their numbers; has ended by an instant on the clock."""


class SecondOpinion:
    """The second opinion on all checks of one wait, for as long as it lasts; any number of threads may use it."""

    def __init__(self, migrations: Sequence[Migration], *, clock: Clock, warn: Callable[[Sentence], None]) -> None:
        """Begin with nothing asked.

        Args:
            migrations: Which checks, at least one, all of the same region.
            clock: The time to live in.
            warn: Shows a sentence to the user; called at most once.
        """
        self._who = name_of(migrations)
        self._migrate_ids = frozenset(one.migrate_id for one in migrations)
        self._clock = clock
        self._warn = warn
        self._lock = threading.Lock()
        self._next = float("-inf")
        self._last_two: tuple[_Answer, _Answer] = (_NEVER, _NEVER)
        self._last_word: Mapping[int, CheckFlag] = {}

    def is_due(self, now: float, deadline: float) -> bool:
        """Tell whether it is time to ask, and of use."""
        return self._next <= now < deadline

    def ask(self, api: ListApi, deadline: float) -> None:
        """Ask if it is time to, and nobody else does at the moment.

        Args:
            api: Who answers.
            deadline: The instant, on the clock, at which the wait ends: the question ends by then, too.

        Raises:
            WaitCancelledError: The update was cancelled.
        """
        with self._lock:
            now = self._clock.monotonic()
            if not self.is_due(now, deadline):
                return
            self._next = now + INTERVAL_SECONDS
        said = self._answer(api, min(now + ASK_SECONDS, deadline))
        with self._lock:
            self._last_word = said or {}
            if said is not None:
                self._last_two = self._last_two[1], (now, said)

    def word_on(self, migration: Migration) -> CheckFlag | None:
        """Return what the API said last, if the last question was answered."""
        return self._last_word.get(migration.migrate_id)

    def failure(self, migration: Migration, since: float) -> CheckFlag | None:
        """Return what the API says if that is, beyond doubt, that the check has failed.

        The flag has no date, and nobody has published when a new start resets it: right after one it may be of the
        start before. So it counts only if two answers in a row bring it, both to questions that were asked while the
        steps stood where they stand.

        Args:
            migration: Which check.
            since: The instant, on the clock, since when the answers about its steps have been the same, the one that
                has just come included.
        """
        (first_asked, first), (_, second) = self._last_two
        said, before = second.get(migration.migrate_id), first.get(migration.migrate_id)
        if said is None or before is None or first_asked < since:
            return None
        return said if said.failed and before.failed else None

    def _answer(self, api: ListApi, until: float) -> Mapping[int, CheckFlag] | None:
        """Ask; what goes wrong with the credentials is left to the next question about the steps."""
        try:
            return api.check_flags(self._migrate_ids, until)
        except PermanentError as error:
            self._next = float("inf")
            self._warn(Sentence("steps alone", checks=self._who, error=error.sentence))
        except (ThrottledError, TransientError, CredentialsError, AccountError):
            pass
        return None
