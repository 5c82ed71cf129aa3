"""Starts several checks, one after the other, and records which of them have a flow."""

from collections.abc import Callable, Sequence
from functools import partial

from pulumi_tcsql_check.clock import Clock
from pulumi_tcsql_check.credentials.session import ApiSession
from pulumi_tcsql_check.errors import (
    MigrationOverError,
    PermanentError,
    SomeNotStartedError,
    StartUnknownError,
    TcsqlCheckError,
    WaitCancelledError,
)
from pulumi_tcsql_check.languages.sentence import Sentence
from pulumi_tcsql_check.model.flow import Flow
from pulumi_tcsql_check.model.progress import Migration
from pulumi_tcsql_check.starting import starter

_CODES_FOR_ALL = ("AuthFailure", "UnauthorizedOperation", "UnsupportedRegion")
"""The API's codes for a refusal that doesn't depend on the migration; more may follow after a dot."""


class Starts:
    """The starts of several checks; one thread writes it, and another one may call `result` at any time."""

    def __init__(self, migrations: Sequence[Migration]) -> None:
        """Begin with no check started."""
        self.migrations = migrations
        self.flows: dict[Migration, Flow] = {}
        self._errors: dict[Migration, TcsqlCheckError] = {}
        self._stop: TcsqlCheckError | None = None
        self._current: Migration | None = None

    def run(
        self,
        session: ApiSession,
        *,
        clock: Clock,
        on_start: Callable[[Migration, Flow], None],
        on_retry: Callable[[Migration, Sentence], None],
    ) -> None:
        """Start each check once; an error ends this only if it concerns all checks.

        `on_retry` gets a line about a start that is retried. Raises `WaitCancelledError`.
        """
        for migration in self.migrations:
            self._current = migration  # first, so that after a cancel `result` counts it as possibly sent
            clock.check_cancelled()
            try:
                flow = starter.start(session, migration, clock=clock, on_retry=partial(on_retry, migration))
            except WaitCancelledError:
                raise
            except TcsqlCheckError as error:
                self._errors[migration] = error
                if _concerns_all(error):
                    self._stop = error
                    return
            else:
                self.flows[migration] = flow
                on_start(migration, flow)

    def result(self) -> SomeNotStartedError:
        """Return what is known; a start in flight may have started its check."""
        current = self._current  # read before the copies: a start that ends in between is in one of them
        errors, flows = dict(self._errors), dict(self.flows)
        if current is not None and current not in flows and current not in errors:
            errors[current] = StartUnknownError(current, WaitCancelledError())
        return SomeNotStartedError(self.migrations, flows, errors, self._stop)

    def error(self) -> TcsqlCheckError | None:
        """Return the error of starts that have ended; None if each check has a flow.

        It is the error itself if there is only one check, or if the first start failed with an error that concerns all.
        Else it is a `SomeNotStartedError`.
        """
        result = self.result()
        if not result.errors:
            return None
        if len(self.migrations) == 1 or (result.stop is not None and len(result.errors) == 1 and not result.flows):
            return next(iter(result.errors.values()))
        return result


def _concerns_all(error: TcsqlCheckError) -> bool:
    """Return whether each other start would end with the same error, such as one of the credentials.

    An error that lasts for `START_SECONDS` counts: the others would each take as long.
    """
    if isinstance(error, PermanentError):
        return error.code.startswith(_CODES_FOR_ALL) or not error.code
    return not isinstance(error, (StartUnknownError, MigrationOverError))
