"""Collects the facts of one wait or query while it goes on."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from pulumi_tcsql_check.clock import Clock
from pulumi_tcsql_check.errors import TcsqlCheckError
from pulumi_tcsql_check.errors.codes import code_of
from pulumi_tcsql_check.model.credentials import Caller
from pulumi_tcsql_check.model.endpoint import Endpoint
from pulumi_tcsql_check.model.flow import Evidence, Flow
from pulumi_tcsql_check.model.progress import Migration, Progress
from pulumi_tcsql_check.polling.watch import Watch
from pulumi_tcsql_check.reports.facts import CheckFacts, ErrorFacts, FlowFacts, GateFacts, Report, StepFacts
from pulumi_tcsql_check.reports.verdict import status_of, verdict_of_all, verdict_of_check
from pulumi_tcsql_check.text import printable

DISTRIBUTION = "pulumi-tcsql-check"


class Connection(Protocol):
    """Where the queries go, and who sends them."""

    @property
    def endpoint(self) -> Endpoint:
        """The endpoint."""

    @property
    def caller(self) -> Caller | None:
        """The caller; None before the first request."""


@dataclass(eq=False)
class Collector:
    """The facts of one wait or query; another thread may make the report while the work goes on.

    Attributes:
        migrations: The migrations, at least one, all of one region.
        connection: Set once the endpoint is chosen.
        watches: The states of the checks, in the order of the migrations; set before the first query.
        errors: The error of each check that has one.
        error: The error that ended all of it, if the work itself doesn't raise it.
    """

    migrations: Sequence[Migration]
    failed_statuses: Collection[int]
    clock: Clock
    connection: Connection | None = None
    watches: Sequence[Watch] = ()
    errors: Mapping[Watch, TcsqlCheckError] = field(default_factory=dict)
    error: Exception | None = None

    def __post_init__(self) -> None:
        """Store when the work began."""
        self._began_at = self.clock.utc()

    def report(
        self, error: Exception | None = None, *, command: str | None = None, gate: GateFacts | None = None
    ) -> Report:
        """Return the report of a command or a gate at its end; `error` is what ended it."""
        error = error or self.error
        now, utc = self.clock.monotonic(), self.clock.utc()
        states = dict(zip(self.migrations, self.watches, strict=False))
        checks = tuple(self._check(one, states.get(one), error, now, utc) for one in self.migrations)
        caller = self.connection.caller if self.connection is not None else None
        return Report(
            verdict=verdict_of_all((check.verdict for check in checks), error),
            command=command,
            gate=gate,
            error=_error(error) if error is not None else None,
            began_at=_iso(self._began_at),
            ended_at=_iso(utc),
            region=self.migrations[0].region,
            endpoint=str(self.connection.endpoint) if self.connection is not None else None,
            account_id=caller.account_id if caller is not None else None,
            secret_id=caller.secret_id if caller is not None else None,
            credentials=printable(str(caller.source)) if caller is not None else None,
            version=_version(),
            checks=checks,
        )

    def _check(
        self, migration: Migration, state: Watch | None, error: Exception | None, now: float, utc: datetime
    ) -> CheckFacts:
        """Return the facts of one check; if no check has an error of its own, each gets the one that ended them all."""
        own = self.errors.get(state) if state is not None else None
        seen = _seen(state) if state is not None else None
        progress = seen.progress if seen is not None else None
        flow = state.flow if state is not None else None
        passed = seen is not None and state is not None and seen is state.end and seen.passed
        status = status_of(seen, own, self.failed_statuses, passed=passed)
        polled_at = state.polled_at if state is not None else None
        return CheckFacts(
            migrate_id=migration.migrate_id,
            region=migration.region,
            verdict=verdict_of_check(status, own if self.errors else error),
            status=status,
            total=progress.total if progress is not None else 0,
            current=progress.current if progress is not None else 0,
            queried_at=_iso(utc - timedelta(seconds=now - polled_at)) if polled_at is not None else None,
            request_id=printable(progress.request_id, 64) if progress is not None else "",
            steps=_steps(progress, self.failed_statuses) if progress is not None else (),
            flow=_flow(flow) if flow is not None else None,
            error=_error(own) if own is not None else None,
        )


def _seen(state: Watch) -> Evidence | None:
    """Return the responses that ended a wait, or else the latest ones."""
    if state.end is not None:
        return state.end
    return Evidence(state.progress, state.flow) if state.progress is not None else None


def _steps(progress: Progress, failed_statuses: Collection[int]) -> tuple[StepFacts, ...]:
    states = progress.step_states(failed_statuses)
    return tuple(
        StepFacts(number, printable(step.name), state, step.status, printable(step.message))
        for number, (step, state) in enumerate(zip(progress.steps, states, strict=True), start=1)
    )


def _flow(flow: Flow) -> FlowFacts:
    return FlowFacts(flow.flow_id, flow.state, flow.code, printable(flow.request_id, 64))


def _error(error: Exception) -> ErrorFacts:
    """Return the error's sentence; of another package's error only the type, since its text may quote a secret."""
    sentence = str(error) if isinstance(error, TcsqlCheckError) else type(error).__name__
    return ErrorFacts(code_of(error), printable(sentence, 1000))


def _iso(instant: datetime) -> str:
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ")


def _version() -> str:
    from importlib import metadata  # noqa: PLC0415  # slow to load, and nothing but a report needs it

    return metadata.version(DISTRIBUTION)
