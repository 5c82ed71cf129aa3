"""Writes a report to a file, in the format of the file's ending."""

import contextlib
import errno
import os
import uuid
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from pulumi_tcsql_check import daemon_thread
from pulumi_tcsql_check.languages.sentence import Sentence
from pulumi_tcsql_check.reports.facts import Report
from pulumi_tcsql_check.reports.json_document import json_document
from pulumi_tcsql_check.reports.junit import junit
from pulumi_tcsql_check.reports.markdown import markdown
from pulumi_tcsql_check.text import printable

FORMATS: Mapping[str, Callable[[Report], str]] = {".md": markdown, ".xml": junit, ".json": json_document}
"""The format of each ending, in lower case."""

WRITE_SECONDS = 5.0
"""How long a write may take, in seconds, since a file system can hang."""

CANCELLED_SECONDS = 1.0
"""How long a write may take after a cancel, in seconds."""


class NotWrittenError(Exception):
    """A report was not written; `why` is the cause in a few words."""

    def __init__(self, why: str) -> None:
        """Store the cause."""
        super().__init__(why)
        self.why = why


def write_or_warn(
    make_report: Callable[[], Report],
    paths: Sequence[Path],
    warn: Callable[[Sentence], None],
    *,
    creates_folder: bool = False,
) -> bool:
    """Write a report to each path; return False after a warning if that fails. No error may replace the verdict."""
    path = paths[0]
    try:
        report = make_report()
        for path in paths:
            write(report, path, creates_folder=creates_folder)
    except Exception as problem:  # noqa: BLE001  # as the docstring says
        why = problem.why if isinstance(problem, NotWrittenError) else type(problem).__name__
        warn(Sentence("report not written", path=printable(str(path)), why=why))
        return False
    return True


def write(report: Report, path: Path, *, creates_folder: bool = False) -> None:
    """Replace a file by the report, or leave the old one as it is; raises `NotWrittenError`."""
    text = FORMATS[path.suffix.lower()](report)
    seconds = CANCELLED_SECONDS if report.verdict == "cancelled" else WRITE_SECONDS
    future = daemon_thread.begin(lambda: _replace(path, text, creates_folder=creates_folder), "tcsql-check-report")
    try:
        future.result(seconds)
    except (OSError, ValueError) as error:
        cause = error.strerror if isinstance(error, OSError) and error.strerror else ""
        if isinstance(error, TimeoutError) and not cause:
            cause = os.strerror(errno.ETIMEDOUT)
        raise NotWrittenError(printable(cause or type(error).__name__, 80)) from None


def _replace(path: Path, text: str, *, creates_folder: bool) -> None:
    if creates_folder:
        path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{uuid.uuid4().hex}.tmp")
    try:
        with temporary.open("x", encoding="utf-8") as file:
            file.write(text)
        temporary.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise
