"""Reads a credential file with a timeout and a size limit: a pipe or a hung file system can block a read."""

import os
import stat
from collections.abc import Callable
from pathlib import Path

from pulumi_tcsql_check.errors import CredentialsError
from pulumi_tcsql_check.languages.sentence import Sentence, Words
from pulumi_tcsql_check.tencent.exchange import ExchangeTimeoutError, run_bounded

MAX_BYTES = 1 << 20
"""The largest accepted file; a real one has less than 10 kB."""

Reader = Callable[[Path], str | None]
"""Reads a file's text; None if the file is missing."""


class _UnfitError(Exception):
    """The file is unusable; the text is the key of the sentence that says why."""


def read(path: Path, seconds: float, check_cancelled: Callable[[], None]) -> str | None:
    """Return a file's text, None if it is missing; raises `CredentialsError` if it is unusable or the read is slow."""
    cause: Words
    try:
        return run_bounded(lambda: _read(path), seconds, check_cancelled)
    except FileNotFoundError:
        return None
    except ExchangeTimeoutError:
        cause = Sentence("file system hangs", seconds=seconds)
    except _UnfitError as error:
        cause = Sentence(str(error))
    except (OSError, ValueError) as error:
        cause = type(error).__name__
    raise CredentialsError(Sentence("unreadable file", path=path, cause=cause))


def _read(path: Path) -> str:
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)  # otherwise blocks until a pipe has a writer
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise _UnfitError("not a regular file")
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            octets = file.read(MAX_BYTES + 1)
    finally:
        os.close(descriptor)
    if len(octets) > MAX_BYTES:
        raise _UnfitError("too large a file")
    return octets.decode("utf-8-sig")  # some editors write a byte order mark
