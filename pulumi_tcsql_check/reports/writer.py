"""Writes a report to a file, in the format of the file's ending."""

import contextlib
import errno
import os
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path

from pulumi_tcsql_check import daemon_thread
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
"""The same after a cancel."""


class NotWrittenError(Exception):
    """A report was not written; `why` is the cause in a few words."""

    def __init__(self, why: str) -> None:
        """Store the cause."""
        super().__init__(why)
        self.why = why


def write(report: Report, path: Path, *, makes_folder: bool = False) -> None:
    """Replace a file by the report, or leave the old one as it is; `makes_folder` is whether to make its folder.

    Raises `NotWrittenError`.
    """
    text = FORMATS[path.suffix.lower()](report)
    seconds = CANCELLED_SECONDS if report.verdict == "cancelled" else WRITE_SECONDS
    future = daemon_thread.begin(lambda: _replace(path, text, makes_folder=makes_folder), "tcsql-check-report")
    try:
        future.result(seconds)
    except (OSError, ValueError) as error:
        cause = error.strerror if isinstance(error, OSError) and error.strerror else ""
        if isinstance(error, TimeoutError) and not cause:
            cause = os.strerror(errno.ETIMEDOUT)
        raise NotWrittenError(printable(cause or type(error).__name__, 80)) from None


def _replace(path: Path, text: str, *, makes_folder: bool) -> None:
    if makes_folder:
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
