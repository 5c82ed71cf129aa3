"""The command line of `tcsql-check`: its commands, their options and their help. It loads neither the SDK nor rich."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

from pulumi_tcsql_check.cli import screens
from pulumi_tcsql_check.cli.options import DEFAULT_POLL_INTERVAL, DEFAULT_TIMEOUT, make_request
from pulumi_tcsql_check.cli.outcome import EXIT_CODES
from pulumi_tcsql_check.cli.runner import look, run
from pulumi_tcsql_check.cli.runner import wait as wait_for
from pulumi_tcsql_check.config import validation

NAME = "tcsql-check"
"""What the command is called, however it was started."""

Command = TypeVar("Command", bound=Callable[..., Any])

_EXIT_CODES = "Exit codes: " + "; ".join(f"{code} {meaning}" for code, meaning in EXIT_CODES.items()) + "."
_KEYS = (
    "It asks as whom TENCENTCLOUD_SECRET_ID and TENCENTCLOUD_SECRET_KEY say, or the files of Tencent's SDK and command "
    "line."
)


def _asking(command: Command) -> Command:
    """Add what both commands that ask can be told."""
    for add in (
        click.option("-v", "--verbose", is_flag=True, help="Write what is asked and answered to stderr."),
        click.option("--json", "as_json", is_flag=True, help="Write JSON to stdout, and nothing else."),
        click.option("--flow-id", metavar="NUMBER", help="The FlowId of the start that must have succeeded as well."),
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
        click.argument("ids", nargs=-1, required=True, metavar="ID..."),
    ):
        command = add(command)
    return command


@click.group(
    name=NAME,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=_EXIT_CODES,
)
@click.version_option(package_name="pulumi-tcsql-check", message="%(prog)s %(version)s")
def program() -> None:
    """Look at migration checks of TencentDB for SQL Server, or wait until they have passed."""


@program.command(epilog=f"{_KEYS} {_EXIT_CODES}")
@_asking
@click.option("--steps", "with_steps", is_flag=True, help="List every step.")
def status(*, verbose: bool, as_json: bool, with_steps: bool, ids: tuple[str, ...], **options: Any) -> int:  # noqa: ANN401  # as click gives them
    """Show once where the checks of one migration or more are."""
    return run(
        lambda: make_request(ids, **options),
        lambda: screens.of_a_look(as_json=as_json, with_steps=with_steps),
        look,
        verbose=verbose,
    )


@program.command(epilog=f"{_KEYS} {_EXIT_CODES}")
@_asking
@click.option(
    "--timeout-seconds",
    metavar="SECONDS",
    default=DEFAULT_TIMEOUT,
    help=f"The longest wait, more than 0. [default: {DEFAULT_TIMEOUT}]",
)
@click.option(
    "--poll-interval-seconds",
    metavar="SECONDS",
    default=DEFAULT_POLL_INTERVAL,
    help="The pause between two queries, "
    f"{validation.MIN_POLL_INTERVAL_SECONDS:g} to {validation.MAX_POLL_INTERVAL_SECONDS:g}. "
    f"[default: {DEFAULT_POLL_INTERVAL}]",
)
def wait(*, verbose: bool, as_json: bool, ids: tuple[str, ...], **options: Any) -> int:  # noqa: ANN401  # as click gives them
    """Wait until the checks of one migration or more have passed; end as soon as one has failed."""
    return run(
        lambda: make_request(ids, **options), lambda: screens.of_a_wait(as_json=as_json), wait_for, verbose=verbose
    )


@program.command(
    add_help_option=False, context_settings={"ignore_unknown_options": True}, short_help="Start the emulator."
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def emulator(arguments: tuple[str, ...]) -> int:
    """Start the emulator, with the options of `python -m pulumi_tcsql_check.emulator`."""
    from pulumi_tcsql_check.emulator.__main__ import main  # noqa: PLC0415  # nothing else needs it

    return main(arguments)
