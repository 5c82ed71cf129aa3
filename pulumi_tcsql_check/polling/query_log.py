"""What is recorded of one migration's wait: each query, with what came of it, and the verdict."""

import logging
from collections.abc import Callable, Collection, Mapping
from typing import TypeVar

from pulumi_tcsql_check.errors import ApiError, TcsqlCheckError, WaitCancelledError
from pulumi_tcsql_check.log import LOGGER
from pulumi_tcsql_check.model.check_flag import CheckFlag
from pulumi_tcsql_check.model.flow import Flow
from pulumi_tcsql_check.model.progress import Migration, Progress
from pulumi_tcsql_check.polling.api import Api
from pulumi_tcsql_check.text import printable

STEPS, FLOW, FLAG = "steps", "flow", "flag"
"""What is asked for."""

T = TypeVar("T")


class Record:
    """The records of one migration; they tell numbers, codes and kinds, and no text of the API's."""

    def __init__(self, migration: Migration) -> None:
        """Begin with nothing asked."""
        self._migration = migration
        self._attempts: dict[str, int] = {}

    def around(self, api: Api, now: Callable[[], float]) -> Api:
        """Return who answers as this one does, with a record of each call.

        Args:
            api: Who answers.
            now: The clock of the wait.
        """
        return _Recorded(api, self, now)

    def asked(self, call: str, ask: Callable[[], T], now: Callable[[], float]) -> T:
        """Ask, and record what came of it.

        Args:
            call: What is asked for.
            ask: One try; whatever it raises is raised here.
            now: The clock of the wait.
        """
        attempt = self._attempts[call] = self._attempts.get(call, 0) + 1
        began = now()
        try:
            answer = ask()
        except TcsqlCheckError as error:
            level = logging.DEBUG if isinstance(error, WaitCancelledError) else logging.WARNING
            self._add(
                level,
                "query",
                call=call,
                attempt=attempt,
                duration=now() - began,
                outcome=_name(error),
                **_facts(error),
            )
            raise
        self._attempts[call] = 0
        seconds = now() - began
        self._add(
            logging.DEBUG, "query", call=call, attempt=attempt, duration=seconds, outcome="answer", **self._said(answer)
        )
        return answer

    def verdict(self, progress: Progress | None, outcome: str | TcsqlCheckError, seconds: float) -> None:
        """Record what a wait ended with.

        Args:
            progress: The last answer about the steps, if there was any.
            outcome: The status that it ended with, or the error.
            seconds: How long it took.
        """
        facts = self._said(progress)
        if isinstance(outcome, WaitCancelledError):
            return
        if isinstance(outcome, TcsqlCheckError):
            facts |= {key: value for key, value in _facts(outcome).items() if value}
            self._add(logging.WARNING, "verdict", duration=seconds, outcome=_name(outcome), **facts)
        else:
            self._add(logging.INFO, "verdict", duration=seconds, outcome=outcome, **facts)

    def _said(self, answer: object) -> dict[str, object]:
        """Return what an answer says, in numbers, and the number of the call that brought it."""
        said = answer.get(self._migration.migrate_id) if isinstance(answer, Mapping) else answer
        if isinstance(said, Progress):
            return {"step": f"{said.current}/{said.total}", "request_id": printable(said.request_id, 64)}
        if isinstance(said, (Flow, CheckFlag)):
            return {"code": said.code, "request_id": printable(said.request_id, 64)}
        return {}

    def _add(self, level: int, event: str, **facts: object) -> None:
        known = {"event": event, "migrate_id": self._migration.migrate_id, "region": self._migration.region}
        LOGGER.log(level, "%s: %s %s", self._migration, event, facts.get("outcome"), extra=known | _EMPTY | facts)


_EMPTY: dict[str, object] = dict.fromkeys(("call", "step", "attempt", "request_id", "code"))


def _name(error: TcsqlCheckError) -> str:
    return type(error).__name__


def _facts(error: TcsqlCheckError) -> dict[str, object]:
    """Return the code and the number of the call that an error is about."""
    if not isinstance(error, ApiError):
        return {}
    return {"code": printable(error.code, 64), "request_id": printable(error.request_id, 64)}


class _Recorded:
    """Answers as somebody else does."""

    def __init__(self, api: Api, record: Record, now: Callable[[], float]) -> None:
        self._api = api
        self._record = record
        self._now = now

    def query(self, migration: Migration, deadline: float) -> Progress:
        return self._record.asked(STEPS, lambda: self._api.query(migration, deadline), self._now)

    def follow(self, flow: Flow, deadline: float) -> Flow:
        return self._record.asked(FLOW, lambda: self._api.follow(flow, deadline), self._now)

    def check_flags(self, migrate_ids: Collection[int], until: float) -> Mapping[int, CheckFlag]:
        return self._record.asked(FLAG, lambda: self._api.check_flags(migrate_ids, until), self._now)
