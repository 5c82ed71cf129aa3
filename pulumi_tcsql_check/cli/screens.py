"""Chooses where a command shows what it sees: JSON if that is asked for, else by whether a person looks at it."""

import os
import sys

from pulumi_tcsql_check.cli.json_output import Events, Result
from pulumi_tcsql_check.cli.output import Lines, Screen, Table

_PLAIN_TERMINALS = ("", "dumb", "unknown")


def of_a_wait(*, as_json: bool) -> Screen:
    """Make the one for `wait`."""
    if as_json:
        return Events()
    if not _is_terminal():
        return Lines()
    from pulumi_tcsql_check.cli.terminal import Bars  # noqa: PLC0415  # brings rich, which only a terminal needs

    return Bars()


def of_a_look(*, as_json: bool, with_steps: bool) -> Screen:
    """Make the one for `status`."""
    if as_json:
        return Result()
    if not _is_terminal():
        return Table(with_steps=with_steps)
    from pulumi_tcsql_check.cli.terminal import ColouredTable  # noqa: PLC0415  # as above

    return ColouredTable(with_steps=with_steps)


def _is_terminal() -> bool:
    """Tell whether stdout is a terminal on which a line can be drawn anew."""
    is_one = sys.stdout is not None and sys.stdout.isatty()
    return is_one and os.environ.get("TERM", "") not in _PLAIN_TERMINALS
