"""The call that a thread serves: its log lines, sent in order without blocking the gate, and its error.

The dynamic-provider host has no logger, and turns every error into a traceback. If a private name of the host has
changed, the gate still works, without them.
"""

import functools
import logging
import sys
import threading
from types import FrameType

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc, status_pb2

SEND_SECONDS = 2.0
"""The timeout, in seconds, of sending one line."""

_NO_PROXY = (("grpc.enable_http_proxy", 0),)
_UNKNOWN_ERROR = 2
_logger = logging.getLogger(__name__)


class Call:
    """The call about one resource. Any number of threads may send its lines."""

    def __init__(self, address: str, urn: str, context: grpc.ServicerContext | None) -> None:
        """Connect to the engine; lines are dropped if its address has no port, the error if there is no context."""
        self._engine = _connect(address) if ":" in address else None
        self.urn = urn
        self.context = context
        self._lock = threading.Lock()
        self._sent: grpc.Future[empty_pb2.Empty] | None = None

    def show(self, text: str) -> None:
        """Show a line on the resource's row until the next line."""
        self._send(engine_pb2.INFO, text, ephemeral=True)

    def note(self, text: str) -> None:
        """Show a line that stays."""
        self._send(engine_pb2.INFO, text)

    def warn(self, text: str) -> None:
        """Show a warning that stays."""
        self._send(engine_pb2.WARNING, text)

    def fail(self, sentence: str) -> None:
        """Make the engine print this sentence instead of a traceback when the call raises."""
        if self.context is not None:
            details = status_pb2.Status(code=_UNKNOWN_ERROR, message=sentence).SerializeToString()
            self.context.set_trailing_metadata((("grpc-status-details-bin", details),))

    def flush(self) -> None:
        """Wait until the engine has every line: it drops those that come after the call's response."""
        with self._lock:
            self._await_arrival()

    def _send(self, severity: "engine_pb2.LogSeverity.ValueType", text: str, *, ephemeral: bool = False) -> None:
        """Send a line once the engine has the previous one, since it may show two in flight in either order."""
        if self._engine is None:
            return
        request = engine_pb2.LogRequest(severity=severity, message=text, urn=self.urn, ephemeral=ephemeral)
        with self._lock:
            self._await_arrival()
            self._sent = self._engine.Log.future(request, timeout=SEND_SECONDS)

    def _await_arrival(self) -> None:
        sent, self._sent = self._sent, None
        try:
            if sent is not None:
                sent.result()
        except grpc.RpcError:
            _logger.warning("the engine took no log message", exc_info=True)


@functools.cache
def _connect(address: str) -> engine_pb2_grpc.EngineStub:
    """Return the process's one connection to the engine."""
    return engine_pb2_grpc.EngineStub(grpc.insecure_channel(address, options=_NO_PROXY))


def current_call() -> Call:
    """Return the call that this thread serves; without a URN and a context if no frame is the servicer's `Read`."""
    address = sys.argv[-1]  # the last argument is the engine's address
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001  # the host does not pass the URN on
    while frame is not None:
        urn, context = getattr(frame.f_locals.get("request"), "urn", None), frame.f_locals.get("context")
        if isinstance(urn, str) and isinstance(context, grpc.ServicerContext):
            return Call(address, urn, context)
        frame = frame.f_back
    return Call(address, "", None)
