"""How a gated update ended, and the exit code that says so; pure, so that it can be tested without an engine.

The type in a resource's URN says which resource failed. The line `Code:` in a gate's error says why: the engine passes
on a resource's error as text, with nothing beside it that a program could read.
"""

import re
from collections.abc import Iterable, Mapping
from enum import Enum


class Ending(Enum):
    """How an update ended: a word for the events, and the exit code of the process."""

    PASSED = ("passed", 0)
    FAILED = ("failed", 1)
    TIMED_OUT = ("timed-out", 3)
    TROUBLE = ("trouble", 4)
    ELSEWHERE = ("elsewhere", 5)
    NOT_GATED = ("not-gated", 6)
    INTERRUPTED = ("interrupted", 130)

    def __init__(self, word: str, exit_code: int) -> None:
        """Keep both apart."""
        self.word = word
        self.exit_code = exit_code


GATE = re.compile(r"pulumi-python:dynamic/tcsql:MigrationCheck(Group)?")
"""The type of a gate."""

_CODE = re.compile(r"^  Code: +([a-z-]+)$", re.MULTILINE)
"""The line with an error's code. Text from the API is escaped and never begins a line with these spaces."""

_ENDINGS = {
    "cancelled": Ending.INTERRUPTED,
    "check-failed": Ending.FAILED,
    "flow-failed": Ending.FAILED,
    "timed-out": Ending.TIMED_OUT,
    "not-started": Ending.TIMED_OUT,
}
"""What a code amounts to, the most telling first; any other is trouble."""


def parts_of(urn: str) -> tuple[str, str]:
    """Take a URN, `urn:pulumi:STACK::PROJECT::PARENTS$TYPE::NAME`, apart: the resource's type and its name."""
    _, _, types, name = urn.split("::", 3)
    return types.rpartition("$")[2], name


def is_gate(urn: str) -> bool:
    """Tell a gate from any other resource."""
    return GATE.fullmatch(parts_of(urn)[0]) is not None


def of_refusals(sentences: Iterable[str]) -> Ending:
    """Say what the gates' errors amount to; with several, the most telling one counts.

    Args:
        sentences: The errors of the gates, at least one.

    Returns:
        `TROUBLE` for whatever is neither a failed check, a timeout nor an interrupt: credentials, the API, an input.
    """
    codes = {code for sentence in sentences for code in _CODE.findall(sentence)}
    return next((ending for code, ending in _ENDINGS.items() if code in codes), Ending.TROUBLE)


def of_update(
    *, went_through: bool, was_interrupted: bool, refusals: Iterable[str], passed: Mapping[str, bool]
) -> Ending:
    """Say how an update ended.

    Args:
        went_through: Whether the engine did all of it.
        was_interrupted: Whether somebody interrupted it.
        refusals: The errors of the gates.
        passed: For each gate that gave an answer, whether its check has passed.

    Returns:
        `NOT_GATED` for an update that went through although no gate had passed, as with `enforce=False`, or a gate
        that somebody took out of the program: an exit code of 0 promises more than that.
    """
    if went_through:
        return Ending.PASSED if passed and all(passed.values()) else Ending.NOT_GATED
    if was_interrupted:
        return Ending.INTERRUPTED
    refusals = list(refusals)
    return of_refusals(refusals) if refusals else Ending.ELSEWHERE
