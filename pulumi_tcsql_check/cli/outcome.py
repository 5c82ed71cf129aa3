"""The result of a command: the status, exit code and error text of each check and of all of them."""

from collections.abc import Collection, Sequence

import msgspec

from pulumi_tcsql_check.errors import ApiError, CheckTimeoutError, TcsqlCheckError
from pulumi_tcsql_check.errors.check import FailedError
from pulumi_tcsql_check.languages.sentence import Sentence
from pulumi_tcsql_check.messages.audience import COMMAND, Audience
from pulumi_tcsql_check.messages.errors import text_of
from pulumi_tcsql_check.messages.layout import Text
from pulumi_tcsql_check.messages.next_step import nothing_queried
from pulumi_tcsql_check.model.flow import Evidence
from pulumi_tcsql_check.model.progress import Migration
from pulumi_tcsql_check.model.statuses import Status
from pulumi_tcsql_check.reports.verdict import status_of

EXIT_PASSED = 0
EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_NOT_PASSED = 3
EXIT_TROUBLE = 4
EXIT_INTERRUPTED = 130
EXIT_TERMINATED = 143
"""The last two are a shell's: 128 plus the signal's number."""

EXIT_CODES = {
    EXIT_PASSED: "all passed; of start without --wait: all started",
    EXIT_FAILED: "at least one failed",
    EXIT_USAGE: "an invalid command line; nothing was queried or started",
    EXIT_NOT_PASSED: "not passed yet, or not in time",
    EXIT_TROUBLE: "no verdict, or not all started: an error of the API, the credentials, the installation, or the "
    "output of --json, --report or start",
    EXIT_INTERRUPTED: "interrupted",
    EXIT_TERMINATED: "terminated (SIGTERM)",
}

_MOST_IMPORTANT_FIRST = (EXIT_FAILED, EXIT_TROUBLE, EXIT_NOT_PASSED, EXIT_PASSED)


def exit_code_of_error(error: Exception) -> int:
    """Return the exit code of a check that ended with an error."""
    if isinstance(error, FailedError):
        return EXIT_FAILED
    return EXIT_NOT_PASSED if isinstance(error, CheckTimeoutError) else EXIT_TROUBLE


class Outcome(msgspec.Struct, frozen=True):
    """The result for one migration, or its progress if another ended the command; `passed` is the wait's verdict."""

    migration: Migration
    seen: Evidence | None
    passed: bool
    error: Exception | None
    failed_statuses: Collection[int]

    @property
    def status(self) -> Status:
        """The status; a failure error takes precedence over the responses."""
        return status_of(self.seen, self.error, self.failed_statuses, passed=self.passed)

    @property
    def exit_code(self) -> int:
        """The exit code for this migration alone."""
        if self.error is not None:
            return exit_code_of_error(self.error)
        return {"passed": EXIT_PASSED, "failed": EXIT_FAILED}.get(self.status, EXIT_NOT_PASSED)


class End(msgspec.Struct, frozen=True):
    """The result of a command: outcomes in the order of the command line, and one error for all failures.

    `migrations` are those of a command that only started their checks, or failed to; it has no outcomes.
    `report_is_lost` is whether the report of `--report` can't be written; a pass then ends with `EXIT_TROUBLE`.
    """

    outcomes: tuple[Outcome, ...]
    error: Exception | None
    migrations: tuple[Migration, ...] = ()
    report_is_lost: bool = False

    @property
    def exit_code(self) -> int:
        """The exit code of the command: that of a failure comes before that of an error, and a pass last."""
        if not self.outcomes:
            return EXIT_PASSED if self.error is None else EXIT_TROUBLE
        code = min((one.exit_code for one in self.outcomes), key=_MOST_IMPORTANT_FIRST.index)
        return EXIT_TROUBLE if code == EXIT_PASSED and self.report_is_lost else code


def error_text(error: Exception, migrations: Sequence[Migration] = (), audience: Audience = COMMAND) -> Text:
    """Describe an error for the command's user; sets the migrations of an `ApiError`."""
    if isinstance(error, ApiError):
        error.migrations = migrations
    text = text_of(error, audience)
    if isinstance(error, TcsqlCheckError):
        return text
    if isinstance(error, ImportError):
        return text._replace(headline=nothing_queried(error, audience))
    return text._replace(headline=Sentence("nothing known", error=type(error).__name__))
