"""Ends the program process at once, and without a traceback, when its language host interrupts it.

When a gate refuses or the update is cancelled, the engine never answers the program's pending read. The host then sends
the program SIGINT and kills it after five seconds. Python's own way of ending fills the screen with a traceback around
the gate's one sentence, and waits for threads that are blocked in gRPC until it is killed.
"""

import os
import signal
import sys
import threading
from types import FrameType, TracebackType

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
    """Interrupt as Python does, and make sure that the process is gone shortly after."""
    timer = threading.Timer(GRACE_SECONDS, os._exit, (INTERRUPTED,))
    timer.daemon = True
    timer.start()
    signal.default_int_handler(number, frame)
