"""The output of a command as JSON, on stdout without any other text."""

import json
from collections.abc import Sequence
from typing import Any

from pulumi_tcsql_check.cli.outcome import EXIT_PASSED, EXIT_TROUBLE, End, Outcome, error_text
from pulumi_tcsql_check.cli.output import Screen, write
from pulumi_tcsql_check.errors import SomeNotStartedError
from pulumi_tcsql_check.errors.codes import code_of
from pulumi_tcsql_check.model.flow import Flow
from pulumi_tcsql_check.model.progress import Migration
from pulumi_tcsql_check.reading.outputs import result_of


def result(
    outcomes: Sequence[Outcome],
    exit_code: int,
    error: dict[str, str] | None = None,
    starts: SomeNotStartedError | None = None,
) -> str:
    """Return the result of a command as one line of JSON.

    `error` concerns no single migration. `starts` are those of a command that ended before any wait: no check passed.
    """
    document: dict[str, Any] = {
        "event": "result",
        "exit_code": exit_code,
        "passed": exit_code == EXIT_PASSED and starts is None,
        "checks": [_check(one) for one in outcomes],
    }
    if starts is not None:
        document["starts"] = [_start(one, starts) for one in starts.migrations]
    if error is not None:
        document["error"] = error
    return json.dumps(document)  # ASCII alone, whatever the names of the steps are


class Result(Screen):
    """One document at the end."""

    def conclude(self, end: End) -> int:
        """Write the document with its errors; a failed write of a pass returns `EXIT_TROUBLE`."""
        starts = self.known_starts() if self.known_starts is not None and not end.outcomes else None
        is_written = write(result(end.outcomes, end.exit_code, starts=starts))
        return end.exit_code if is_written else end.exit_code or EXIT_TROUBLE

    def give_up(self, error: Exception, exit_code: int, migrations: Sequence[Migration]) -> None:
        """Write the document with the error and no checks."""
        write(result((), exit_code, error_of(error, migrations)))


class Events(Result):
    """One document for each start and for each change, and the result as the last one."""

    def started(self, migration: Migration, flow: Flow) -> None:
        """Write the flow of a check that was started."""
        write(json.dumps({"event": "started", **_which(migration), "flow_id": flow.flow_id}))

    def update(self) -> None:
        """Write the rows that have changed."""
        now = self.now()
        for row in self.board.update(now):
            passed, total = row.passed_steps
            event = {
                "event": "progress",
                **_which(row.migration),
                "state": row.state,
                "words": str(row.words(now)),
                "steps_passed": passed,
                "steps_total": total,
            }
            write(json.dumps(event))


def _check(one: Outcome) -> dict[str, Any]:
    # The outcome differs from the last response on an error, or if the response is of another start.
    status = {"passed": one.status == "passed", "status": one.status}
    check = _which(one.migration) | result_of(one.migration, one.seen, one.failed_statuses) | status
    if one.error is not None:
        check["error"] = error_of(one.error, [one.migration])
    return check


def _start(one: Migration, starts: SomeNotStartedError) -> dict[str, Any]:
    flow, error = starts.flows.get(one), starts.errors.get(one)
    start = _which(one) | {"flow_id": flow.flow_id if flow is not None else None}
    return start if error is None else start | {"error": error_of(error, [one])}


def _which(migration: Migration) -> dict[str, Any]:
    return {"migrate_id": migration.migrate_id, "region": migration.region}


def error_of(error: Exception, migrations: Sequence[Migration]) -> dict[str, str]:
    """Return the code and the sentence of an error about some migrations."""
    return {"code": code_of(error), "sentence": str(error_text(error, migrations).headline)}
