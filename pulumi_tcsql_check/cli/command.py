"""Runs one command from its validated request to its exit code, and ends it at once when it is told to."""

import os
import signal
import threading
from collections.abc import Callable

import click

from pulumi_tcsql_check import log, preload
from pulumi_tcsql_check.cli import interruptible
from pulumi_tcsql_check.cli.options import Request
from pulumi_tcsql_check.cli.outcome import EXIT_INTERRUPTED, EXIT_TERMINATED, End, exit_code_of_error
from pulumi_tcsql_check.cli.output import Screen, write
from pulumi_tcsql_check.errors import InvalidInputError

Work = Callable[[Request, Screen, threading.Event], End]


def wait(request: Request, screen: Screen, cancelled: threading.Event) -> End:
    """Wait for all; see `session.wait`."""
    with preload.loading():
        from pulumi_tcsql_check.cli import session  # noqa: PLC0415  # brings the SDK

    return session.wait(request, screen, cancelled)


def look(request: Request, screen: Screen, cancelled: threading.Event) -> End:
    """Look at all; see `session.look`."""
    with preload.loading():
        from pulumi_tcsql_check.cli import session  # noqa: PLC0415  # brings the SDK

    return session.look(request, screen, cancelled)


def run(
    make_request: Callable[[], Request], make_screen: Callable[[], Screen], work: Work, *, verbose: bool = False
) -> int:
    """Run a command.

    Args:
        make_request: Validates the command line.
        make_screen: Makes what shows it.
        work: What to do.
        verbose: Whether to log all there is, whatever the environment says.

    Returns:
        The exit code.

    Raises:
        click.UsageError: The command line is wrong; nothing was asked.
    """
    with log.lines_for(os.environ, verbose=verbose):
        try:
            request = make_request()
        except InvalidInputError as error:
            raise click.UsageError(str(error), click.get_current_context()) from None
        screen = make_screen()
        cancelled = threading.Event()
        try:
            end = interruptible.run(lambda: work(request, screen, cancelled))
        except interruptible.ToldToEndError as told:
            screen.close()
            return interrupted(told.number, click.get_current_context().info_name)
        except Exception as error:  # noqa: BLE001  # told in one sentence, whatever it is
            screen.close()
            code = exit_code_of_error(error)
            screen.give_up(error, code, request.migrations)
            return code
        finally:
            cancelled.set()  # nobody waits for what is still under way, and so the process can end
        return screen.conclude(end)


def interrupted(number: int, name: str | None = None) -> int:
    """Say that a signal ended the command, and return the exit code.

    Args:
        number: Which signal.
        name: What the command is called, if it had begun.
    """
    terminated = number == signal.SIGTERM
    why = "Told to end" if terminated else "Interrupted"
    again = f"`tcsql-check {name}`" if name else "it"
    write(f"{why} before there was a verdict; nothing was changed. Run {again} again to go on.", to_stderr=True)
    return EXIT_TERMINATED if terminated else EXIT_INTERRUPTED
