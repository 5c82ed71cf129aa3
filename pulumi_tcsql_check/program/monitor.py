"""Wraps the SDK's calls of the engine's resource monitor, for two facts that the SDK drops.

The response to a component's registration says whether the engine has skipped it. The gRPC status "unavailable" means
that the update is over: the SDK would print "Resource monitor has terminated, shutting down" below the actual error.
"""

from typing import Any

import grpc
from pulumi.runtime.settings import get_monitor

from pulumi_tcsql_check.program import shutdown


class _Observed:
    """A monitor call; `registered` has the URNs that it returned and the engine has not skipped."""

    def __init__(self, call: Any) -> None:  # noqa: ANN401  # gRPC's call has no public type
        self._call = call
        self.registered: set[str] = set()

    def __call__(self, request: Any, *args: Any, **more: Any) -> Any:  # noqa: ANN401  # as in gRPC
        try:
            response = self._call(request, *args, **more)
        except grpc.RpcError as error:
            code = getattr(error, "code", None)  # gRPC's errors are calls as well, which their type doesn't say
            if code is not None and code() is grpc.StatusCode.UNAVAILABLE:
                shutdown.end_with_the_update()
            raise
        if not getattr(response, "unknown", True):
            self.registered.add(response.urn)
        return response


def observe() -> None:
    """Wrap this stack's monitor; a second call changes nothing."""
    monitor: Any = get_monitor()
    if monitor is None or isinstance(monitor.RegisterResource, _Observed):
        return
    monitor.RegisterResource = _Observed(monitor.RegisterResource)
    for name in ("ReadResource", "RegisterResourceOutputs"):
        setattr(monitor, name, _Observed(getattr(monitor, name)))


def has_registered(urn: str | None) -> bool:
    """Return whether the engine has registered a resource since `observe`, without skipping it."""
    return urn in getattr(getattr(get_monitor(), "RegisterResource", None), "registered", ())
