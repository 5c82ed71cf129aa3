"""The logger of this package, and how its records come to stderr, one line each, where a variable asks for them.

By itself the logger is silent. A program that has handlers of its own gets the records without any of this.
"""

import contextlib
import json
import logging
import sys
from collections.abc import Iterator, Mapping

from pulumi_tcsql_check.errors import InvalidInputError
from pulumi_tcsql_check.languages.sentence import Sentence
from pulumi_tcsql_check.text import printable

LOGGER = logging.getLogger("pulumi_tcsql_check")
LOGGER.addHandler(logging.NullHandler())  # else Python itself would print warnings

VARIABLE = "TCSQL_CHECK_LOG"
"""What asks for the lines: the lowest level to write, in letters of either case; empty is not set."""

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
"""What a record of a query or a verdict has, as attributes: given by `extra`, and written in this order.

`duration` is in seconds, `step` is the current one and how many there are, such as `4/8`.
"""

_LONGEST = 200


def level(environ: Mapping[str, str]) -> int | None:
    """Return the lowest level to write; None where nothing is asked for.

    Raises:
        InvalidInputError: The variable says something else.
    """
    asked = environ.get(VARIABLE, "")
    if asked and asked.lower() not in LEVELS:
        raise InvalidInputError(VARIABLE, asked, Sentence("log level"))
    return LEVELS.get(asked.lower())


def send_to_stderr(lowest: int | None) -> None:
    """Write records to stderr from now on, or, at None, no longer."""
    for handler in [one for one in LOGGER.handlers if isinstance(one, _Stderr)]:
        LOGGER.removeHandler(handler)
    LOGGER.setLevel(lowest or logging.NOTSET)
    if lowest is not None:
        LOGGER.addHandler(_Stderr())


def prepare(environ: Mapping[str, str]) -> None:
    """Write records to stderr if the variable asks for them; a value that it can't have is one sentence there."""
    try:
        send_to_stderr(level(environ))
    except InvalidInputError as error:
        _write(str(error))


@contextlib.contextmanager
def lines_for(environ: Mapping[str, str], *, verbose: bool) -> Iterator[None]:
    """Do as `prepare`, for as long as the block lasts.

    Args:
        environ: Where the variable is looked for.
        verbose: Whether to write all there is, whatever it says.
    """
    if verbose:
        send_to_stderr(logging.DEBUG)
    else:
        prepare(environ)
    try:
        yield
    finally:
        send_to_stderr(None)


def line(record: logging.LogRecord) -> str:
    """Write a record as `key=value`, of which nothing breaks the line or moves the cursor."""
    given = vars(record)
    found = {"level": record.levelname.lower()} | {
        key: given[key] for key in FIELDS if given.get(key) not in {None, ""}
    }
    if "event" not in found:
        found["message"] = record.getMessage()
    if record.exc_info and record.exc_info[0] is not None:
        found["error"] = record.exc_info[0].__name__  # its words may be anybody's, and its traceback is no line
    return "tcsql-check " + " ".join(f"{key}={_shown(value)}" for key, value in found.items())


def _shown(value: object) -> str:
    text = printable(f"{value:.3f}" if isinstance(value, float) else str(value), _LONGEST)
    return text if text.isascii() and not set(text) & set(' ="\\') else json.dumps(text, ensure_ascii=False)


class _Stderr(logging.Handler):
    """Writes to whatever stderr is by then."""

    def emit(self, record: logging.LogRecord) -> None:
        _write(line(record))


def _write(text: str) -> None:
    """Write a line, if it can be: no log is worth a wait."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        sys.stderr.write(f"{text}\n")
        sys.stderr.flush()
