"""The outputs of `start` without `--wait` and of `probe`: the result on stdout, and everything else on stderr."""

import signal
from collections.abc import Sequence

from pulumi_tcsql_check.cli import json_output
from pulumi_tcsql_check.cli.outcome import EXIT_TROUBLE, End
from pulumi_tcsql_check.cli.output import Screen, write
from pulumi_tcsql_check.languages.sentence import ENGLISH, Language, Sentence
from pulumi_tcsql_check.model.endpoint import Endpoint
from pulumi_tcsql_check.model.flow import Flow
from pulumi_tcsql_check.model.progress import Migration
from pulumi_tcsql_check.probing import transcript
from pulumi_tcsql_check.probing.transcript import Note


class StartLines(Screen):
    """A line `ID FLOWID` for each check, as soon as it is started; of a single one the FlowId alone.

    A shell can assign the output of one start to a variable. Each line of several has the migration's number.
    """

    _is_lost = False

    def started(self, migration: Migration, flow: Flow) -> None:
        """Write the flow, on stderr if stdout can't be written."""
        self._count_start()
        line = f"{flow.flow_id}" if self._total == 1 else f"{migration.migrate_id} {flow.flow_id}"
        if not write(line):
            self._is_lost = True
            write(self._started_line(migration, flow), to_stderr=True)

    def conclude(self, end: End) -> int:
        """Write the error; return `EXIT_TROUBLE` if stdout did not accept a FlowId."""
        code = super().conclude(end)
        return EXIT_TROUBLE if self._is_lost else code


class StartDocument(Screen):
    """One document at the end, also if a signal or an error ends the command: no FlowId is lost."""

    def started(self, migration: Migration, flow: Flow) -> None:
        """Count the start."""
        del migration, flow
        self._count_start()

    def conclude(self, end: End) -> int:
        """Write the document with its errors; a failed write returns `EXIT_TROUBLE`."""
        return end.exit_code if self._write(end.exit_code) else EXIT_TROUBLE

    def give_up(self, error: Exception, exit_code: int, migrations: Sequence[Migration]) -> None:
        """Write the document with an error that ended the command."""
        self._write(exit_code, json_output.error_of(error, migrations))

    def ended_by(self, number: int, exit_code: int, command: str) -> None:
        """Write the document, and the text to stderr."""
        if self.known_starts is not None:
            self._write(exit_code)
        super().ended_by(number, exit_code, command)

    def _write(self, exit_code: int, error: dict[str, str] | None = None) -> bool:
        known = self.known_starts() if self.known_starts is not None else None
        return write(json_output.result((), exit_code, error, known))


class Transcript(Screen):
    """The transcript of a probe on stdout, at the end or at a signal; each note is on stderr at once."""

    def __init__(self, chosen: Language = ENGLISH) -> None:
        """Start without a note."""
        super().__init__(chosen)
        self._notes: list[Note] = []
        self._facts: list[tuple[str, str]] = []
        self._with_start = False

    def begin_notes(self, region: str, endpoint: Endpoint, *, with_start: bool) -> None:
        """Store what is probed, before the first request; the host of an endpoint that isn't Tencent's is private."""
        from importlib import metadata  # noqa: PLC0415  # slow to load, and no other command needs it

        self._with_start = with_start
        self._facts = [
            ("package", f"pulumi-tcsql-check {metadata.version('pulumi-tcsql-check')}"),
            ("endpoint", endpoint.host if endpoint.is_tencent else "not Tencent Cloud's"),
            ("region", region),
            ("the check was started", "yes" if with_start else "no"),
        ]

    def note(self, note: Note) -> None:
        """Store a note."""
        self._notes.append(note)
        write(f"{note.seconds:.1f} s {note.request}: {note.response}", to_stderr=True)

    def conclude(self, end: End) -> int:
        """Write the transcript; a failed write returns `EXIT_TROUBLE`."""
        return end.exit_code if self._write_notes() else EXIT_TROUBLE

    def give_up(self, error: Exception, exit_code: int, migrations: Sequence[Migration]) -> None:
        """Write what is known, and the error."""
        super().give_up(error, exit_code, migrations)
        self._write_notes()

    def ended_by(self, number: int, exit_code: int, command: str) -> None:
        """Write what is known; the check may have been started."""
        if self._with_start:
            ended = Sentence("probe ended", signal=signal.Signals(number).name)
            write(self.in_language(ended), to_stderr=True)
        else:
            super().ended_by(number, exit_code, command)
        self._write_notes()

    def _write_notes(self) -> bool:
        return write(transcript.markdown(self._notes, self._facts)) if self._notes else True
