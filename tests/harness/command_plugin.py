"""A stand-in for the plugin `command` of Pulumi, which only Pulumi's own server has: runs `create` and `delete`.

The engine starts it from `PATH` as it would start the real one: `install` writes the command into a folder.
"""

# ruff: noqa: N802 - the methods' names are the protocol's.
import json
import subprocess
import sys
from concurrent import futures
from pathlib import Path

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

VERSION = "1.0.0"
TEXT = {"type": "string"}
INPUTS = {"create": TEXT, "delete": TEXT}
SCHEMA = {
    "name": "command",
    "version": VERSION,
    "resources": {"command:local:Command": {"inputProperties": INPUTS, "properties": INPUTS}},
}


class Provider(provider_pb2_grpc.ResourceProviderServicer):
    """The calls that the engine makes."""

    def GetPluginInfo(self, request: empty_pb2.Empty, context: grpc.ServicerContext) -> plugin_pb2.PluginInfo:
        """Return the version."""
        del request, context
        return plugin_pb2.PluginInfo(version=VERSION)

    def GetSchema(
        self, request: provider_pb2.GetSchemaRequest, context: grpc.ServicerContext
    ) -> provider_pb2.GetSchemaResponse:
        """Return the schema of the one resource."""
        del request, context
        return provider_pb2.GetSchemaResponse(schema=json.dumps(SCHEMA))

    def CheckConfig(
        self, request: provider_pb2.CheckRequest, context: grpc.ServicerContext
    ) -> provider_pb2.CheckResponse:
        """Take any configuration."""
        del context
        return provider_pb2.CheckResponse(inputs=request.news)

    def Configure(
        self, request: provider_pb2.ConfigureRequest, context: grpc.ServicerContext
    ) -> provider_pb2.ConfigureResponse:
        """Need no configuration."""
        del request, context
        return provider_pb2.ConfigureResponse()

    def Check(self, request: provider_pb2.CheckRequest, context: grpc.ServicerContext) -> provider_pb2.CheckResponse:
        """Take any inputs."""
        del context
        return provider_pb2.CheckResponse(inputs=request.news)

    def Diff(self, request: provider_pb2.DiffRequest, context: grpc.ServicerContext) -> provider_pb2.DiffResponse:
        """Replace the resource if an input has changed."""
        del context
        changed = [name for name in INPUTS if request.olds.fields[name] != request.news.fields[name]]
        return provider_pb2.DiffResponse(replaces=changed)

    def Create(self, request: provider_pb2.CreateRequest, context: grpc.ServicerContext) -> provider_pb2.CreateResponse:
        """Run `create`, in the project's folder."""
        del context
        if not request.preview:
            run(request.properties["create"])
        return provider_pb2.CreateResponse(id="command", properties=request.properties)

    def Delete(self, request: provider_pb2.DeleteRequest, context: grpc.ServicerContext) -> empty_pb2.Empty:
        """Run `delete`."""
        del context
        run(request.properties["delete"])
        return empty_pb2.Empty()

    def Cancel(self, request: empty_pb2.Empty, context: grpc.ServicerContext) -> empty_pb2.Empty:
        """End nothing: no command of a test is long."""
        del request, context
        return empty_pb2.Empty()


def run(command: object) -> None:
    """Run a command in a shell."""
    subprocess.run(["sh", "-c", str(command)], check=True)


def install(folder: Path) -> None:
    """Write the plugin's command into a folder."""
    command = folder / "pulumi-resource-command"
    command.write_text(f"#!/bin/sh\nexec '{sys.executable}' '{__file__}'\n", encoding="utf-8")
    command.chmod(0o755)


if __name__ == "__main__":
    server = grpc.server(futures.ThreadPoolExecutor())
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(Provider(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print(port, flush=True)
    server.wait_for_termination()
