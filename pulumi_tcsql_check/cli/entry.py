"""The command from its arguments to its exit code: what goes wrong before any command runs ends here as well."""

import contextlib
import io
import signal
import sys
from collections.abc import Sequence

import click

from pulumi_tcsql_check.cli.json_output import result
from pulumi_tcsql_check.cli.outcome import EXIT_PASSED, EXIT_TROUBLE, EXIT_USAGE, sentence
from pulumi_tcsql_check.cli.output import write
from pulumi_tcsql_check.cli.program import NAME, program
from pulumi_tcsql_check.cli.runner import interrupted


def run(arguments: Sequence[str]) -> int:
    """Run the command.

    Args:
        arguments: The command line without the program's name.

    Returns:
        The exit code.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal without a check mark is no reason to fail
    try:
        code: int | None = program.main(list(arguments), prog_name=NAME, standalone_mode=False)
    except click.ClickException as error:
        with contextlib.suppress(OSError):
            error.show()
        if "--json" in arguments:
            words = {"kind": "usage", "sentence": error.format_message()}
            write(result((), EXIT_USAGE, words))
        return EXIT_USAGE
    except (click.Abort, KeyboardInterrupt):
        return interrupted(signal.SIGINT)
    except Exception as error:  # noqa: BLE001  # no traceback, and no code that means something else
        write(sentence(error), to_stderr=True)
        return EXIT_TROUBLE
    return code or EXIT_PASSED
