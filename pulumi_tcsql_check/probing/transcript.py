"""The transcript of a probe: only codes, numbers of steps and times, so that it can be published. Pure."""

from collections.abc import Sequence
from typing import NamedTuple

from pulumi_tcsql_check.errors import ApiError
from pulumi_tcsql_check.errors.codes import code_of
from pulumi_tcsql_check.model.check_flag import CheckFlag
from pulumi_tcsql_check.model.flow import Flow
from pulumi_tcsql_check.model.progress import Progress
from pulumi_tcsql_check.model.remedies import remedy_for
from pulumi_tcsql_check.reports.markdown import escape
from pulumi_tcsql_check.text import printable


class Note(NamedTuple):
    """One response: after how many seconds, to what request, and what was in it."""

    seconds: float
    request: str
    response: str


def steps(progress: Progress) -> str:
    """Return the numbers and codes of a response about the steps, and how many steps have a published name."""
    codes = " ".join(str(step.status) for step in progress.steps)
    known = sum(remedy_for(step.name) is not None for step in progress.steps)
    place = f"TotalStep {progress.total}, CurrentStep {progress.current}"
    return f"{place}, Status {codes or '-'}; {known} of {len(progress.steps)} names are published"


def flag(seen: CheckFlag, status: int | None) -> str:
    """Return the two codes of a listed migration."""
    return f"CheckFlag {_code(seen.code)}, Status {_code(status)}"


def flow(seen: Flow) -> str:
    """Return the code of a flow."""
    return f"Status {_code(seen.code)}"


def error(failed: Exception) -> str:
    """Return the API's error code, or else the package's own; the API's text may name an account or a resource."""
    code = failed.code if isinstance(failed, ApiError) else ""
    return f"error {printable(code, 80)}" if code else f"error: {code_of(failed)}"


def _code(value: int | None) -> str:
    return "-" if value is None else str(value)


def markdown(notes: Sequence[Note], facts: Sequence[tuple[str, str]]) -> str:
    """Return the transcript as Markdown: what was probed, and a row for each response that differs from the last."""
    lines = ["# Responses of the API", "", *(f"- {name}: {value}" for name, value in facts), ""]
    lines += ["| after | request | response |", "| --- | --- | --- |"]
    for note in notes:
        lines.append(f"| {note.seconds:.1f} s | {note.request} | {escape(note.response)} |")
    return "\n".join([*lines, ""])
