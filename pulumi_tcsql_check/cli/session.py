"""Queries the checks of a command, once or until they have passed; importing it loads the SDK."""

import threading
from collections.abc import Callable, Mapping, Sequence

from pulumi_tcsql_check.cli.options import Request
from pulumi_tcsql_check.cli.outcome import End, Outcome
from pulumi_tcsql_check.cli.output import Screen
from pulumi_tcsql_check.clock import SystemClock
from pulumi_tcsql_check.credentials.session import Asking
from pulumi_tcsql_check.errors import TcsqlCheckError
from pulumi_tcsql_check.model.flow import Evidence
from pulumi_tcsql_check.polling import poller
from pulumi_tcsql_check.polling.check_flag_monitor import SecondOpinion
from pulumi_tcsql_check.polling.policy import PollPolicy
from pulumi_tcsql_check.polling.watch import Watch
from pulumi_tcsql_check.reading import connection
from pulumi_tcsql_check.reading.reader import look_policy
from pulumi_tcsql_check.reading.report import count_of, error_of
from pulumi_tcsql_check.reading.rows import Board


def wait(request: Request, screen: Screen, cancelled: threading.Event) -> End:
    """Wait until all have passed, one fails, or the wait times out; raises `TcsqlCheckError` if it concerns all."""
    clock = SystemClock(cancelled)
    policy = PollPolicy(request.timeout_seconds, request.poll_interval_seconds, request.failed_statuses)
    opinion = SecondOpinion(request.migrations, clock=clock, warn=screen.warn)
    watches = _watches(request, policy, clock, opinion)
    connect = _connection(request, screen, clock)
    screen.begin(Board(watches, request.failed_statuses, request.timeout_seconds), clock.monotonic)
    errors = poller.wait(watches, connect, clock=clock, on_progress=lambda _: screen.update())
    return _end(request, screen, watches, errors)


def look(request: Request, screen: Screen, cancelled: threading.Event) -> End:
    """Query each check once, and retry only transient errors; raises `TcsqlCheckError` if it concerns all checks."""
    clock = SystemClock(cancelled)
    policy = look_policy(request.failed_statuses)
    watches = _watches(request, policy, clock)
    connect = _connection(request, screen, clock)
    screen.begin(Board(watches, request.failed_statuses, policy.timeout_seconds), clock.monotonic)
    tell = count_of(watches, screen.count)
    errors = poller.wait(watches, connect, clock=clock, on_progress=tell, whatever_comes=True)
    return _end(request, screen, watches, errors)


def _connection(request: Request, screen: Screen, clock: SystemClock) -> Callable[[], Asking]:
    return connection.connection(
        request.migrations,
        endpoint=request.endpoint,
        stack=None,
        clock=clock,
        deadline=clock.monotonic() + request.timeout_seconds,
        warn=screen.warn,
    )


def _watches(
    request: Request, policy: PollPolicy, clock: SystemClock, opinion: SecondOpinion | None = None
) -> list[Watch]:
    began = clock.monotonic()
    return [Watch(migration, policy, began, request.flow, opinion) for migration in request.migrations]


def _end(request: Request, screen: Screen, watches: Sequence[Watch], errors: Mapping[Watch, TcsqlCheckError]) -> End:
    screen.end([errors.get(watch) for watch in watches])
    outcomes = [
        Outcome(
            migration=watch.migration,
            seen=Evidence(watch.progress, watch.flow) if watch.progress is not None else None,
            passed=watch.end is not None and watch.end.passed,
            error=errors.get(watch),
            failed_statuses=request.failed_statuses,
        )
        for watch in watches
    ]
    return End(tuple(outcomes), error_of(watches, errors) if errors else None)
