"""The results of a gated update, and their exit codes; pure functions, which tests run without an engine.

The type in a resource's URN says which resource failed. The line `Code:` in a gate's error says why: the engine passes
a resource's error on as text, without fields that a program could read.
"""

import re
from collections.abc import Iterable, Mapping
from enum import Enum


class Ending(Enum):
    """A result of an update: a word for the events, and the exit code of the process."""

    PASSED = ("passed", 0)
    FAILED = ("failed", 1)
    TIMED_OUT = ("timed-out", 3)
    TROUBLE = ("trouble", 4)
    ELSEWHERE = ("elsewhere", 5)
    NOT_GATED = ("not-gated", 6)
    INTERRUPTED = ("interrupted", 130)

    def __init__(self, word: str, exit_code: int) -> None:
        """Store both."""
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
"""The result for each code, in order of precedence; any other code is trouble."""


def parts_of(urn: str) -> tuple[str, str]:
    """Split a URN, `urn:pulumi:STACK::PROJECT::PARENTS$TYPE::NAME`, into the resource's type and its name."""
    _, _, types, name = urn.split("::", 3)
    return types.rpartition("$")[2], name


def is_gate(urn: str) -> bool:
    """Return whether a URN is that of a gate."""
    return GATE.fullmatch(parts_of(urn)[0]) is not None


def of_refusals(sentences: Iterable[str]) -> Ending:
    """Return the result for the gates' errors; with several, the one of highest precedence.

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
    """Return the result of an update.

    Args:
        went_through: Whether the engine completed it.
        was_interrupted: Whether a signal interrupted it.
        refusals: The errors of the gates.
        passed: For each gate with outputs, whether its check has passed.

    Returns:
        `NOT_GATED` for an update that went through although no gate had passed, as with `enforce=False` or a program
        without its gate: an exit code of 0 promises that a gate has passed.
    """
    if went_through:
        return Ending.PASSED if passed and all(passed.values()) else Ending.NOT_GATED
    if was_interrupted:
        return Ending.INTERRUPTED
    refusals = list(refusals)
    return of_refusals(refusals) if refusals else Ending.ELSEWHERE
