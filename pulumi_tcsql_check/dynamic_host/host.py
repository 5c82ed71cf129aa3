"""Fixes the process of the dynamic-provider host, `python -m pulumi.dynamic`.

The host ignores `Cancel`, serves four calls at once, can miss the engine's SIGINT, and never exits if the engine is
killed. The fixes rely on private names of the host and of the standard library's thread pool, checked at run time. If
one has changed, the gate still works, without that fix.
"""

import faulthandler
import logging
import os
import signal
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from pulumi_tcsql_check.dynamic_host.call import Call
from pulumi_tcsql_check.engine import liveness

CANCELLED = threading.Event()
"""Set when the waits of this process must end: the update was cancelled or has failed, or the engine has exited."""

INTERRUPTED = threading.Event()
"""Set when starts must end as well: the update was cancelled, or the engine has exited. A failure doesn't set it."""

_refused: list[str] = []
"""The name of the gate at which the update failed, if that set `CANCELLED`."""

MAX_CALLS = 1024
"""How many calls the host may serve at once. A gate occupies one while it waits."""

WAKE_SECONDS = 0.5
"""The pause between two wakes of the main thread, in seconds."""

WAKER = "tcsql-check-waker"

_logger = logging.getLogger(__name__)


def prepare() -> None:
    """Make the host handle `Cancel`, serve up to `MAX_CALLS` calls, notice SIGINT and exit with the engine.

    `configure` calls it.
    """
    for step in (_heed_cancel, _serve_every_call, _notice_signals, _end_with_the_engine):
        try:
            step()
        except Exception:  # four steps, once per process
            _logger.warning("this host's private shape has changed: %s", step.__name__, exc_info=True)


def end_other_waits(call: Call) -> None:
    """End the other waits of this process once the engine has the error that a call is about to raise.

    The error fails the update, but the engine doesn't cancel the other steps: it waits for them.
    """

    def end() -> None:
        if not CANCELLED.is_set():
            _refused.append(call.urn.rsplit("::", 1)[-1] or "beside it")
            CANCELLED.set()

    if call.context is None or not call.context.add_callback(end):
        end()


def refused() -> str:
    """Return the name of the gate at which the update failed; "" if that is not why the other waits end."""
    return _refused[0] if _refused else ""


def config_keys(config: object) -> tuple[str, ...]:
    """Return the keys of the stack's configuration from the host's private attribute; () if it has none."""
    props = getattr(config, "_props", None)
    return tuple(key for key in props if isinstance(key, str)) if isinstance(props, dict) else ()


def project_name(config: object) -> str | None:
    """Return the name of the stack's project from the host's private attribute; None if it has none."""
    name = getattr(config, "_project_name", None)
    return name if isinstance(name, str) else None


def _cancel(self: Any, request: Any, context: Any) -> Any:  # noqa: ANN401, ARG001  # the servicer's own signature
    """End all waits, since the engine has cancelled the update."""
    # This code runs with the globals of the host's __main__, so it imports what it needs.
    from google.protobuf import empty_pb2  # noqa: PLC0415

    from pulumi_tcsql_check.dynamic_host import host  # noqa: PLC0415, PLW0406

    host.INTERRUPTED.set()
    host.CANCELLED.set()
    return empty_pb2.Empty()


def _heed_cancel() -> None:
    """Replace the code of the servicer's `Cancel`: the server already holds the bound method."""
    servicer = sys.modules["__main__"].DynamicResourceProviderServicer
    servicer.Cancel.__code__ = _cancel.__code__


class _NeverIdle:
    """Replaces the pool's count of idle threads, which can be one too high, by zero."""

    def acquire(self, *_: object, **__: object) -> bool:
        return False

    def release(self, *_: object, **__: object) -> None:
        return


def _serve_every_call() -> None:
    """Make the host's thread pool start a thread for each call, also for the calls already in its queue."""
    pool = threading.current_thread()._args[0]()  # type: ignore[attr-defined]  # noqa: SLF001  # no public way
    if not (isinstance(pool, ThreadPoolExecutor) and hasattr(pool, "_idle_semaphore") and hasattr(pool, "_work_queue")):
        raise TypeError(type(pool).__name__)
    if pool._max_workers >= MAX_CALLS:  # noqa: SLF001
        return
    pool._max_workers = MAX_CALLS  # noqa: SLF001
    pool._idle_semaphore = _NeverIdle()  # type: ignore[assignment]  # noqa: SLF001
    for _ in range(pool._work_queue.qsize()):  # noqa: SLF001  # counted last; one task too many is harmless
        pool.submit(lambda: None)  # makes the pool start a thread


def _notice_signals() -> None:
    """Start the process's one thread that wakes the main thread, which waits without a timeout.

    Python handles a signal in the main thread, but any thread can receive it, and that doesn't wake the main thread.
    The engine then kills the host after five seconds (seen after about 1 of 60 cancelled commands). SIGURG is ignored
    by default. Only `faulthandler` can install a handler from another thread; `chain` lets it interrupt a wait.
    """
    if any(thread.name == WAKER for thread in threading.enumerate()):
        return
    nowhere = open(os.devnull, "w")  # noqa: PTH123, SIM115  # open as long as the process
    faulthandler.register(signal.SIGURG, nowhere, all_threads=False, chain=True)
    threading.Thread(target=_wake_main_thread, name=WAKER, daemon=True).start()


def _wake_main_thread() -> None:
    main = threading.main_thread().ident or 0
    while True:
        time.sleep(WAKE_SECONDS)  # noqa: TID251  # only this daemon thread sleeps
        signal.pthread_kill(main, signal.SIGURG)


def _end_with_the_engine() -> None:
    """Start the process's one thread that watches the engine, and exit when the engine has exited."""
    if not any(thread.name == liveness.THREAD for thread in threading.enumerate()):
        liveness.begin(sys.argv[-1], _end)


def _end() -> None:
    """End all waits, then send the host SIGINT as the engine would; it still finishes the other providers' calls."""
    INTERRUPTED.set()
    CANCELLED.set()
    main = threading.main_thread().ident
    if main is not None and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.pthread_kill(main, signal.SIGINT)
