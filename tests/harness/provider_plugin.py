"""A provider plugin of one resource: the calls that the tests' own plugins answer alike, and its process."""

# ruff: noqa: N802 - the methods' names are the protocol's.
import json
import signal
from collections.abc import Collection
from concurrent import futures
from pathlib import Path

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

VERSION = "1.0.0"
TESTS = Path(__file__).resolve().parent.parent


class Provider(provider_pb2_grpc.ResourceProviderServicer):
    """Accepts any inputs, which are the outputs too; a subclass creates, updates and deletes the resource."""

    def __init__(self, token: str, inputs: Collection[str], updates: Collection[str] = ()) -> None:
        """Define the resource by its type, the names of its inputs, and those that don't replace it."""
        self._inputs = inputs
        self._updates = updates
        properties = {name: {"type": "string"} for name in inputs}
        self._schema = {
            "name": token.partition(":")[0],
            "version": VERSION,
            "resources": {token: {"inputProperties": properties, "properties": properties}},
        }

    def GetPluginInfo(self, _request: object, _context: object) -> plugin_pb2.PluginInfo:
        """Return the version."""
        return plugin_pb2.PluginInfo(version=VERSION)

    def GetSchema(self, _request: object, _context: object) -> provider_pb2.GetSchemaResponse:
        """Return the schema of the one resource."""
        return provider_pb2.GetSchemaResponse(schema=json.dumps(self._schema))

    def CheckConfig(self, request: provider_pb2.CheckRequest, _context: object) -> provider_pb2.CheckResponse:
        """Accept any configuration."""
        return provider_pb2.CheckResponse(inputs=request.news)

    def DiffConfig(self, _request: object, _context: object) -> provider_pb2.DiffResponse:
        """Let no configuration replace the provider."""
        return provider_pb2.DiffResponse(changes=provider_pb2.DiffResponse.DIFF_NONE)

    def Configure(self, _request: object, _context: object) -> provider_pb2.ConfigureResponse:
        """Need no configuration."""
        return provider_pb2.ConfigureResponse(supportsPreview=True)

    def Check(self, request: provider_pb2.CheckRequest, _context: object) -> provider_pb2.CheckResponse:
        """Accept any inputs."""
        return provider_pb2.CheckResponse(inputs=request.news)

    def Diff(self, request: provider_pb2.DiffRequest, _context: object) -> provider_pb2.DiffResponse:
        """Compare the inputs."""
        changed = [name for name in self._inputs if request.olds.fields[name] != request.news.fields[name]]
        kind = provider_pb2.DiffResponse.DIFF_SOME if changed else provider_pb2.DiffResponse.DIFF_NONE
        return provider_pb2.DiffResponse(changes=kind, replaces=[name for name in changed if name not in self._updates])

    def Cancel(self, _request: object, _context: object) -> empty_pb2.Empty:
        """End nothing: no call is long."""
        return empty_pb2.Empty()


def serve(provider: Provider) -> None:
    """Serve the engine until it ends this process."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    server = grpc.server(futures.ThreadPoolExecutor())
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(provider, server)
    print(server.add_insecure_port("127.0.0.1:0"), flush=True)
    server.start()
    signal.sigwait({signal.SIGINT, signal.SIGTERM})
    server.stop(0).wait()
