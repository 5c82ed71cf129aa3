"""The plugin's servicer on a port of this process, and an engine and a resource monitor that record its calls."""

import contextlib
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent import futures
from typing import Any

import grpc
import pytest
from google.protobuf import empty_pb2, json_format, struct_pb2
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc, resource_pb2, resource_pb2_grpc

from harness.dynamic_host_process import RecordingEngine, serve_engine
from harness.error_texts import in_one_line
from pulumi_tcsql_check.plugin import wire
from pulumi_tcsql_check.plugin.process import Process
from pulumi_tcsql_check.plugin.servicer import Servicer

CHECK = "tcsql-check:index:MigrationCheck"
GROUP = "tcsql-check:index:MigrationCheckGroup"
START = "tcsql-check:index:MigrationCheckStart"
START_URN = f"urn:pulumi:test::project::{START}::start"
CALL_SECONDS = 10.0
CALLS = 32
"""How many calls are served at once."""


class RecordingMonitor(resource_pb2_grpc.ResourceMonitorServicer):
    """A resource monitor that records registrations, and knows the outputs of some resources.

    Attributes:
        registered: The registrations.
        completed: The outputs of components.
        refuses_outputs: Whether it refuses those, as for an update with a plan.
        states: The outputs of resources, by their URN; any other resource has none.
        left_out: The URNs of resources that this update has not created.
    """

    def __init__(self) -> None:
        """Start with nothing."""
        self.registered: list[resource_pb2.RegisterResourceRequest] = []
        self.completed: list[resource_pb2.RegisterResourceOutputsRequest] = []
        self.refuses_outputs = False
        self.states: dict[str, struct_pb2.Struct] = {}
        self.left_out: set[str] = set()

    def RegisterResource(  # noqa: N802  # the protocol's name
        self, request: resource_pb2.RegisterResourceRequest, context: grpc.ServicerContext
    ) -> resource_pb2.RegisterResourceResponse:
        """Record a component, and return its URN."""
        del context
        self.registered.append(request)
        return resource_pb2.RegisterResourceResponse(urn=urn(request.name, request.type))

    def RegisterResourceOutputs(  # noqa: N802  # as above
        self, request: resource_pb2.RegisterResourceOutputsRequest, context: grpc.ServicerContext
    ) -> empty_pb2.Empty:
        """Record the outputs of a component."""
        if self.refuses_outputs:
            context.abort(grpc.StatusCode.UNKNOWN, "resource violates plan")
        self.completed.append(request)
        return empty_pb2.Empty()

    def Invoke(  # noqa: N802  # as above
        self, request: resource_pb2.ResourceInvokeRequest, context: grpc.ServicerContext
    ) -> provider_pb2.InvokeResponse:
        """Return the state of a resource, as `pulumi:pulumi:getResource` does."""
        del context
        assert request.tok == "pulumi:pulumi:getResource"
        assert request.acceptResources
        urn = request.args.fields["urn"].string_value
        found = struct_pb2.Struct()
        found.fields["state"].struct_value.CopyFrom(self.states.get(urn, struct_pb2.Struct()))
        found.fields["provider"].string_value = "a provider" if urn in {*self.states, *self.left_out} else ""
        found.fields["id"].string_value = "an id" if urn in self.states else ""
        response = provider_pb2.InvokeResponse()
        getattr(response, "return").CopyFrom(found)
        return response


class PluginServer:
    """The plugin, as the engine calls it."""

    def __init__(self, channel: grpc.Channel, engine: RecordingEngine, process: Process) -> None:
        """Connect."""
        self.stub = provider_pb2_grpc.ResourceProviderStub(channel)
        self.engine = engine
        self.process = process
        self.monitor = RecordingMonitor()
        self.config: dict[str, str] = {}
        self._monitor_address = ""

    @contextlib.contextmanager
    def serve_monitor(self) -> Iterator[None]:
        """Serve the resource monitor."""
        server = grpc.server(futures.ThreadPoolExecutor(CALLS))
        resource_pb2_grpc.add_ResourceMonitorServicer_to_server(self.monitor, server)
        self._monitor_address = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
        server.start()
        yield
        server.stop(None).wait()

    def configure(self, **args: str) -> None:
        """Send the provider's own configuration."""
        self.stub.Configure(provider_pb2.ConfigureRequest(args=struct(args)), timeout=CALL_SECONDS)

    def request(
        self,
        kind: str = CHECK,
        *,
        preview: bool = False,
        name: str = "gate",
        **given: Any,  # noqa: ANN401  # values of JSON
    ) -> provider_pb2.ConstructRequest:
        """Make the request for a component with these inputs, in the engine's encoding."""
        return provider_pb2.ConstructRequest(
            project="project",
            stack="test",
            config=self.config,
            dryRun=preview,
            monitorEndpoint=self._monitor_address,
            type=kind,
            name=name,
            inputs=struct(given),
        )

    def construct(self, request: provider_pb2.ConstructRequest) -> dict[str, Any]:
        """Call `Construct` to its end, and return the outputs in the engine's encoding."""
        return plain(self.stub.Construct(request, timeout=CALL_SECONDS).state)

    def refusal(self, request: provider_pb2.ConstructRequest) -> str:
        """Call `Construct`, which must fail with one short line, and return the error of the gate's row in one line."""
        with pytest.raises(grpc.RpcError) as refused:
            self.construct(request)
        assert isinstance(refused.value, grpc.Call)
        assert refused.value.details() == "The gate stays shut: its own error says why."
        last = self.engine.logged[-1]
        assert last.urn == urn(request.name, request.type)
        return in_one_line(last.message)

    def lines(self) -> list[str]:
        """Return the messages of the engine's log, each in one line."""
        return [in_one_line(one.message) for one in self.engine.logged]


def until(condition: Callable[[], bool]) -> None:
    """Wait until a condition holds, for at most `CALL_SECONDS`."""
    deadline = time.monotonic() + CALL_SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def struct(values: Mapping[str, Any]) -> struct_pb2.Struct:
    """Return values in the engine's encoding as a message."""
    made = struct_pb2.Struct()
    made.update(values)
    return made


def plain(state: struct_pb2.Struct) -> dict[str, Any]:
    """Return a message as values in the engine's encoding."""
    return dict(json_format.MessageToDict(state))


def secret(value: object) -> dict[str, object]:
    """Encode a secret."""
    return {wire.SIGNATURE: wire.SECRET, "value": value}


def output(*dependencies: str, **value: object) -> dict[str, object]:
    """Encode an output of resources; without `value=` it is unknown."""
    return {wire.SIGNATURE: wire.OUTPUT, "dependencies": list(dependencies), **value}


def reference(to: str) -> dict[str, object]:
    """Encode a reference to a resource."""
    return {wire.SIGNATURE: wire.RESOURCE, "urn": to, "id": "an id", "packageVersion": ""}


def urn(name: str, kind: str = CHECK) -> str:
    """Return the URN of a resource."""
    return f"urn:pulumi:test::project::{kind}::{name}"


@contextlib.contextmanager
def plugin_server() -> Iterator[PluginServer]:
    """Serve the plugin, an engine and a monitor."""
    engine = RecordingEngine()
    engine_server, address = serve_engine(engine)
    process = Process(address)
    server = grpc.server(futures.ThreadPoolExecutor(CALLS))
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(Servicer(process), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        plugin = PluginServer(channel, engine, process)
        with plugin.serve_monitor():
            yield plugin
    server.stop(None).wait()
    engine_server.stop(None).wait()
