"""Runs one command, from its options to its exit code, and ends it at once at SIGINT or SIGTERM.

A daemon thread does the work. The main thread waits for the first item in a queue: a signal or the end of the work. A
signal handler may write to a queue at any time; the code that it interrupts could hold an event's lock.
"""

import contextlib
import os
import queue
import signal
import threading
from collections.abc import Callable
from types import FrameType, ModuleType
from typing import Any, TypeVar

import click
import msgspec

from pulumi_tcsql_check import daemon_thread, log, preload
from pulumi_tcsql_check.cli.outcome import EXIT_INTERRUPTED, EXIT_TERMINATED, End, exit_code_of_error
from pulumi_tcsql_check.cli.output import Screen
from pulumi_tcsql_check.clock import SystemClock
from pulumi_tcsql_check.config.check_inputs import CheckInputs
from pulumi_tcsql_check.config.language import choose as choose_language
from pulumi_tcsql_check.errors import InvalidInputError, WaitCancelledError
from pulumi_tcsql_check.languages.sentence import ENGLISH, Language, render
from pulumi_tcsql_check.messages.audience import of_command
from pulumi_tcsql_check.reports import report_file
from pulumi_tcsql_check.reports.collector import Collector

_SIGNALS = (signal.SIGINT, signal.SIGTERM)

_LONGEST_WAIT_SECONDS = 0.1
_DONE = 0
"""The item for the end of the work; no signal has this number."""

T = TypeVar("T")

Work = Callable[[CheckInputs, Screen, Collector], End]
"""The work of a command: its inputs, its output, and the facts for its report, with the clock that ends it."""


class SignalReceivedError(Exception):
    """A signal arrived before the work was done."""

    def __init__(self, number: int) -> None:
        """Store the signal's number."""
        self.number = number
        super().__init__(signal.Signals(number).name)


def run(  # noqa: PLR0913  # one for each setting of a command, most by name
    make_inputs: Callable[[], CheckInputs],
    make_screen: Callable[[Language], Screen],
    work: Callable[[Any], Work],
    *,
    verbose: bool,
    language: str | None,
    report: str | None = None,
) -> int:
    """Run a command and return its exit code; `work` gets the module `cli.session`, and returns one of its functions.

    `report` is the file for a report, None for none.

    Raises `click.UsageError` before any query if an option is invalid.
    """
    chosen = ENGLISH
    with log.lines_for(os.environ, verbose=verbose):
        try:
            chosen = choose_language(language, "--language", os.environ)
            inputs = make_inputs()
            path = report_file.accept(report)
        except InvalidInputError as error:
            raise click.UsageError(render(error.sentence, chosen), click.get_current_context()) from None
        name = str(click.get_current_context().info_name)
        screen = make_screen(chosen)
        screen.audience = of_command(name, inputs.migrations)
        cancelled = threading.Event()
        record = Collector(inputs.migrations, inputs.failed_statuses, SystemClock(cancelled))
        target = report_file.ReportFile(path, f"tcsql-check {name}", record, screen.warn)
        try:
            end = _run_until_signal(lambda: work(_session())(inputs, screen, record))
        except SignalReceivedError as received:
            cancelled.set()  # before the screen lists what was started: no start begins after that
            screen.close()
            target.write(WaitCancelledError())
            code = EXIT_TERMINATED if received.number == signal.SIGTERM else EXIT_INTERRUPTED
            screen.ended_by(received.number, code, f"tcsql-check {name}")
            return code
        except Exception as error:  # noqa: BLE001  # any error becomes one sentence
            screen.close()
            target.write(error)
            code = exit_code_of_error(error)
            screen.give_up(error, code, inputs.migrations)
            return code
        finally:
            cancelled.set()  # ends pending queries, so that the process can end
        return screen.conclude(msgspec.structs.replace(end, report_is_lost=not target.write(end.error)))


def _session() -> ModuleType:
    with preload.loading():
        from pulumi_tcsql_check.cli import session  # noqa: PLC0415  # loads the SDK

    return session


def _run_until_signal(work: Callable[[], T]) -> T:
    """Run the work in a daemon thread; abandon it at a signal with `SignalReceivedError`."""
    notes: queue.SimpleQueue[int] = queue.SimpleQueue()
    before = _note_signals(notes)
    result = daemon_thread.begin(work, "tcsql-check-work")
    result.add_done_callback(lambda _: notes.put(_DONE))
    number = _first(notes)
    if number != _DONE:
        raise SignalReceivedError(number)  # the handlers stay, so that no further signal disturbs the exit
    for noted, handler in before.items():
        signal.signal(noted, handler)
    return result.result()


def _first(notes: "queue.SimpleQueue[int]") -> int:
    """Wait for the first item in short waits: a signal to another thread or just before a wait doesn't end it."""
    while True:
        with contextlib.suppress(queue.Empty):
            return notes.get(timeout=_LONGEST_WAIT_SECONDS)


def _note_signals(notes: "queue.SimpleQueue[int]") -> dict[signal.Signals, Any]:
    """Handle the signals that aren't ignored, as SIGINT is behind a shell's `&`; return the previous handlers."""

    def note(number: int, _frame: FrameType | None) -> None:
        notes.put(number)

    handled = [number for number in _SIGNALS if signal.getsignal(number) is not signal.SIG_IGN]
    return {number: signal.signal(number, note) for number in handled}
