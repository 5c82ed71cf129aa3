"""The output of a command as JSON, on stdout without any other text."""

import json
from collections.abc import Sequence
from typing import Any

from pulumi_tcsql_check.cli.outcome import EXIT_PASSED, EXIT_TROUBLE, End, Outcome, error_text
from pulumi_tcsql_check.cli.output import Screen, write
from pulumi_tcsql_check.errors.codes import code_of
from pulumi_tcsql_check.model.progress import Migration
from pulumi_tcsql_check.reading.outputs import result_of


def result(outcomes: Sequence[Outcome], exit_code: int, error: dict[str, str] | None = None) -> str:
    """Return the result of a command as one line of JSON; `error` concerns no single migration."""
    document: dict[str, Any] = {
        "event": "result",
        "exit_code": exit_code,
        "passed": exit_code == EXIT_PASSED,
        "checks": [_check(one) for one in outcomes],
    }
    if error is not None:
        document["error"] = error
    return json.dumps(document)  # ASCII alone, whatever the names of the steps are


class Result(Screen):
    """One document at the end."""

    def conclude(self, end: End) -> int:
        """Write the document with its errors; a failed write of a pass returns `EXIT_TROUBLE`."""
        is_written = write(result(end.outcomes, end.exit_code))
        return end.exit_code if is_written else end.exit_code or EXIT_TROUBLE

    def give_up(self, error: Exception, exit_code: int, migrations: Sequence[Migration]) -> None:
        """Write the document with the error and no checks."""
        write(result((), exit_code, _error(error, migrations)))


class Events(Result):
    """One document for each change, and the result as the last one."""

    def update(self) -> None:
        """Write the rows that have changed."""
        now = self.now()
        for row in self.board.update(now):
            passed, total = row.passed_steps
            event = {
                "event": "progress",
                "migrate_id": row.migration.migrate_id,
                "region": row.migration.region,
                "state": row.state,
                "words": str(row.words(now)),
                "steps_passed": passed,
                "steps_total": total,
            }
            write(json.dumps(event))


def _check(one: Outcome) -> dict[str, Any]:
    which = {"migrate_id": one.migration.migrate_id, "region": one.migration.region}
    # The outcome differs from the last response on an error, or if the response is of another start.
    status = {"passed": one.status == "passed", "status": one.status}
    check = which | result_of(one.migration, one.seen, one.failed_statuses) | status
    if one.error is not None:
        check["error"] = _error(one.error, [one.migration])
    return check


def _error(error: Exception, migrations: Sequence[Migration]) -> dict[str, str]:
    return {"code": code_of(error), "sentence": str(error_text(error, migrations).headline)}
