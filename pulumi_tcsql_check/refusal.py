"""What a program is refused before anything is registered: one sentence that ends with the user's own line."""

import os
import sys
from pathlib import Path
from types import FrameType

import pulumi

from pulumi_tcsql_check.errors import InvalidInputError

_REFUSED_OPTIONS = {
    "custom_timeouts": "left out: the engine doesn't pass it on to a read; use timeout_seconds",
    "hooks": "left out: the engine runs none for a read",
    "id": "left out: it is made of region and migrate_id",
    "import_": "left out: a gate is read, never managed",
    "provider": "left out: the gate has a provider of its own",
    "providers": "left out: the gate has a provider of its own",
    "urn": "left out: a gate is read from Tencent, never from the state",
}
"""Options that would make the gate another thing, or that a user would count on in vain."""


class InputError(InvalidInputError, pulumi.RunError):
    """An input is outside its range; Pulumi prints the sentence and no traceback."""

    def __init__(self, error: InvalidInputError) -> None:
        """Add the user's line to what the validation said."""
        Exception.__init__(self, f"{error} ({_users_line()})")
        self.name = error.name
        self.value = error.value


class NotAGateError(TypeError, pulumi.RunError):
    """What should be held is no gate, or nothing; Pulumi prints the sentence and no traceback."""

    def __init__(self, sentence: str) -> None:
        """Add the user's line."""
        super().__init__(f"{sentence} ({_users_line()})")


def refuse_options(opts: pulumi.ResourceOptions | None) -> None:
    """Refuse the options that a gate can't have.

    Raises:
        InputError: One of them is set.
    """
    for name, allowed in _REFUSED_OPTIONS.items():
        value = getattr(opts, name, None)
        if value:
            raise InputError(InvalidInputError(f"opts.{name}", type(value).__name__, allowed))


def _users_line() -> str:
    """Say where in the user's program the call stands: the first frame outside of this package."""
    here = f"{Path(__file__).parent}{os.sep}"
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001  # inspect.stack() reads every source file
    while frame is not None and frame.f_code.co_filename.startswith(here):
        frame = frame.f_back
    return f"{Path(frame.f_code.co_filename).name}, line {frame.f_lineno}" if frame is not None else "your program"
