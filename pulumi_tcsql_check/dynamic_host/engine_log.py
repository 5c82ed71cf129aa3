"""Tells the engine lines for its screen: in their order, and beside whatever the gate does meanwhile."""

import logging
import threading

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc

SEND_SECONDS = 2.0
"""How long the engine has to take a line: no line is worth a longer wait."""

_NO_PROXY = (("grpc.enable_http_proxy", 0),)
_logger = logging.getLogger(__name__)

_engines: dict[str, engine_pb2_grpc.EngineStub] = {}


class EngineLog:
    """The lines about one resource; any number of threads may send some."""

    def __init__(self, address: str, urn: str) -> None:
        """Prepare; nothing is sent yet.

        Args:
            address: The engine's; what has no port in it is none, and every line is dropped.
            urn: The resource's name.
        """
        self._engine = _connect(address) if ":" in address else None
        self._urn = urn
        self._lock = threading.Lock()
        self._sent: grpc.Future[empty_pb2.Empty] | None = None

    def show(self, text: str) -> None:
        """Show a line on the resource's own row, until the next one."""
        self._send(engine_pb2.INFO, text, ephemeral=True)

    def note(self, text: str) -> None:
        """Show a line that stays."""
        self._send(engine_pb2.INFO, text)

    def warn(self, text: str) -> None:
        """Show a warning that stays."""
        self._send(engine_pb2.WARNING, text)

    def flush(self) -> None:
        """Wait until the engine has every line: it shows none that comes after the call's own answer."""
        with self._lock:
            self._await_arrival()

    def _send(self, severity: "engine_pb2.LogSeverity.ValueType", text: str, *, ephemeral: bool = False) -> None:
        """Send a line, once the engine has the one before: it may show two that are under way in either order."""
        if self._engine is None:
            return
        request = engine_pb2.LogRequest(severity=severity, message=text, urn=self._urn, ephemeral=ephemeral)
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


def _connect(address: str) -> engine_pb2_grpc.EngineStub:
    """Connect to the engine, once in a process."""
    if address not in _engines:
        _engines[address] = engine_pb2_grpc.EngineStub(grpc.insecure_channel(address, options=_NO_PROXY))
    return _engines[address]
