"""The only module that knows the dynamic-provider host, `python -m pulumi.dynamic`.

The host offers no logger, ignores `Cancel`, serves four calls at once, answers every error with a traceback, and stays
for ever where the engine was killed. What this module does about it rests on private shapes of the host and of the
standard library's thread pool. Each is looked for at run time; where it has changed, the gate behaves plainly (no row,
no cancel, four calls, a traceback, a wait to its deadline) and goes on.
"""

import logging
import signal
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from types import FrameType
from typing import Any

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import status_pb2

from pulumi_tcsql_check.dynamic_host import engine_liveness
from pulumi_tcsql_check.dynamic_host.engine_log import EngineLog

CANCELLED = threading.Event()
"""Set once nobody needs the waits of this process: the update was cancelled or has failed, or its engine is gone."""

_refused: list[str] = []
"""The name of the gate at which the update failed, if that is why."""

MAX_CALLS = 1024
"""How many calls the host may serve at once: a gate holds one while it waits."""

_UNKNOWN_ERROR = 2
_logger = logging.getLogger(__name__)


class Call(EngineLog):
    """The call that a thread serves: what a provider may tell the engine meanwhile, and at its end."""

    def __init__(self, address: str, urn: str, context: grpc.ServicerContext | None) -> None:
        """Prepare; without a context there is no last word."""
        super().__init__(address, urn)
        self._context = context

    def fail(self, sentence: str) -> None:
        """Have the engine print this sentence, in place of a traceback, when the call raises."""
        if self._context is None:
            return
        details = status_pb2.Status(code=_UNKNOWN_ERROR, message=sentence).SerializeToString()
        self._context.set_trailing_metadata((("grpc-status-details-bin", details),))


def prepare() -> None:
    """Make the host heed `Cancel`, serve as many calls as come, and end with the engine; for `configure` to call."""
    for step in (_heed_cancel, _serve_every_call, _end_with_the_engine):
        try:
            step()
        except Exception:  # three steps, once per process
            _logger.warning("this host's private shape has changed: %s", step.__name__, exc_info=True)


def current_call() -> Call:
    """Find the call that this thread serves."""
    return Call(sys.argv[-1], *_served())  # the engine's address is the host's last argument


def _served() -> tuple[str, grpc.ServicerContext | None]:
    """Find the URN and the context by the frame of the servicer's `Read` above; `""` and None where there is none."""
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001  # the host does not pass the URN on
    while frame is not None:
        urn, context = getattr(frame.f_locals.get("request"), "urn", None), frame.f_locals.get("context")
        if isinstance(urn, str) and isinstance(context, grpc.ServicerContext):
            return urn, context
        frame = frame.f_back
    return "", None


def end_other_waits() -> None:
    """End the other waits of this process once the engine has the refusal that this thread's call is about to raise.

    The update has failed with it, but the engine cancels nothing: it waits for every step that is under way.
    """
    urn, context = _served()

    def end() -> None:
        if not CANCELLED.is_set():
            _refused.append(urn.rsplit("::", 1)[-1] or "beside it")
            CANCELLED.set()

    if context is None or not context.add_callback(end):
        end()


def refused() -> str:
    """Name the gate at which the update failed, where that is why the others end."""
    return _refused[0] if _refused else ""


def config_keys(config: object) -> tuple[str, ...]:
    """List the keys of the stack's configuration; none where that can't be done, as the host's class has no way to."""
    props = getattr(config, "_props", None)
    return tuple(key for key in props if isinstance(key, str)) if isinstance(props, dict) else ()


def project_name(config: object) -> str | None:
    """Return the name of the stack's project; None where that can't be done, as the host's class has no way to."""
    name = getattr(config, "_project_name", None)
    return name if isinstance(name, str) else None


def _cancel(self: Any, request: Any, context: Any) -> Any:  # noqa: ANN401, ARG001  # the servicer's own signature
    # This code runs with the globals of the host's __main__, so it brings its own.
    from pulumi_tcsql_check.dynamic_host import host  # noqa: PLC0415, PLW0406

    return host.note_cancel()


def note_cancel() -> empty_pb2.Empty:
    """Take note that the engine has cancelled the update."""
    CANCELLED.set()
    return empty_pb2.Empty()


def _heed_cancel() -> None:
    """Give the servicer's `Cancel`, whose bound method the server already holds, another body."""
    servicer = sys.modules["__main__"].DynamicResourceProviderServicer
    servicer.Cancel.__code__ = _cancel.__code__


class _NeverIdle:
    """Stands for the pool's count of idle threads, which can be one too high: there are none."""

    def acquire(self, blocking: bool = True, timeout: float | None = None) -> bool:  # noqa: FBT001, FBT002  # as there
        del blocking, timeout
        return False

    def release(self, n: int = 1) -> None:
        del n


def _serve_every_call() -> None:
    """Let the host's thread pool start a thread for each call, those that are queued already included."""
    pool = threading.current_thread()._args[0]()  # type: ignore[attr-defined]  # noqa: SLF001  # the only way to it
    if not (isinstance(pool, ThreadPoolExecutor) and hasattr(pool, "_idle_semaphore") and hasattr(pool, "_work_queue")):
        raise TypeError(type(pool).__name__)
    if pool._max_workers >= MAX_CALLS:  # noqa: SLF001
        return
    pool._max_workers = MAX_CALLS  # noqa: SLF001
    pool._idle_semaphore = _NeverIdle()  # type: ignore[assignment]  # noqa: SLF001
    for _ in range(pool._work_queue.qsize()):  # noqa: SLF001  # counted last: one too many does no harm
        pool.submit(_nothing)


def _end_with_the_engine() -> None:
    """Watch the engine from a thread, one in this process, and end this process once the engine is gone."""
    if not any(thread.name == engine_liveness.THREAD for thread in threading.enumerate()):
        engine_liveness.begin(sys.argv[-1], _end)


def _end() -> None:
    """Let every gate end, then interrupt the host as the engine would: it waits for what other providers are at."""
    CANCELLED.set()
    main = threading.main_thread().ident
    if main is not None and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.pthread_kill(main, signal.SIGINT)


def _nothing() -> None:
    """Do nothing; submitted so that the pool starts a thread."""
