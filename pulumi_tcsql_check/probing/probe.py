"""Probes one migration: queries it, and a migration that doesn't exist; it may start the check first."""

from collections.abc import Callable
from typing import TypeVar

from pulumi_tcsql_check.clock import Clock
from pulumi_tcsql_check.credentials.session import ApiSession
from pulumi_tcsql_check.errors import ApiError, StartUnknownError
from pulumi_tcsql_check.model.check_flag import CheckFlag
from pulumi_tcsql_check.model.flow import Flow
from pulumi_tcsql_check.model.migration_list import PAST_CHECK
from pulumi_tcsql_check.model.progress import Migration, Progress, judge
from pulumi_tcsql_check.probing import transcript
from pulumi_tcsql_check.probing.transcript import Note
from pulumi_tcsql_check.tencent.sqlserver import FLOW, LIST, QUERY, START

UNKNOWN_ID = 2**31 - 1
"""A number that no migration should have: the largest of 32 bits."""

PAUSE_SECONDS = 2.0
REQUEST_SECONDS = 10.0

T = TypeVar("T")


class Probe:
    """Probes one migration. Each new response is a `Note`, which `on_note` gets at once."""

    def __init__(
        self, session: ApiSession, migration: Migration, *, clock: Clock, on_note: Callable[[Note], object]
    ) -> None:
        """Prepare; no request is sent."""
        self._session = session
        self._migration = migration
        self._clock = clock
        self._on_note = on_note
        self._began = clock.monotonic()
        self._last: dict[str, str] = {}

    def run(self, seconds: float, *, with_start: bool) -> None:
        """Probe for some seconds, or until the check has ended; with `with_start`, start it first.

        It isn't started if the migration is past its check.
        Raises `CredentialsError`, `AccountError` or `WaitCancelledError`. An error of the API is a note.
        """
        seen = self._query_steps(self._migration, QUERY)
        status = self._query_list()
        self._query_steps(Migration(UNKNOWN_ID, self._migration.region), f"{QUERY} of a number that doesn't exist")
        is_past = status is not None and status in PAST_CHECK
        flow = self._start() if with_start and not is_past else None
        deadline = self._clock.monotonic() + seconds
        while not self._has_ended(seen, flow) and self._clock.monotonic() < deadline:
            self._clock.sleep(PAUSE_SECONDS)
            flow = self._query_flow(flow)
            seen = self._query_steps(self._migration, QUERY)
            self._query_list()

    def _has_ended(self, progress: Progress | None, flow: Flow | None) -> bool:
        """Return whether the flow, or without one the steps, can't change any more."""
        if flow is not None:
            return flow.succeeded or flow.failed
        return progress is None or progress.status() == "not-started" or judge(progress, (), progress) != "waiting"

    def _query_steps(self, migration: Migration, request: str) -> Progress | None:
        return self._send(request, lambda: self._session.query(migration, self._deadline()), transcript.steps)

    def _query_list(self) -> int | None:
        number = self._migration.migrate_id

        def query() -> tuple[CheckFlag, int | None]:
            page = self._session.find(self._migration, self._deadline())
            return (page.flags()[number], page.status(number)) if page is not None else (CheckFlag(), None)

        listed = self._send(LIST, query, lambda listed: transcript.flag(*listed))
        return listed[1] if listed is not None else None

    def _start(self) -> Flow | None:
        return self._send(START, lambda: self._session.start(self._migration, self._deadline()), lambda _: "a FlowId")

    def _query_flow(self, flow: Flow | None) -> Flow | None:
        if flow is None:
            return None
        return self._send(FLOW, lambda: self._session.follow(flow, self._deadline()), transcript.flow) or flow

    def _send(self, request: str, call: Callable[[], T], describe: Callable[[T], str]) -> T | None:
        """Send a request, and note its response if it differs from the last one; return None after an error."""
        result = None
        try:
            result = call()
            response = describe(result)
        except (ApiError, StartUnknownError) as error:
            response = transcript.error(error)
        if self._last.get(request) != response:
            self._last[request] = response
            self._on_note(Note(self._clock.monotonic() - self._began, request, response))
        return result

    def _deadline(self) -> float:
        return self._clock.monotonic() + REQUEST_SECONDS
