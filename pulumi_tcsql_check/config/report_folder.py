"""The folder for the reports of gates: its variable and hidden input, the names of the files, and their removal."""

import contextlib
from collections.abc import Mapping
from pathlib import Path

from pulumi_tcsql_check import daemon_thread

VARIABLE = "TCSQL_CHECK_REPORT"
"""The variable with the folder, relative to the project's. Empty means not set."""

PROJECT_INPUT = "project_folder"
"""The hidden input of a gate: the project's folder, relative to the program's, if the two differ."""

ENDINGS = (".json", ".md")

_LONGEST_PART = 80
"""The longest part of a file name, in bytes; a file system allows 255 for all of it."""

_REMOVAL_SECONDS = 5.0
"""How long a removal may take, in seconds, since a file system can hang."""

_HASH = "[0-9a-f]" * 8


def folder(environ: Mapping[str, str], project: object) -> Path | None:
    """Return the folder for reports, relative to the program's folder; None if the variable isn't set.

    `project` is the project's folder, relative to the program's, if the two differ.
    """
    named = environ.get(VARIABLE, "")
    return Path(project if isinstance(project, str) else "", named) if named else None


def file_name(stack: str, gate: str) -> str:
    """Return a safe name for the files of a gate, without their ending: `STACK.GATE`."""
    return f"{_safe(stack)}.{_safe(gate)}"


def remove_reports(reports: Path, stack: str, gate: str) -> None:
    """Remove the reports of an earlier update: a gate that is not read in this one must not keep its pass."""
    base = file_name(stack, gate)

    def remove() -> None:
        for ending in ENDINGS:
            for path in (reports / f"{base}{ending}", *reports.glob(f"{base}-{_HASH}{ending}")):
                path.unlink(missing_ok=True)

    with contextlib.suppress(OSError):
        daemon_thread.begin(remove, "tcsql-check-report").result(_REMOVAL_SECONDS)


def _safe(part: str) -> str:
    """Keep letters, digits, `-`, `_` and single dots inside; every other character becomes `_`."""
    kept = "".join(char if char.isalnum() or char in "-_." else "_" for char in part)
    short = kept.encode()[:_LONGEST_PART].decode(errors="ignore")
    while ".." in short:
        short = short.replace("..", ".")
    return short.strip(".") or "_"
