"""The calls of Pulumi's provider protocol, each answered by the module that it concerns."""

import json
from importlib import metadata, resources

import grpc
from google.protobuf import empty_pb2, struct_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

from pulumi_tcsql_check.errors import InvalidInputError
from pulumi_tcsql_check.languages.sentence import Sentence
from pulumi_tcsql_check.plugin import gate, query, start_resource, wire
from pulumi_tcsql_check.plugin.process import Process

DISTRIBUTION = "pulumi-tcsql-check"

_SECRET = {"secretId", "secretKey", "securityToken"}
"""The keys that never stand in a state in plain text."""


class Servicer(provider_pb2_grpc.ResourceProviderServicer):
    """Answers the engine; what isn't here, the base class refuses as unimplemented."""

    def __init__(self, process: Process) -> None:
        """Store what the calls share."""
        self._process = process

    def Handshake(
        self, request: provider_pb2.ProviderHandshakeRequest, context: grpc.ServicerContext
    ) -> provider_pb2.ProviderHandshakeResponse:
        """Return what the plugin accepts: secrets, references to resources, and outputs."""
        del request, context
        return provider_pb2.ProviderHandshakeResponse(accept_secrets=True, accept_resources=True, accept_outputs=True)

    def Attach(self, request: plugin_pb2.PluginAttach, context: grpc.ServicerContext) -> empty_pb2.Empty:
        """Use this engine: a debugger has started the plugin before it."""
        del context
        self._process.attach(request.address)
        return empty_pb2.Empty()

    def GetPluginInfo(self, request: empty_pb2.Empty, context: grpc.ServicerContext) -> plugin_pb2.PluginInfo:
        """Return the version of the package."""
        del request, context
        return plugin_pb2.PluginInfo(version=metadata.version(DISTRIBUTION))

    def GetSchema(
        self, request: provider_pb2.GetSchemaRequest, context: grpc.ServicerContext
    ) -> provider_pb2.GetSchemaResponse:
        """Return the package's schema, of which SDKs are generated, with its version."""
        del request, context
        return provider_pb2.GetSchemaResponse(schema=schema())

    def CheckConfig(
        self, request: provider_pb2.CheckRequest, context: grpc.ServicerContext
    ) -> provider_pb2.CheckResponse:
        """Accept the provider's configuration, and make its keys secrets; what uses a key validates it."""
        del context
        accepted = struct_pb2.Struct()
        accepted.CopyFrom(request.news)
        for name in _SECRET & {*accepted.fields}:
            value = accepted.fields[name]
            if not value.HasField("struct_value"):
                accepted.update({name: {wire.SIGNATURE: wire.SECRET, "value": value.string_value}})
        return provider_pb2.CheckResponse(inputs=accepted)

    def DiffConfig(self, request: provider_pb2.DiffRequest, context: grpc.ServicerContext) -> provider_pb2.DiffResponse:
        """Let the engine compare: if this said that nothing changes, the engine would send the old configuration."""
        del request, context
        return provider_pb2.DiffResponse(changes=provider_pb2.DiffResponse.DIFF_UNKNOWN)

    def Configure(
        self, request: provider_pb2.ConfigureRequest, context: grpc.ServicerContext
    ) -> provider_pb2.ConfigureResponse:
        """Store the provider's configuration."""
        del context
        self._process.configure(wire.read(request.args), request.name)
        return provider_pb2.ConfigureResponse(
            acceptSecrets=True, supportsPreview=True, acceptResources=True, acceptOutputs=True
        )

    def Construct(
        self, request: provider_pb2.ConstructRequest, context: grpc.ServicerContext
    ) -> provider_pb2.ConstructResponse:
        """Register a gate, and wait for it."""
        return gate.construct(request, self._process, context)

    def Invoke(self, request: provider_pb2.InvokeRequest, context: grpc.ServicerContext) -> provider_pb2.InvokeResponse:
        """Query a check once; there is one function."""
        return query.query(request, self._process, context)

    def Check(self, request: provider_pb2.CheckRequest, context: grpc.ServicerContext) -> provider_pb2.CheckResponse:
        """Validate the inputs of a start."""
        del context
        return start_resource.check(request, self._process)

    def Diff(self, request: provider_pb2.DiffRequest, context: grpc.ServicerContext) -> provider_pb2.DiffResponse:
        """Return whether a start has to start its check again."""
        try:
            return start_resource.diff(request)
        except InvalidInputError as error:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, self._process.line(error))

    def Create(self, request: provider_pb2.CreateRequest, context: grpc.ServicerContext) -> provider_pb2.CreateResponse:
        """Start a check."""
        made = start_resource.start(request.urn, request.properties, self._process, context, preview=request.preview)
        return provider_pb2.CreateResponse(id=start_resource.id_of(made), properties=made)

    def Update(self, request: provider_pb2.UpdateRequest, context: grpc.ServicerContext) -> provider_pb2.UpdateResponse:
        """Start a check again."""
        made = start_resource.start(request.urn, request.news, self._process, context, preview=request.preview)
        return provider_pb2.UpdateResponse(properties=made)

    def Read(self, request: provider_pb2.ReadRequest, context: grpc.ServicerContext) -> provider_pb2.ReadResponse:
        """Return the outputs of a refresh as they are; nothing can look up a start, so an import is refused."""
        if "flowId" not in request.properties.fields:
            error = InvalidInputError("import", request.id, Sentence("no import of a start"))
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, self._process.line(error))
        return provider_pb2.ReadResponse(id=request.id, properties=request.properties, inputs=request.inputs)

    def Delete(self, request: provider_pb2.DeleteRequest, context: grpc.ServicerContext) -> empty_pb2.Empty:
        """Forget a start; its check, if it runs, runs on."""
        del request, context
        return empty_pb2.Empty()

    def Cancel(self, request: empty_pb2.Empty, context: grpc.ServicerContext) -> empty_pb2.Empty:
        """End every wait and every start: the user has cancelled the update."""
        del request, context
        self._process.cancel()
        return empty_pb2.Empty()


def schema() -> str:
    """Return the schema as JSON, with the package's version; the configuration also has the provider's inputs."""
    written = json.loads(resources.files(__package__).joinpath("schema.json").read_bytes())
    variables = {**written["provider"]["inputProperties"], **written["config"]["variables"]}
    return json.dumps({**written, "version": metadata.version(DISTRIBUTION), "config": {"variables": variables}})
