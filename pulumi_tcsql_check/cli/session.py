"""Queries or starts the checks of a command, and waits until they have passed; importing it loads the SDK."""

import threading
from collections.abc import Callable, Mapping, Sequence

import msgspec

from pulumi_tcsql_check.cli.outcome import End, Outcome
from pulumi_tcsql_check.cli.output import Screen
from pulumi_tcsql_check.cli.start_output import Transcript
from pulumi_tcsql_check.clock import Clock, SystemClock
from pulumi_tcsql_check.config.check_inputs import CheckInputs
from pulumi_tcsql_check.credentials import connection
from pulumi_tcsql_check.credentials.session import ApiSession
from pulumi_tcsql_check.errors import TcsqlCheckError
from pulumi_tcsql_check.model.flow import Evidence
from pulumi_tcsql_check.polling import poller
from pulumi_tcsql_check.polling.watch import Watch
from pulumi_tcsql_check.probing.probe import Probe
from pulumi_tcsql_check.reading import watches as make_watches
from pulumi_tcsql_check.reading.report import count_of, error_of
from pulumi_tcsql_check.reading.rows import Board
from pulumi_tcsql_check.reports.collector import Collector
from pulumi_tcsql_check.starting.several import Starts


def wait(inputs: CheckInputs, screen: Screen, cancelled: threading.Event, record: Collector) -> End:
    """Wait until all have passed, one fails, or the wait times out; raises `TcsqlCheckError` if it concerns all."""
    clock = SystemClock(cancelled)
    connect = record.connection = connection.connection(inputs, None, clock=clock, warn=screen.warn)
    return _wait(inputs, screen, connect, clock, record)


def start(inputs: CheckInputs, screen: Screen, cancelled: threading.Event, record: Collector, *, waits: bool) -> End:
    """Start each check; with `waits`, go on to wait for exactly these starts, if there is one of each check."""
    clock = SystemClock(cancelled)
    connect = record.connection = connection.connection(inputs, None, clock=clock, warn=screen.warn)
    starts = Starts(inputs.migrations)
    screen.begin_starts(starts.result, inputs.migrations, clock.monotonic, waits=waits)
    starts.run(connect(), clock=clock, on_start=screen.started, on_trouble=screen.start_trouble)
    error = starts.error()
    if error is not None or not waits:
        return End((), error, inputs.migrations)
    screen.begin_wait(starts.flows)
    flows = tuple(starts.flows[one] for one in inputs.migrations)
    return _wait(msgspec.structs.replace(inputs, flows=flows), screen, connect, clock, record)


def probe(
    inputs: CheckInputs, screen: Transcript, cancelled: threading.Event, record: Collector, *, starts: bool
) -> End:
    """Probe one migration, and leave the transcript to the screen; `starts` is whether to start its check first."""
    clock = SystemClock(cancelled)
    connect = record.connection = connection.connection(inputs, None, clock=clock, warn=screen.warn)
    session = connect()
    (migration,) = inputs.migrations
    screen.begin_notes(migration.region, connect.endpoint, starts=starts)
    Probe(session, migration, clock=clock, tell=screen.note).run(inputs.timeout_seconds, start=starts)
    return End((), None, inputs.migrations)


def _wait(
    inputs: CheckInputs, screen: Screen, connect: Callable[[], ApiSession], clock: Clock, record: Collector
) -> End:
    watches = record.watches = make_watches.for_a_wait(inputs, clock, screen.warn)
    screen.begin(Board(watches, inputs.failed_statuses, inputs.timeout_seconds), clock.monotonic)
    errors = poller.wait(watches, connect, clock=clock, on_progress=lambda _: screen.update())
    record.errors = errors
    return _end(inputs, screen, watches, errors)


def query_once(inputs: CheckInputs, screen: Screen, cancelled: threading.Event, record: Collector) -> End:
    """Query each check once, and retry only transient errors; raises `TcsqlCheckError` if it concerns all checks."""
    clock = SystemClock(cancelled)
    watches = make_watches.for_one_query(inputs, clock)
    connect = record.connection = connection.connection(inputs, None, clock=clock, warn=screen.warn)
    record.watches = watches
    screen.begin(Board(watches, inputs.failed_statuses, inputs.timeout_seconds), clock.monotonic)
    tell = count_of(watches, screen.count)
    errors = poller.wait(watches, connect, clock=clock, on_progress=tell, stop_at_failure=False)
    record.errors = errors
    return _end(inputs, screen, watches, errors)


def _end(inputs: CheckInputs, screen: Screen, watches: Sequence[Watch], errors: Mapping[Watch, TcsqlCheckError]) -> End:
    screen.end([errors.get(watch) for watch in watches])
    outcomes = [
        Outcome(
            migration=watch.migration,
            seen=Evidence(watch.progress, watch.flow) if watch.progress is not None else None,
            passed=watch.end is not None and watch.end.passed,
            error=errors.get(watch),
            failed_statuses=inputs.failed_statuses,
        )
        for watch in watches
    ]
    return End(tuple(outcomes), error_of(watches, errors) if errors else None)
