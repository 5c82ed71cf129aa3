"""The commands of `tcsql-check`, their options and help; importing them loads neither the SDK nor rich."""

import contextlib
import functools
import io
import os
import signal
import sys
from collections.abc import Sequence
from typing import Any

import click

from pulumi_tcsql_check.cli import json_output, options, output, runner, start_output
from pulumi_tcsql_check.cli.options import check_inputs, start_inputs
from pulumi_tcsql_check.cli.outcome import (
    EXIT_CODES,
    EXIT_INTERRUPTED,
    EXIT_PASSED,
    EXIT_TROUBLE,
    EXIT_USAGE,
    error_text,
)
from pulumi_tcsql_check.config.check_inputs import CheckInputs
from pulumi_tcsql_check.config.language import choose as choose_language
from pulumi_tcsql_check.errors import InvalidInputError
from pulumi_tcsql_check.languages.sentence import Language, Sentence, render

_NAME = "tcsql-check"

_PLAIN_TERMINALS = ("", "dumb", "unknown")
_EXIT_CODES = "Exit codes: " + "; ".join(f"{code} {meaning}" for code, meaning in EXIT_CODES.items()) + "."
_KEYS = (
    "The credentials are those of TENCENTCLOUD_SECRET_ID and TENCENTCLOUD_SECRET_KEY, or of the files of Tencent's "
    "SDK and command line."
)


def run(arguments: Sequence[str]) -> int:
    """Run the program and return its exit code, also for errors before any command runs."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal without a check mark must not fail the command
    try:
        code: int | None = program.main(list(arguments), prog_name=_NAME, standalone_mode=False)
    except click.ClickException as error:
        with contextlib.suppress(OSError):
            error.show()
        if "--json" in arguments:
            words = {"code": "usage", "sentence": error.format_message()}
            output.write(json_output.result((), EXIT_USAGE, words))
        return EXIT_USAGE
    except (click.Abort, KeyboardInterrupt):
        output.write(str(output.interruption(signal.SIGINT, _NAME)), to_stderr=True)
        return EXIT_INTERRUPTED
    except Exception as error:  # noqa: BLE001  # no traceback, and no other exit code
        output.write(str(error_text(error)), to_stderr=True)
        return EXIT_TROUBLE
    return code or EXIT_PASSED


@click.group(
    name=_NAME,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=_EXIT_CODES,
)
@click.version_option(package_name="pulumi-tcsql-check", message="%(prog)s %(version)s")
def program() -> None:
    """Start or show migration checks of TencentDB for SQL Server, or wait until they have passed."""


@program.command(epilog=f"{_KEYS} {_EXIT_CODES}")
@options.with_common_options
@click.option("--steps", "with_steps", is_flag=True, help="List every step.")
def status(  # noqa: PLR0913  # one for each option, by name
    *,
    verbose: bool,
    as_json: bool,
    with_steps: bool,
    language: str | None,
    report: str | None,
    ids: tuple[str, ...],
    **given: Any,  # noqa: ANN401  # as click gives them
) -> int:
    """Show the current status of one or more migration checks."""
    return runner.run(
        lambda: check_inputs(ids, **given),
        lambda chosen: status_screen(chosen, as_json=as_json, with_steps=with_steps),
        lambda session: session.query_once,
        verbose=verbose,
        language=language,
        report=report,
    )


@program.command(epilog=f"{_KEYS} {_EXIT_CODES}")
@options.with_common_options
@options.with_wait_options
def wait(
    *,
    verbose: bool,
    as_json: bool,
    language: str | None,
    report: str | None,
    ids: tuple[str, ...],
    **given: Any,  # noqa: ANN401  # as click gives them
) -> int:
    """Wait until one or more migration checks have passed; end as soon as one has failed."""
    return runner.run(
        lambda: check_inputs(ids, **given),
        lambda chosen: wait_screen(chosen, as_json=as_json),
        lambda session: session.wait,
        verbose=verbose,
        language=language,
        report=report,
    )


@program.command(epilog=f"{_KEYS} {_EXIT_CODES}")
@functools.partial(options.with_common_options, of_flow=False)
@options.with_wait_options
@click.option(
    "--wait",
    "waits",
    is_flag=True,
    help="Then wait for exactly these starts, if all were started. The options of a wait need it.",
)
def start(  # noqa: PLR0913  # one for each option, by name
    *,
    verbose: bool,
    as_json: bool,
    waits: bool,
    language: str | None,
    report: str | None,
    ids: tuple[str, ...],
    **given: Any,  # noqa: ANN401  # as click gives them
) -> int:
    """Start one or more migration checks, each once, and print its FlowId; of several, a line "ID FLOWID" each."""
    return runner.run(
        lambda: start_inputs(ids, waits=waits, report=report, **given),
        lambda chosen: start_screen(chosen, as_json=as_json, waits=waits),
        lambda session: functools.partial(session.start, waits=waits),
        verbose=verbose,
        language=language,
        report=report,
    )


@program.command(epilog=_KEYS)
@options.VERBOSE
@options.ENDPOINT
@options.REGION
@options.LANGUAGE
@click.option(
    "--timeout-seconds",
    metavar="SECONDS",
    default="120",
    help="How long to watch a check that runs, more than 0. [default: 120]",
)
@click.option("--start", "with_start", is_flag=True, help="Start the check first, after a question on the terminal.")
@click.argument("migrate_id", metavar="ID")
def probe(*, verbose: bool, language: str | None, with_start: bool, migrate_id: str, **given: Any) -> int:  # noqa: ANN401  # as click gives them
    """Query what Tencent doesn't document, and print a transcript without ids, names and texts of the account."""

    def inputs() -> CheckInputs:
        made = check_inputs([migrate_id], failed_statuses=(), flow_id=None, **given)
        if with_start:
            if not sys.stdin.isatty():
                raise InvalidInputError("--start", None, Sentence("given on a terminal"))
            chosen = choose_language(language, "--language", os.environ)
            question = Sentence("start the check?", check=made.migrations[0].sentence)
            if not click.confirm(render(question, chosen), err=True):
                output.write(render(Sentence("nothing started"), chosen), to_stderr=True)
                click.get_current_context().exit(EXIT_TROUBLE)
        return made

    return runner.run(
        inputs,
        start_output.Transcript,
        lambda session: functools.partial(session.probe, with_start=with_start),
        verbose=verbose,
        language=language,
    )


@program.command(
    add_help_option=False, context_settings={"ignore_unknown_options": True}, short_help="Start the emulator."
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def emulator(arguments: tuple[str, ...]) -> int:
    """Start the emulator, with the options of `python -m pulumi_tcsql_check.emulator`."""
    from pulumi_tcsql_check.emulator.__main__ import main  # noqa: PLC0415  # nothing else needs it

    return main(arguments)


def status_screen(language: Language, *, as_json: bool, with_steps: bool) -> output.Screen:
    """Return the output of `status`."""
    if as_json:
        return json_output.Result(language)
    if not _is_terminal():
        return output.Table(language, with_steps=with_steps)
    from pulumi_tcsql_check.cli.terminal import ColouredTable  # noqa: PLC0415  # loads rich, for a terminal alone

    return ColouredTable(language, with_steps=with_steps)


def start_screen(language: Language, *, as_json: bool, waits: bool) -> output.Screen:
    """Return the output of `start`."""
    if waits:
        return wait_screen(language, as_json=as_json)
    return start_output.StartDocument(language) if as_json else start_output.StartLines(language)


def wait_screen(language: Language, *, as_json: bool) -> output.Screen:
    """Return the output of `wait`."""
    if as_json:
        return json_output.Events(language)
    if not _is_terminal():
        return output.Lines(language)
    from pulumi_tcsql_check.cli.terminal import Bars  # noqa: PLC0415  # as above

    return Bars(language)


def _is_terminal() -> bool:
    """Return whether stdout is a terminal that can redraw a line."""
    is_one = sys.stdout is not None and sys.stdout.isatty()
    return is_one and os.environ.get("TERM", "") not in _PLAIN_TERMINALS
