"""The commands of `tcsql-check`, their options and help; importing them loads neither the SDK nor rich."""

import contextlib
import functools
import io
import os
import signal
import sys
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click

from pulumi_tcsql_check.cli import json_output, output, runner, start_output
from pulumi_tcsql_check.cli.options import DEFAULT_POLL_INTERVAL, DEFAULT_TIMEOUT, check_inputs, start_inputs
from pulumi_tcsql_check.cli.outcome import EXIT_CODES, EXIT_PASSED, EXIT_TROUBLE, EXIT_USAGE, error_text
from pulumi_tcsql_check.config import validation
from pulumi_tcsql_check.config.language import VARIABLE
from pulumi_tcsql_check.languages.sentence import Language

_NAME = "tcsql-check"

Command = TypeVar("Command", bound=Callable[..., Any])

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
        return runner.interrupted(signal.SIGINT)
    except Exception as error:  # noqa: BLE001  # no traceback, and no other exit code
        output.write(str(error_text(error)), to_stderr=True)
        return EXIT_TROUBLE
    return code or EXIT_PASSED


def _with_common_options(command: Command, *, of_flow: bool = True) -> Command:
    flow_id = click.option(
        "--flow-id", metavar="NUMBER", help="The FlowId of the start that must have succeeded as well."
    )
    for add in (
        click.option("-v", "--verbose", is_flag=True, help="Log each query and its outcome to stderr."),
        click.option("--json", "as_json", is_flag=True, help="Write JSON to stdout, and nothing else."),
        *([flow_id] if of_flow else []),
        click.option(
            "--failed-status",
            "failed_statuses",
            metavar="CODE",
            multiple=True,
            help='A raw step code that means "failed" in your account; may be given again.',
        ),
        click.option("--endpoint", metavar="URL", help="A bare host, or https://host[:port]. [default: Tencent's]"),
        click.option(
            "--region",
            metavar="NAME",
            envvar="TENCENTCLOUD_REGION",
            show_envvar=True,
            help='The region of the migrations, such as "ap-guangzhou".',
        ),
        click.option(
            "--language",
            metavar="CODE",
            help=f"en or zh: the language of messages; logs, JSON and this help are English. [env var: {VARIABLE}]",
        ),
        click.argument("ids", nargs=-1, required=True, metavar="ID..."),
    ):
        command = add(command)
    return command


def _with_wait_options(command: Command) -> Command:
    for add in (
        click.option(
            "--poll-interval-seconds",
            metavar="SECONDS",
            help="The pause between two queries, "
            f"{validation.MIN_POLL_INTERVAL_SECONDS:g} to {validation.MAX_POLL_INTERVAL_SECONDS:g}. "
            f"[default: {DEFAULT_POLL_INTERVAL}]",
        ),
        click.option(
            "--timeout-seconds",
            metavar="SECONDS",
            help=f"The longest wait, more than 0. [default: {DEFAULT_TIMEOUT}]",
        ),
    ):
        command = add(command)
    return command


@click.group(
    name=_NAME,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=_EXIT_CODES,
)
@click.version_option(package_name="pulumi-tcsql-check", message="%(prog)s %(version)s")
def program() -> None:
    """Start or show migration checks of TencentDB for SQL Server, or wait until they have passed."""


@program.command(epilog=f"{_KEYS} {_EXIT_CODES}")
@_with_common_options
@click.option("--steps", "with_steps", is_flag=True, help="List every step.")
def status(  # one for each option, by name
    *,
    verbose: bool,
    as_json: bool,
    with_steps: bool,
    language: str | None,
    ids: tuple[str, ...],
    **options: Any,  # noqa: ANN401  # as click gives them
) -> int:
    """Show the current status of one or more migration checks."""
    return runner.run(
        lambda: check_inputs(ids, **options),
        lambda chosen: status_screen(chosen, as_json=as_json, with_steps=with_steps),
        waits=False,
        verbose=verbose,
        language=language,
    )


@program.command(epilog=f"{_KEYS} {_EXIT_CODES}")
@_with_common_options
@_with_wait_options
def wait(
    *,
    verbose: bool,
    as_json: bool,
    language: str | None,
    ids: tuple[str, ...],
    **options: Any,  # noqa: ANN401  # as click gives them
) -> int:
    """Wait until one or more migration checks have passed; end as soon as one has failed."""
    return runner.run(
        lambda: check_inputs(ids, **options),
        lambda chosen: wait_screen(chosen, as_json=as_json),
        waits=True,
        verbose=verbose,
        language=language,
    )


@program.command(epilog=f"{_KEYS} {_EXIT_CODES}")
@functools.partial(_with_common_options, of_flow=False)
@_with_wait_options
@click.option(
    "--wait",
    "waits",
    is_flag=True,
    help="Go on to wait for exactly these starts, if all were started. The options of a wait need it.",
)
def start(  # one for each option, by name
    *,
    verbose: bool,
    as_json: bool,
    waits: bool,
    language: str | None,
    ids: tuple[str, ...],
    **options: Any,  # noqa: ANN401  # as click gives them
) -> int:
    """Start one or more migration checks, each once, and print its FlowId; of several, a line "ID FLOWID" each."""
    return runner.run(
        lambda: start_inputs(ids, waits=waits, **options),
        lambda chosen: start_screen(chosen, as_json=as_json, waits=waits),
        starts=True,
        waits=waits,
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
