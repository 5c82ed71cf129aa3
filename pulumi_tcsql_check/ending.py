"""Ends the program process: quietly when it is interrupted, and before anything is deleted when its gate refused.

When a gate refuses or the update is cancelled, the engine never answers the program's pending read. The host then sends
the program SIGINT and kills it after five seconds. Python's own way of ending fills the screen with a traceback around
the gate's one sentence, and waits for threads that are blocked in gRPC until it is killed.

With `--continue-on-error` the engine hands a refused read to the program as one without outputs. A program that ended
well would then be followed by the engine's delete phase, which removes whatever the program no longer mentions.
"""

import os
import signal
import sys
import threading
from types import FrameType, TracebackType
from typing import TypeVar

import pulumi

T = TypeVar("T")

GRACE_SECONDS = 0.3
"""How long the program has to end by itself after it was interrupted."""

INTERRUPTED = 130
"""The exit code of a process that was interrupted, as shells know it."""


def prepare() -> None:
    """Prepare this process for its end, if it is the main thread of a program that handles SIGINT as Python does."""
    if threading.current_thread() is not threading.main_thread():
        return
    if signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        return
    signal.signal(signal.SIGINT, _interrupt)
    previous = sys.excepthook

    def quiet(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if not issubclass(kind, KeyboardInterrupt):
            previous(kind, error, trace)

    sys.excepthook = quiet


def _interrupt(number: int, frame: FrameType | None) -> None:
    """Interrupt as Python does, and make sure that the process is gone shortly after.

    Interrupts come in pairs, from the host and from the engine. A second one while the timer starts would start another
    in the same thread, and wait for ever for a lock that the first start holds.
    """
    signal.signal(number, _already_interrupted)
    timer = threading.Timer(GRACE_SECONDS, os._exit, (INTERRUPTED,))
    timer.daemon = True
    timer.start()
    signal.default_int_handler(number, frame)


def _already_interrupted(_number: int, _frame: FrameType | None) -> None:
    """Let the first interrupt take its course."""


def guard(name: str, passed: pulumi.Output[bool], enforce: pulumi.Input[bool] | None) -> pulumi.Output[None]:
    """End the program with one sentence if a gate comes back without having passed.

    Args:
        name: The gate's name in the stack.
        passed: Its verdict; anything but `True` ends the program, also a value that has no answer behind it.
        enforce: The gate's own input; `False` lets everything through.

    Returns:
        What resolves once the program may go on, and fails with the sentence if it may not.
    """

    def refuse(both: list[object]) -> None:
        if both[0] is not True and both[1] is not False:
            raise pulumi.RunError(
                f"The gate {name} did not pass, so the program ends here, before what was removed from it is deleted; "
                "the error of the gate, or of what it depends on, says why."
            )

    return pulumi.Output.all(passed, enforce).apply(refuse, run_with_unknowns=True)


def behind(guarded: pulumi.Output[None], output: pulumi.Output[T]) -> pulumi.Output[T]:
    """Return an output that is there once the program may go on, so that no `apply` on it runs behind a refusal."""
    return guarded.apply(lambda _: output)
