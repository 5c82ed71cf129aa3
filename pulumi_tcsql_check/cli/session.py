"""Queries or starts the checks of a command, and waits until they have passed; importing it loads the SDK."""

from collections.abc import Mapping, Sequence

import msgspec

from pulumi_tcsql_check.cli.outcome import End, Outcome
from pulumi_tcsql_check.cli.output import Screen
from pulumi_tcsql_check.cli.start_output import Transcript
from pulumi_tcsql_check.config.check_inputs import CheckInputs
from pulumi_tcsql_check.credentials import connection
from pulumi_tcsql_check.credentials.connection import Connection
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


def wait(inputs: CheckInputs, screen: Screen, record: Collector) -> End:
    """Wait until all have passed, one fails, or the wait times out; raises `TcsqlCheckError` if it concerns all."""
    made = _connect(inputs, screen, record)
    return _wait(inputs, screen, made, record)


def start(inputs: CheckInputs, screen: Screen, record: Collector, *, waits: bool) -> End:
    """Start each check; with `waits`, go on to wait for exactly these starts, if each check was started."""
    made = _connect(inputs, screen, record)
    starts = Starts(inputs.migrations)
    screen.begin_starts(starts.result, inputs.migrations, record.clock.monotonic, waits=waits)
    starts.run(made.session(), clock=record.clock, on_start=screen.started, on_retry=screen.start_trouble)
    error = starts.error()
    if error is not None or not waits:
        return End((), error, inputs.migrations)
    screen.begin_wait(starts.flows)
    flows = tuple(starts.flows[one] for one in inputs.migrations)
    return _wait(msgspec.structs.replace(inputs, flows=flows), screen, made, record)


def probe(inputs: CheckInputs, screen: Transcript, record: Collector, *, with_start: bool) -> End:
    """Probe one migration, and leave the transcript to the screen; `with_start` is whether to start its check first."""
    made = _connect(inputs, screen, record)
    (migration,) = inputs.migrations
    screen.begin_notes(migration.region, made.endpoint, with_start=with_start)
    Probe(made.session(), migration, clock=record.clock, on_note=screen.note).run(
        inputs.timeout_seconds, with_start=with_start
    )
    return End((), None, inputs.migrations)


def _connect(inputs: CheckInputs, screen: Screen, record: Collector) -> Connection:
    """Choose the endpoint and the account, and store them for the report."""
    made = record.connection = connection.choose(inputs, None, clock=record.clock, warn=screen.warn)
    return made


def _wait(inputs: CheckInputs, screen: Screen, made: Connection, record: Collector) -> End:
    watches = record.watches = make_watches.for_a_wait(inputs, record.clock)
    screen.begin(Board(watches, inputs.failed_statuses, inputs.timeout_seconds), record.clock.monotonic)
    errors = record.errors = make_watches.wait(
        watches, made, clock=record.clock, warn=screen.warn, on_progress=lambda _: screen.update()
    )
    return _end(inputs, screen, watches, errors)


def query_once(inputs: CheckInputs, screen: Screen, record: Collector) -> End:
    """Query each check once, and retry only transient errors; raises `TcsqlCheckError` if it concerns all checks."""
    watches = make_watches.for_one_query(inputs, record.clock)
    made = _connect(inputs, screen, record)
    record.watches = watches
    screen.begin(Board(watches, inputs.failed_statuses, inputs.timeout_seconds), record.clock.monotonic)
    on_progress = count_of(watches, screen.count)
    errors = poller.wait(watches, made.session, clock=record.clock, on_progress=on_progress, stop_at_failure=False)
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
