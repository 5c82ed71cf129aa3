"""Asks about a command's checks through the real SDK, once or until they have passed. It brings the SDK."""

import concurrent.futures
import queue
import threading
from collections.abc import Callable, Mapping, Sequence

from pulumi_tcsql_check import connecting, gate
from pulumi_tcsql_check.asking import Asking
from pulumi_tcsql_check.cli.board import Board
from pulumi_tcsql_check.cli.outcome import Outcome
from pulumi_tcsql_check.cli.request import Request
from pulumi_tcsql_check.cli.screen import Screen
from pulumi_tcsql_check.errors import (
    NotFoundError,
    TcsqlCheckError,
    ThrottledError,
    TransientError,
    WaitCancelledError,
)
from pulumi_tcsql_check.flow import Evidence
from pulumi_tcsql_check.progress import Migration
from pulumi_tcsql_check.second_opinion import SecondOpinion
from pulumi_tcsql_check.watch import PollPolicy, Watch

LOOK_SECONDS = 10.0
"""How long a look at one, which never waits for the verdict, goes on when a call fails in passing."""

_MIGRATIONS_OWN = (NotFoundError, ThrottledError, TransientError)
"""What may be wrong with one migration alone, so that the others can still be looked at."""


def wait(request: Request, screen: Screen, cancelled: threading.Event) -> list[Outcome]:
    """Wait until all have passed, one has failed, or time is up.

    Args:
        request: What to wait for.
        screen: Where to show it.
        cancelled: Set when nobody needs an answer any more.

    Raises:
        TcsqlCheckError: Nobody could be asked.
    """
    clock = gate.SystemClock(cancelled)
    policy = PollPolicy(request.timeout_seconds, request.poll_interval_seconds, request.failed_statuses)
    connect = _connection(request, screen, clock, cancelled)
    ids = [migration.migrate_id for migration in request.migrations]
    opinion = SecondOpinion(request.name, ids, clock=clock, warn=screen.warn)
    began = clock.monotonic()
    watches = [Watch(migration, policy, began, request.flow, opinion) for migration in request.migrations]
    screen.begin(Board(watches, request.failed_statuses, request.timeout_seconds, clock.monotonic))
    errors = gate.wait(watches, connect, clock=clock, on_progress=lambda _: screen.update())
    return _end(request, screen, watches, errors)


def look(request: Request, screen: Screen, cancelled: threading.Event) -> list[Outcome]:
    """Ask once about each, and again only if a call failed in passing.

    One that isn't there doesn't keep the others from being looked at. Each has its own time, from its own turn on.

    Args:
        request: What to look at.
        screen: Where to show it.
        cancelled: Set when nobody needs an answer any more.

    Raises:
        TcsqlCheckError: Nobody could be asked.
    """
    clock = gate.SystemClock(cancelled)
    policy = PollPolicy(LOOK_SECONDS, 0.0, request.failed_statuses, once=True)
    connect = _connection(request, screen, clock, cancelled)
    watches: list[Watch] = []
    errors: dict[Watch, TcsqlCheckError] = {}
    idle: queue.SimpleQueue[Asking] = queue.SimpleQueue()
    refused = threading.Event()

    def glance(migration: Migration) -> tuple[Watch, TcsqlCheckError | None]:
        watch = Watch(migration, policy, clock.monotonic(), request.flow)
        if refused.is_set():
            return watch, None
        api = idle.get()
        try:
            gate.wait_for(watch, api, clock=clock, on_progress=lambda _: None)
        except WaitCancelledError:
            raise
        except TcsqlCheckError as error:
            if not isinstance(error, _MIGRATIONS_OWN):
                refused.set()
            return watch, error
        finally:
            idle.put(api)
        return watch, None

    lanes = concurrent.futures.ThreadPoolExecutor(gate.LANES, "tcsql-check-lane")
    try:
        for _ in range(gate.LANES):
            idle.put(connect())
        for watch, error in lanes.map(glance, request.migrations):
            watches.append(watch)
            if error is not None:
                errors[watch] = error
    finally:
        lanes.shutdown(wait=False, cancel_futures=True)
    screen.begin(Board(watches, request.failed_statuses, LOOK_SECONDS, clock.monotonic))
    return _end(request, screen, watches, errors)


def _connection(
    request: Request, screen: Screen, clock: gate.SystemClock, cancelled: threading.Event
) -> Callable[[], Asking]:
    return connecting.connection(
        request.name,
        region=request.region,
        endpoint=request.endpoint,
        config={},
        keys=(),
        clock=clock,
        cancelled=cancelled,
        warn=screen.warn,
    )


def _end(
    request: Request, screen: Screen, watches: Sequence[Watch], errors: Mapping[Watch, TcsqlCheckError]
) -> list[Outcome]:
    """Make the outcomes, and let the screen know of the errors."""
    screen.end([errors.get(watch) for watch in watches])
    return [
        Outcome(
            migration=watch.migration,
            seen=Evidence(watch.progress, watch.flow) if watch.progress is not None else None,
            passed=watch.end is not None and watch.end.passed,
            error=errors.get(watch),
            failed_statuses=request.failed_statuses,
        )
        for watch in watches
    ]
