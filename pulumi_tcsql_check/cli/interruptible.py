"""Lets SIGINT and SIGTERM end a command at once, whatever it is at.

The work is done by another thread, so that the main thread has nothing to do but to listen. Its handler does one thing,
which may be done anywhere: it puts a note into a queue. An event's lock might be held by whoever was interrupted.
"""

import contextlib
import queue
import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any, TypeVar

SIGNALS = (signal.SIGINT, signal.SIGTERM)

_GLANCE_SECONDS = 0.1

T = TypeVar("T")

_Told = tuple[int, object, BaseException | None]


class ToldToEndError(Exception):
    """A signal came first.

    Attributes:
        number: Which one.
    """

    def __init__(self, number: int) -> None:
        """Name it."""
        self.number = number
        super().__init__(signal.Signals(number).name)


def run(work: Callable[[], T]) -> T:
    """Do some work on a thread of its own; the main thread calls this.

    Args:
        work: What to do; what it raises is raised here. Where a signal came first, nobody waits for its end.

    Raises:
        ToldToEndError: A signal came before the work was done.
    """
    told: queue.SimpleQueue[_Told] = queue.SimpleQueue()

    def do() -> None:
        try:
            told.put((0, work(), None))
        except BaseException as error:  # noqa: BLE001  # raised again in the main thread
            told.put((0, None, error))

    before = _listen(told)
    threading.Thread(target=do, name="tcsql-check-work", daemon=True).start()
    number, result, error = _first(told)
    if number:
        raise ToldToEndError(number)  # and go on noting signals, so that none disturbs the end of the process
    for heeded, handler in before.items():
        signal.signal(heeded, handler)
    if error is not None:
        raise error
    return result  # type: ignore[return-value]  # it is T where there is no error


def _first(told: "queue.SimpleQueue[_Told]") -> _Told:
    """Wait for the first note.

    A signal that comes to another thread, or right before a wait begins, wakes nobody: so no wait is long.
    """
    while True:
        with contextlib.suppress(queue.Empty):
            return told.get(timeout=_GLANCE_SECONDS)


def _listen(told: "queue.SimpleQueue[_Told]") -> dict[signal.Signals, Any]:
    """Note signals, but for one that is ignored already, as SIGINT is behind a shell's `&`; return who heeded them."""

    def note(number: int, _frame: FrameType | None) -> None:
        told.put((number, None, None))

    heeded = [number for number in SIGNALS if signal.getsignal(number) is not signal.SIG_IGN]
    return {number: signal.signal(number, note) for number in heeded}
