"""The package's logger, and a handler that writes one line per record to stderr if `TCSQL_CHECK_LOG` is set."""

import contextlib
import json
import logging
import sys
from collections.abc import Iterator, Mapping

from pulumi_tcsql_check.errors import InvalidInputError
from pulumi_tcsql_check.languages.sentence import Sentence
from pulumi_tcsql_check.text import printable

LOGGER = logging.getLogger("pulumi_tcsql_check")
LOGGER.addHandler(logging.NullHandler())  # otherwise Python prints warnings to stderr

VARIABLE = "TCSQL_CHECK_LOG"
"""The variable with the lowest level to write, in upper or lower case. Empty means not set."""

LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING}

FIELDS = (
    "event",
    "call",
    "migrate_id",
    "region",
    "step",
    "attempt",
    "request_id",
    "duration",
    "outcome",
    "code",
)
"""A record's attributes, from `extra`, in the order of a line; `duration` is in seconds, `step` is like `4/8`."""

_LONGEST = 200


def level(environ: Mapping[str, str]) -> int | None:
    """Return the lowest level to write, None if the variable isn't set; raises `InvalidInputError` if invalid."""
    asked = environ.get(VARIABLE, "")
    if asked and asked.lower() not in LEVELS:
        raise InvalidInputError(VARIABLE, asked, Sentence("log level"))
    return LEVELS.get(asked.lower())


def send_to_stderr(lowest: int | None) -> None:
    """Write records of this level and above to stderr; None stops it."""
    for handler in [one for one in LOGGER.handlers if isinstance(one, _Stderr)]:
        LOGGER.removeHandler(handler)
    LOGGER.setLevel(lowest or logging.NOTSET)
    if lowest is not None:
        LOGGER.addHandler(_Stderr())


def prepare(environ: Mapping[str, str]) -> None:
    """Write records to stderr if the variable is set; write one sentence there if its value is invalid."""
    try:
        send_to_stderr(level(environ))
    except InvalidInputError as error:
        _write(str(error))


@contextlib.contextmanager
def lines_for(environ: Mapping[str, str], *, verbose: bool) -> Iterator[None]:
    """Write records to stderr during the block: all if `verbose`, otherwise by the variable's level."""
    if verbose:
        send_to_stderr(logging.DEBUG)
    else:
        prepare(environ)
    try:
        yield
    finally:
        send_to_stderr(None)


def line(record: logging.LogRecord) -> str:
    """Format a record as `key=value` pairs, without line breaks or terminal escapes."""
    given = vars(record)
    found = {"level": record.levelname.lower()} | {
        key: given[key] for key in FIELDS if given.get(key) not in {None, ""}
    }
    if "event" not in found:
        found["message"] = record.getMessage()
    if record.exc_info and record.exc_info[0] is not None:
        found["error"] = record.exc_info[0].__name__  # the text may be a library's, and a traceback has many lines
    return "tcsql-check " + " ".join(f"{key}={_shown(value)}" for key, value in found.items())


def _shown(value: object) -> str:
    text = printable(f"{value:.3f}" if isinstance(value, float) else str(value), _LONGEST)
    return text if text.isascii() and not set(text) & set(' ="\\') else json.dumps(text, ensure_ascii=False)


class _Stderr(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        _write(line(record))


def _write(text: str) -> None:
    with contextlib.suppress(OSError, ValueError, AttributeError):
        sys.stderr.write(f"{text}\n")
        sys.stderr.flush()
