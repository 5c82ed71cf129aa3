"""The program `python -m pulumi_tcsql_check.emulator`: runs one emulator until SIGINT or SIGTERM."""

import argparse
import os
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from pulumi_tcsql_check.emulator.accounts import (
    OTHER_ACCOUNT_ID,
    SECRET_ID_VARIABLE,
    SECRET_KEY_VARIABLE,
    TOKEN_VARIABLE,
    Keys,
)
from pulumi_tcsql_check.emulator.loading import ScenarioError, built_in_names
from pulumi_tcsql_check.emulator.server import DEFAULT_HOST, Emulator

DEFAULT_PORT = 8918

_MAX_PORT = 65535


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program and return its exit code: 0 after SIGINT or SIGTERM, 1 if the emulator can't start.

    `arguments` are the process's own by default, without the program's name. A wrong command line exits with 2.
    """
    options = _parser().parse_args(arguments)
    with _end_signals() as ended:
        try:
            emulator = Emulator(
                options.scenario,
                host=options.host,
                port=options.port,
                keys=Keys.from_environment(os.environ),
                request_log=options.request_log,
                other_scenario=options.other_scenario,
                authority=options.authority,
            )
        except ScenarioError as error:
            sys.stderr.write(f"{error}\n")
            return 1
        except OSError as error:
            sys.stderr.write(f"the emulator can't start at {options.host}:{options.port}: {error}\n")
            return 1
        with emulator:
            sys.stdout.write(f"listening on {emulator.url} (scenario {emulator.scenario.name})\n")
            sys.stdout.flush()
            ended.wait()
    return 0


@contextmanager
def _end_signals() -> Iterator[threading.Event]:
    """Turn SIGINT and SIGTERM into an event inside the block."""
    ended = threading.Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        ended.set()

    signals = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(number, end) for number in signals]
    try:
        yield ended
    finally:
        for number, handler in zip(signals, before, strict=True):
            signal.signal(number, handler)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m pulumi_tcsql_check.emulator",
        description="Speak the API of TencentDB for SQL Server on a local port, following a scenario.",
        epilog=f"Clients sign with a public dummy key pair, unless {SECRET_ID_VARIABLE} and {SECRET_KEY_VARIABLE} are "
        f"set; with {TOKEN_VARIABLE} set, they must send that session token too.",
    )
    parser.add_argument("--host", default=DEFAULT_HOST, help="the address to listen on (default: %(default)s)")
    parser.add_argument(
        "--port",
        type=_port,
        default=DEFAULT_PORT,
        help="the port to listen on, 0 for a free one (default: %(default)s)",
    )
    parser.add_argument(
        "--scenario",
        default="pass",
        metavar="NAME|FILE",
        help=f"what to play: {', '.join(built_in_names())}, or a JSON file (default: %(default)s)",
    )
    parser.add_argument(
        "--other-scenario",
        metavar="NAME|FILE",
        help=f"what the second account ({OTHER_ACCOUNT_ID}) sees (default: the same, played on its own)",
    )
    parser.add_argument(
        "--request-log", type=Path, metavar="FILE", help="append one line of JSON for each request to this file"
    )
    parser.add_argument(
        "--authority",
        type=Path,
        metavar="FILE",
        help="under TLS, write the authority's certificate to this file, for clients that are to trust it",
    )
    return parser


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port <= _MAX_PORT:
        message = f"{port} is not from 0 to {_MAX_PORT}"
        raise argparse.ArgumentTypeError(message)
    return port


if __name__ == "__main__":
    sys.exit(main())
