"""Logs each query for one migration with its outcome, and the verdict of its wait."""

import logging
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from pulumi_tcsql_check.errors import ApiError, TcsqlCheckError, WaitCancelledError
from pulumi_tcsql_check.errors.codes import code_of
from pulumi_tcsql_check.log import LOGGER
from pulumi_tcsql_check.model.check_flag import CheckFlag
from pulumi_tcsql_check.model.flow import Flow
from pulumi_tcsql_check.model.migration_list import MigrationPage
from pulumi_tcsql_check.model.progress import Migration, Progress
from pulumi_tcsql_check.text import printable

STEPS, FLOW, FLAG = "steps", "flow", "flag"
"""What a query is for: the record's `call`."""

_EMPTY: dict[str, object] = dict.fromkeys(("call", "step", "attempt", "request_id", "code"))

P = ParamSpec("P")
T = TypeVar("T")


class QueryLog:
    """Writes the log records of one migration: numbers, codes and error types, and no text from the API."""

    def __init__(self, migration: Migration) -> None:
        """Start without any query."""
        self._migration = migration
        self._attempts: dict[str, int] = {}

    def query(self, call: str, now: Callable[[], float], send: Callable[P, T], *args: P.args, **more: P.kwargs) -> T:
        """Send one request with its arguments, log its outcome, and return the response or raise the error.

        The record's `attempt` counts from the last response to the same `call`.
        """
        attempt = self._attempts[call] = self._attempts.get(call, 0) + 1
        began = now()
        try:
            response = send(*args, **more)
        except TcsqlCheckError as error:
            level = logging.DEBUG if isinstance(error, WaitCancelledError) else logging.WARNING
            facts = {"outcome": code_of(error), **self._facts_of(error)}
            self._add(level, "query", call=call, attempt=attempt, duration=now() - began, **facts)
            raise
        self._attempts[call] = 0
        facts = {"outcome": "answer", **self._facts_of(response)}
        self._add(logging.DEBUG, "query", call=call, attempt=attempt, duration=now() - began, **facts)
        return response

    def verdict(self, progress: Progress | None, outcome: str | TcsqlCheckError, seconds: float) -> None:
        """Log the status or the error that ended a wait after so many seconds; a cancelled wait has no verdict."""
        if isinstance(outcome, WaitCancelledError):
            return
        facts = self._facts_of(progress)
        if isinstance(outcome, TcsqlCheckError):
            facts |= {key: value for key, value in self._facts_of(outcome).items() if value}
            self._add(logging.WARNING, "verdict", duration=seconds, outcome=code_of(outcome), **facts)
        else:
            self._add(logging.INFO, "verdict", duration=seconds, outcome=outcome, **facts)

    def _facts_of(self, outcome: object) -> dict[str, object]:
        """Return the numbers and the code in a response or an error, and its request id."""
        if isinstance(outcome, Progress):
            return {"step": f"{outcome.current}/{outcome.total}", "request_id": printable(outcome.request_id, 64)}
        if isinstance(outcome, Flow):
            return {"code": outcome.code, "request_id": printable(outcome.request_id, 64)}
        if isinstance(outcome, MigrationPage):
            flag = outcome.flags().get(self._migration.migrate_id, CheckFlag())
            return {"code": flag.code, "request_id": printable(outcome.request_id, 64)}
        if isinstance(outcome, ApiError):
            return {"code": printable(outcome.code, 64), "request_id": printable(outcome.request_id, 64)}
        return {}

    def _add(self, level: int, event: str, **facts: object) -> None:
        known = {"event": event, "migrate_id": self._migration.migrate_id, "region": self._migration.region}
        LOGGER.log(level, "%s: %s %s", self._migration, event, facts.get("outcome"), extra=known | _EMPTY | facts)
