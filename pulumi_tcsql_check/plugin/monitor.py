"""The engine's resource monitor: registers a component, and returns another resource's outputs."""

import functools
from typing import Any

import grpc
from pulumi.runtime.proto import provider_pb2, resource_pb2, resource_pb2_grpc

from pulumi_tcsql_check.plugin import wire

_OPTIONS = (("grpc.enable_http_proxy", 0), ("grpc.max_receive_message_length", 1024 * 1024 * 400))

# The others, such as `ignoreChanges` and `customTimeouts`, are about what a provider does with a resource.
_SAME = ("parent", "protect", "deletedWith", "retainOnDelete")
_SAME_LISTS = ("dependencies", "additionalSecretOutputs", "replace_with", "aliases")


class Monitor:
    """The monitor that a call names."""

    def __init__(self, address: str) -> None:
        """Connect."""
        self._stub = _connect(address)

    def register(self, request: provider_pb2.ConstructRequest) -> str:
        """Register the component of a call, with its options, and return its URN."""
        same = {name: getattr(request, name) for name in (*_SAME, *_SAME_LISTS)}
        made = resource_pb2.RegisterResourceRequest(
            type=request.type,
            name=request.name,
            object=request.inputs,
            providers=dict(request.providers),
            acceptSecrets=True,
            acceptResources=True,
            supportsPartialValues=True,
            parentStackTraceHandle=request.stack_trace_handle,
            **same,
        )
        for name, dependencies in request.inputDependencies.items():
            made.propertyDependencies[name].urns.extend(dependencies.urns)
        if request.HasField("resource_hooks"):
            made.hooks.MergeFromString(request.resource_hooks.SerializeToString())
        return str(self._stub.RegisterResource(made).urn)

    def complete(self, urn: str, outputs: Any) -> None:  # noqa: ANN401  # a protobuf message
        """Store the outputs of a component."""
        self._stub.RegisterResourceOutputs(resource_pb2.RegisterResourceOutputsRequest(urn=urn, outputs=outputs))

    def outputs_of(self, urn: str) -> wire.Properties:
        """Return the outputs that a resource has in this deployment."""
        return wire.read(self._resource(urn)["state"].struct_value)

    def left_out(self, request: provider_pb2.ConstructRequest) -> str:
        """Return the URN of what a component depends on and what this update has not created; "" if all is there.

        `--target` or `--exclude` left it out. Pulumi would write a state that it can't read if it were registered.
        """
        of_inputs = [urn for one in request.inputDependencies.values() for urn in one.urns]
        others = [request.parent, request.deletedWith, *request.replace_with]
        for urn in {*request.dependencies, *of_inputs, *others} - {""}:
            if "::pulumi:pulumi:Stack::" not in urn:
                found = self._resource(urn)
                if found["provider"].string_value and not found["id"].string_value:  # a component has neither
                    return urn
        return ""

    def _resource(self, urn: str) -> Any:  # noqa: ANN401  # a protobuf map
        request = resource_pb2.ResourceInvokeRequest(
            tok="pulumi:pulumi:getResource", args=wire.write({"urn": urn}), acceptResources=True
        )
        return getattr(self._stub.Invoke(request), "return").fields


@functools.cache
def _connect(address: str) -> resource_pb2_grpc.ResourceMonitorStub:
    return resource_pb2_grpc.ResourceMonitorStub(grpc.insecure_channel(address, options=_OPTIONS))
