"""Ends the program process: without a traceback on an interrupt, and before deletions if a gate refuses.

When a gate refuses or the update is cancelled, the engine never responds to the program's pending read. The host then
sends the program SIGINT and kills it after five seconds. By default Python prints a traceback around the gate's text
and waits for threads that are blocked in gRPC. With `--continue-on-error`, the engine returns a refused read without
outputs. If the program then ended normally, the engine would delete what the program no longer declares.
"""

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import Any

import pulumi

from pulumi_tcsql_check.languages.sentence import Sentence
from pulumi_tcsql_check.program.stack import in_stack_language

GRACE_SECONDS = 0.3
"""How long an interrupted program has to end by itself."""

INTERRUPTED = 130


def prepare() -> None:
    """Install the SIGINT handler once; it calls the program's own first, and `GRACE_SECONDS` later ends the process."""
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
    """End this process as an interrupt does, since the update is over; without `prepare`'s handler, return at once."""
    if isinstance(signal.getsignal(signal.SIGINT), _Interrupt):
        os.kill(os.getpid(), signal.SIGINT)
        threading.Event().wait()


@contextmanager
def deferring_interrupts(wake: Callable[[], object]) -> Iterator[None]:
    """Defer an interrupt's exception to the end of the block, which `wake` ends: asyncio can't resume after one."""
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
    """A SIGINT handler that calls the previous one, and ends the process after `GRACE_SECONDS`.

    The host and the engine each send a SIGINT. Only the first one counts: a second one while the timer starts would
    start another timer in the same thread, and deadlock on a lock that the first start holds. If `wake` is set, the
    handler calls it instead of raising, and stores the exception in `deferred`.
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
    """Return an output that ends the program unless `passed` and `is_fresh` are True or `enforce` is False."""

    def refuse(known: list[object]) -> None:
        if known[2] is not False and not (known[0] is True and known[1] is True):
            raise pulumi.RunError(in_stack_language(Sentence("program ends", gate=name)))

    guarded = pulumi.Output.all(passed, is_fresh, enforce).apply(refuse, run_with_unknowns=True)
    return pulumi.Output.unsecret(guarded)  # otherwise a secret `enforce` makes every output a secret


def behind(guarded: pulumi.Output[None], output: pulumi.Output[Any]) -> pulumi.Output[Any]:
    """Return an output that resolves once the program may continue, so that no `apply` on it runs after a refusal."""
    return guarded.apply(lambda _: output)
