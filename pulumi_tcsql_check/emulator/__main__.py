"""The program `python -m pulumi_tcsql_check.emulator`: runs one emulator until SIGINT or SIGTERM."""

import argparse
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from pulumi_tcsql_check.emulator import accounts
from pulumi_tcsql_check.emulator.loading import ScenarioError, built_in_names
from pulumi_tcsql_check.emulator.server import DEFAULT_HOST, Emulator

DEFAULT_PORT = 8918

_MAX_PORT = 65535

_END_SIGNALS = {signal.SIGINT, signal.SIGTERM}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program; returns 0 after SIGINT or SIGTERM, 1 if it can't start. A wrong command line exits with 2."""
    options = _parser().parse_args(arguments)
    # They wait for `sigwait`: a handler that sets a `threading.Event` may find its lock taken, and wait for ever.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _END_SIGNALS)
    try:
        # The options have the names of the parameters.
        emulator = Emulator(keys=accounts.Keys.from_environment(os.environ), **vars(options))
    except ScenarioError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except OSError as error:
        sys.stderr.write(f"the emulator can't start at {options.host}:{options.port}: {error}\n")
        return 1
    else:
        with emulator:
            sys.stdout.write(f"listening on {emulator.url} (scenario {emulator.scenario.name})\n")
            sys.stdout.flush()
            signal.sigwait(_END_SIGNALS)
        return 0
    finally:
        while signal.sigpending() & _END_SIGNALS:  # more of them change nothing
            signal.sigwait(_END_SIGNALS)
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m pulumi_tcsql_check.emulator",
        description="Speak the API of TencentDB for SQL Server on a local port, following a scenario.",
        epilog=f"Clients sign with a public dummy key pair, unless {accounts.SECRET_ID_VARIABLE} and "
        f"{accounts.SECRET_KEY_VARIABLE} are set; "
        f"with {accounts.TOKEN_VARIABLE} set, they must send that session token too.",
    )
    add = parser.add_argument
    add("--host", default=DEFAULT_HOST, help="the address to listen on (default: %(default)s)")
    port = "the port to listen on, 0 for a free one (default: %(default)s)"
    add("--port", type=_port, default=DEFAULT_PORT, help=port)
    scenario = f"what to play: {', '.join(built_in_names())}, or a JSON file (default: %(default)s)"
    add("--scenario", default="pass", metavar="NAME|FILE", help=scenario)
    other = f"what the second account ({accounts.OTHER_ACCOUNT_ID}) sees (default: the same, played on its own)"
    add("--other-scenario", metavar="NAME|FILE", help=other)
    add("--request-log", type=Path, metavar="FILE", help="append one line of JSON for each request to this file")
    authority = "under TLS, write the authority's certificate to this file, for clients that are to trust it"
    add("--authority", type=Path, metavar="FILE", help=authority)
    return parser


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port <= _MAX_PORT:
        raise argparse.ArgumentTypeError(f"{port} is not from 0 to {_MAX_PORT}")
    return port


if __name__ == "__main__":
    sys.exit(main())
