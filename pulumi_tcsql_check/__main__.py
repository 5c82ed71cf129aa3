"""The program `tcsql-check`, which is also `python -m pulumi_tcsql_check`."""

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Iterator
from types import FrameType

from pulumi_tcsql_check.config import language
from pulumi_tcsql_check.errors import InvalidInputError
from pulumi_tcsql_check.languages.sentence import ENGLISH, Sentence
from pulumi_tcsql_check.messages.audience import COMMAND
from pulumi_tcsql_check.messages.commands import missing_libraries
from pulumi_tcsql_check.messages.layout import Text
from pulumi_tcsql_check.messages.next_step import nothing_queried

_NOT_LOADED = 4
"""The exit code if a library can't be loaded: `cli.outcome.EXIT_TROUBLE`, whose module needs a library itself."""

_BY_A_SIGNAL = 128


def main() -> int:
    """Run the command; end the process if a daemon thread still runs, since loading OpenSSL at shutdown crashes."""
    missing = missing_libraries()
    if missing:
        _write(Sentence("extra not installed", missing=missing))
        return _NOT_LOADED
    with _ending_at_a_signal():
        try:
            from pulumi_tcsql_check.cli import commands  # noqa: PLC0415  # can't be loaded without them
        except ImportError as error:
            _write(nothing_queried(error, COMMAND))
            return _NOT_LOADED
        code = commands.run(sys.argv[1:])
    if threading.active_count() > 1:
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(OSError, ValueError):
                stream.flush()
        os._exit(code)
    return code


def _write(sentence: Sentence) -> None:
    """Write a sentence to stderr in the environment's language; the options are not parsed yet."""
    chosen = ENGLISH
    with contextlib.suppress(InvalidInputError):
        chosen = language.choose(None, "", os.environ)
    sys.stderr.write(f"{Text(sentence).render(chosen)}\n")


@contextlib.contextmanager
def _ending_at_a_signal() -> Iterator[None]:
    """End the process at SIGINT and SIGTERM during an import, where an exception can get lost."""
    heeded = [number for number in (signal.SIGINT, signal.SIGTERM) if signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.signal(number, _end) for number in heeded}
    try:
        yield
    finally:
        for number, handler in before.items():
            if signal.getsignal(number) is _end:
                signal.signal(number, handler)


def _end(number: int, _frame: FrameType | None) -> None:
    os._exit(_BY_A_SIGNAL + number)


if __name__ == "__main__":
    sys.exit(main())
