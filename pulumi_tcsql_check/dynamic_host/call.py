"""The call that a thread serves: its lines in the engine's log, and its error.

The dynamic-provider host has no logger, and turns every error into a traceback. If a private name of the host has
changed, the gate still works, without them.
"""

import sys
from types import FrameType

import grpc
from pulumi.runtime.proto import status_pb2

from pulumi_tcsql_check.engine.log import EngineLog

_UNKNOWN_ERROR = 2


class Call(EngineLog):
    """The call about one resource, and its log lines."""

    def __init__(self, address: str, urn: str, context: grpc.ServicerContext | None) -> None:
        """Connect to the engine; lines are dropped if its address has no port, the error if there is no context."""
        super().__init__(address, urn)
        self.context = context

    def fail(self, sentence: str) -> None:
        """Make the engine print this sentence instead of a traceback when the call raises."""
        if self.context is not None:
            details = status_pb2.Status(code=_UNKNOWN_ERROR, message=sentence).SerializeToString()
            self.context.set_trailing_metadata((("grpc-status-details-bin", details),))


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
