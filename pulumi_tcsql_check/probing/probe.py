"""Probes one migration: queries it, a migration that doesn't exist, and, if asked to, a check that it starts."""

from collections.abc import Callable
from typing import TypeVar

from pulumi_tcsql_check.clock import Clock
from pulumi_tcsql_check.credentials.session import ApiSession
from pulumi_tcsql_check.errors import ApiError, StartUnknownError
from pulumi_tcsql_check.model.flow import Flow
from pulumi_tcsql_check.model.progress import Migration, Progress, judge
from pulumi_tcsql_check.probing import transcript
from pulumi_tcsql_check.probing.transcript import Note
from pulumi_tcsql_check.tencent.sqlserver import FLOW, LIST, QUERY, START

UNKNOWN_ID = 2**31 - 1
"""A number that no migration has: the largest of 32 bits."""

PAUSE_SECONDS = 2.0
REQUEST_SECONDS = 10.0

T = TypeVar("T")


class Probe:
    """Probes one migration. Each new response is a `Note`, which `tell` gets at once."""

    def __init__(
        self, session: ApiSession, migration: Migration, *, clock: Clock, tell: Callable[[Note], object]
    ) -> None:
        """Prepare; no request is sent."""
        self._session = session
        self._migration = migration
        self._clock = clock
        self._tell = tell
        self._began = clock.monotonic()
        self._last: dict[str, str] = {}

    def run(self, seconds: float, *, start: bool) -> None:
        """Probe for some seconds, or until the check has ended; with `start`, start it first.

        Raises `CredentialsError`, `AccountError` or `WaitCancelledError`. An error of the API is a note.
        """
        seen = self._steps(self._migration, QUERY)
        self._list()
        self._steps(Migration(UNKNOWN_ID, self._migration.region), f"{QUERY} of a number that doesn't exist")
        flow = self._start() if start else None
        deadline = self._clock.monotonic() + seconds
        while not self._has_ended(seen, flow) and self._clock.monotonic() < deadline:
            self._clock.sleep(PAUSE_SECONDS)
            flow = self._follow(flow)
            seen = self._steps(self._migration, QUERY)
            self._list()

    def _has_ended(self, progress: Progress | None, flow: Flow | None) -> bool:
        """Return whether nothing is left to be seen: neither of the flow nor of the steps."""
        if flow is not None:
            return flow.succeeded or flow.failed
        return progress is None or progress.status() == "not-started" or judge(progress, (), progress) != "waiting"

    def _steps(self, migration: Migration, request: str) -> Progress | None:
        return self._sent(request, lambda: self._session.query(migration, self._deadline()), transcript.steps)

    def _list(self) -> None:
        def query() -> str:
            flags = self._session.check_flags([self._migration.migrate_id], self._deadline())
            status = self._session.status(self._migration, self._deadline())
            return transcript.flag(flags[self._migration.migrate_id], status)

        self._sent(LIST, query, str)

    def _start(self) -> Flow | None:
        return self._sent(
            START, lambda: self._session.start(self._migration, self._deadline()), lambda _: "a number of a flow"
        )

    def _follow(self, flow: Flow | None) -> Flow | None:
        if flow is None:
            return None
        return self._sent(FLOW, lambda: self._session.follow(flow, self._deadline()), transcript.flow) or flow

    def _sent(self, request: str, call: Callable[[], T], describe: Callable[[T], str]) -> T | None:
        """Send a request, and tell of its response if it differs from the last one; return None after an error."""
        result = None
        try:
            result = call()
            answer = describe(result)
        except (ApiError, StartUnknownError) as error:
            answer = transcript.error(error)
        if self._last.get(request) != answer:
            self._last[request] = answer
            self._tell(Note(self._clock.monotonic() - self._began, request, answer))
        return result

    def _deadline(self) -> float:
        return self._clock.monotonic() + REQUEST_SECONDS
