"""Ends the program process: quietly on an interrupt, and before anything is deleted if its gate refused.

When a gate refuses or the update is cancelled, the engine never answers the program's pending read. The host then sends
the program SIGINT and kills it after five seconds. Python's own way of ending fills the screen with a traceback around
the gate's text, and waits for threads that are blocked in gRPC until it is killed.

With `--continue-on-error` the engine hands a refused read to the program as one without outputs. If the program then
ended normally, the engine's delete phase would remove whatever the program no longer declares.
"""

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import TypeVar

import pulumi

from pulumi_tcsql_check.languages.sentence import Sentence
from pulumi_tcsql_check.program.language import in_stacks

T = TypeVar("T")

GRACE_SECONDS = 0.3
"""How long the program has to end by itself after it was interrupted."""

INTERRUPTED = 130
"""The exit code of a process that was interrupted, as shells know it."""


def prepare() -> None:
    """Install the handler of SIGINT in the main thread; a second call changes nothing.

    It first calls a handler that the program has set. A program that ignores SIGINT, such as one that a script has
    started in the background, goes on ignoring it until the grace is over.
    """
    before = signal.getsignal(signal.SIGINT) if threading.current_thread() is threading.main_thread() else None
    if before in {None, signal.SIG_DFL} or isinstance(before, _Interrupt):
        return
    signal.signal(signal.SIGINT, _Interrupt(before))
    previous = sys.excepthook

    def quiet(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if not issubclass(kind, KeyboardInterrupt):
            previous(kind, error, trace)

    sys.excepthook = quiet


def end_with_the_update() -> None:
    """End this process as an interrupt does: the engine has ended the update and has said why.

    It doesn't return then. In a process that isn't prepared, such as an inline program's, it returns at once.
    """
    if isinstance(signal.getsignal(signal.SIGINT), _Interrupt):
        os.kill(os.getpid(), signal.SIGINT)
        threading.Event().wait()


@contextmanager
def deferring_interrupts(wake: Callable[[], object]) -> Iterator[None]:
    """Defer the exception of an interrupt to the end of the block; `wake` is called instead, and ends the block.

    asyncio can't go on after an exception out of the middle of its event loop.
    """
    handler = signal.getsignal(signal.SIGINT)
    if not isinstance(handler, _Interrupt) or threading.current_thread() is not threading.main_thread():
        yield
        return
    handler.wake = wake
    try:
        yield
    finally:
        handler.wake = None
        if handler.deferred is not None:
            raise handler.deferred


class _Interrupt:
    """A handler of SIGINT that does what the one before it did, and makes sure that the process is gone shortly after.

    Interrupts come in pairs, from the host and from the engine. Only the first one counts: a second one while the timer
    starts would start another timer in the same thread, and deadlock on a lock that the first start holds.

    Attributes:
        wake: What to call in place of raising, within `deferring_interrupts`.
        deferred: What was not raised then.
    """

    def __init__(self, before: Callable[[int, FrameType | None], object] | int) -> None:
        self._before = before
        self._is_interrupted = False
        self.wake: Callable[[], object] | None = None
        self.deferred: BaseException | None = None

    def __call__(self, number: int, frame: FrameType | None) -> None:
        if self._is_interrupted:
            return
        self._is_interrupted = True
        try:
            if callable(self._before):
                self._before(number, frame)
        except BaseException as error:
            if self.wake is None:
                raise
            self.deferred = error
            self.wake()
        finally:
            timer = threading.Timer(GRACE_SECONDS, os._exit, (INTERRUPTED,))
            timer.daemon = True
            timer.start()


def guard(
    name: str,
    passed: pulumi.Output[bool],
    is_fresh: pulumi.Output[bool],
    enforce: pulumi.Input[bool] | None,
) -> pulumi.Output[None]:
    """End the program if a gate has not passed in this update.

    The output that is returned resolves once the program may go on. It fails if `passed` or `is_fresh` is anything but
    `True` and `enforce` is not `False`.
    """

    def refuse(known: list[object]) -> None:
        if known[2] is not False and not (known[0] is True and known[1] is True):
            raise pulumi.RunError(in_stacks(Sentence("program ends", gate=name)))

    guarded = pulumi.Output.all(passed, is_fresh, enforce).apply(refuse, run_with_unknowns=True)
    return pulumi.Output.unsecret(guarded)  # else a secret `enforce` would make every output a secret


def behind(guarded: pulumi.Output[None], output: pulumi.Output[T]) -> pulumi.Output[T]:
    """Return an output that resolves once the program may go on, so that no `apply` on it runs behind a refusal."""
    return guarded.apply(lambda _: output)
