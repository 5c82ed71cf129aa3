"""Sends lines about a resource to the engine's log: in order, and without blocking the sender."""

import functools
import logging
import threading

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc

SEND_SECONDS = 2.0
"""The timeout, in seconds, of sending one line."""

_NO_PROXY = (("grpc.enable_http_proxy", 0),)
_logger = logging.getLogger(__name__)


class EngineLog:
    """The log lines of one resource. Any number of threads may send them."""

    def __init__(self, address: str, urn: str) -> None:
        """Connect to the engine; lines are dropped if its address has no port."""
        self._engine = _connect(address) if ":" in address else None
        self.urn = urn
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

    def error(self, text: str) -> None:
        """Show an error that stays; it makes the update fail."""
        self._send(engine_pb2.ERROR, text)

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
