"""Writes the report of a gate on an up, if the environment names a folder for it; it never fails the gate."""

import hashlib
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from pulumi_tcsql_check.config import report_folder
from pulumi_tcsql_check.config.check_inputs import CheckInputs
from pulumi_tcsql_check.config.report_folder import ENDINGS, PROJECT_INPUT, file_name
from pulumi_tcsql_check.errors import WaitCancelledError
from pulumi_tcsql_check.languages.sentence import Sentence
from pulumi_tcsql_check.reports import writer
from pulumi_tcsql_check.reports.collector import Collector
from pulumi_tcsql_check.reports.facts import GateFacts
from pulumi_tcsql_check.text import printable

_urns: dict[Path, str] = {}
"""The gate that each file of this process belongs to: two gates may have one name, below two components."""

_naming = threading.Lock()


class Origin(NamedTuple):
    """The gate in its update.

    Attributes:
        urn: Its URN; "" if unknown.
        refused: Returns the name of the gate at which the update failed, or "".
    """

    urn: str
    refused: Callable[[], str]


def folder(props: Mapping[str, Any], environ: Mapping[str, str]) -> Path | None:
    """Return the folder for reports; None if there is none to write: only an up writes one.

    This process runs in the program's folder. If that isn't the project's, `props` has the relative path to it.
    """
    return report_folder.folder(environ, props.get(PROJECT_INPUT)) if props.get("wait") is True else None


@dataclass(frozen=True)
class GateReport:
    """Writes the report of one gate; does nothing without a folder and an origin."""

    folder: Path | None
    origin: Origin | None
    inputs: CheckInputs
    record: Collector
    warn: Callable[[Sentence], None]

    @contextmanager
    def write_at_end(self) -> Iterator[None]:
        """Write the report when the block ends, also with an error. A report that can't be written is a warning."""
        if self.folder is None or self.origin is None:
            yield
            return
        try:
            yield
        except WaitCancelledError:
            self._write(self.folder, self.origin.urn, WaitCancelledError(self.origin.refused()))
            raise
        except Exception as error:
            self._write(self.folder, self.origin.urn, error)
            raise
        self._write(self.folder, self.origin.urn, None)

    def _write(self, folder: Path, urn: str, error: Exception | None) -> None:
        gate = self._facts(urn)
        base = _path(folder, gate)
        paths = [base.with_name(base.name + ending) for ending in ENDINGS]
        writer.write_or_warn(lambda: self.record.report(error, gate=gate), paths, self.warn, creates_folder=True)

    def _facts(self, urn: str) -> GateFacts:
        stack, project, _, name = (*urn.removeprefix("urn:pulumi:").split("::", 3), "", "", "")[:4]
        inputs = self.inputs
        return GateFacts(
            name=printable(name or str(inputs.migrations[0].migrate_id)),
            stack=printable(stack),
            project=printable(project),
            urn=printable(urn, 1000),
            enforce=inputs.enforce,
            reason=printable(inputs.reason) if inputs.reason is not None else None,
            started_at=printable(inputs.started_at, 32) if inputs.started_at is not None else None,
        )


def _path(folder: Path, gate: GateFacts) -> Path:
    """Return the path of a gate's files, without their ending; no other gate of this process has it."""
    path = folder / file_name(gate.stack, gate.name)
    with _naming:
        if _urns.setdefault(path, gate.urn) == gate.urn:
            return path
    return path.with_name(f"{path.name}-{hashlib.sha256(gate.urn.encode()).hexdigest()[:8]}")
