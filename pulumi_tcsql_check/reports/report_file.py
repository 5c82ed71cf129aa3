"""The file of the option `--report`."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from pulumi_tcsql_check.errors import InvalidInputError
from pulumi_tcsql_check.languages.sentence import Sentence
from pulumi_tcsql_check.reports.collector import Collector
from pulumi_tcsql_check.reports.writer import FORMATS, write_or_warn


def accept(given: str | None) -> Path | None:
    """Return the path of a report, None for none; raises `InvalidInputError` if its ending names no format."""
    if given is None:
        return None
    if Path(given).suffix.lower() not in FORMATS:
        raise InvalidInputError("--report", given, Sentence("report file"))
    return Path(given)


class ReportFile(NamedTuple):
    """Writes the report of one command; does nothing without a path.

    Attributes:
        command: The command in the report, such as `tcsql-check wait`.
        record: The facts of the command, as far as they are known.
    """

    path: Path | None
    command: str
    record: Collector
    warn: Callable[[Sentence], None]

    def write(self, error: Exception | None) -> bool:
        """Write the report, and return False after a warning if it can't be written; `error` ended the command."""
        if self.path is None:
            return True
        return write_or_warn(lambda: self.record.report(error, command=self.command), [self.path], self.warn)
