"""The plugin's calls that concern neither a gate nor a start, and its process."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from importlib import metadata

import grpc
import pytest
from google.protobuf import empty_pb2
from harness.dynamic_host_process import RecordingEngine, serve_engine
from harness.plugin_server import CALL_SECONDS, PluginServer, plain, secret, struct
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

from pulumi_tcsql_check.plugin import gate, query, wire

VERSION = metadata.version("pulumi-tcsql-check")
START = "from pulumi_tcsql_check.plugin.server import main; main()"


def test_the_plugin_accepts_what_the_protocol_can_mark(plugin: PluginServer) -> None:
    """Secrets, references and outputs keep their marks on the way."""
    shaken = plugin.stub.Handshake(provider_pb2.ProviderHandshakeRequest(), timeout=CALL_SECONDS)
    assert shaken.accept_secrets
    assert shaken.accept_resources
    assert shaken.accept_outputs
    made = plugin.stub.Configure(provider_pb2.ConfigureRequest(), timeout=CALL_SECONDS)
    assert made.acceptSecrets
    assert made.supportsPreview
    assert made.acceptResources
    assert made.acceptOutputs


def test_the_plugin_has_the_version_of_the_package(plugin: PluginServer) -> None:
    """In its own information and in the schema."""
    assert plugin.stub.GetPluginInfo(empty_pb2.Empty(), timeout=CALL_SECONDS).version == VERSION
    found = json.loads(plugin.stub.GetSchema(provider_pb2.GetSchemaRequest(), timeout=CALL_SECONDS).schema)
    assert (found["name"], found["version"]) == ("tcsql-check", VERSION)


def test_the_keys_of_the_provider_are_secrets_of_the_state(plugin: PluginServer) -> None:
    """Also where the stack's configuration has them in plain text."""
    news = struct({"region": "ap-guangzhou", "secretKey": "a", "secretId": secret("b")})
    accepted = plugin.stub.CheckConfig(provider_pb2.CheckRequest(news=news), timeout=CALL_SECONDS).inputs
    assert plain(accepted) == {"region": "ap-guangzhou", "secretKey": secret("a"), "secretId": secret("b")}


def test_the_engine_compares_the_configuration(plugin: PluginServer) -> None:
    """A plugin that said "no change" would be configured as in the last update."""
    news = struct({"region": "ap-guangzhou"})
    assert plugin.stub.CheckConfig(provider_pb2.CheckRequest(news=news), timeout=CALL_SECONDS).inputs == news
    found = plugin.stub.DiffConfig(provider_pb2.DiffRequest(news=news), timeout=CALL_SECONDS)
    assert found.changes == provider_pb2.DiffResponse.DIFF_UNKNOWN


def test_a_plugin_that_was_started_before_the_engine_uses_the_one_that_attaches(plugin: PluginServer) -> None:
    """`PULUMI_DEBUG_PROVIDERS` does that."""
    other = RecordingEngine()
    server, address = serve_engine(other)
    plugin.stub.Attach(plugin_pb2.PluginAttach(address=address), timeout=CALL_SECONDS)
    plugin.construct(plugin.request(migrateId=1))
    server.stop(None).wait()
    assert other.logged
    assert plugin.engine.logged == []


def test_an_attached_plugin_outlives_a_cancelled_update(plugin: PluginServer) -> None:
    """The engine cancels its plugins at the end of every operation."""
    plugin.stub.Cancel(empty_pb2.Empty(), timeout=CALL_SECONDS)
    plugin.stub.Attach(plugin_pb2.PluginAttach(address=plugin.process.engine), timeout=CALL_SECONDS)
    assert plugin.construct(plugin.request(migrateId=1))["passed"] is True


@contextlib.contextmanager
def started(*arguments: str) -> Iterator[tuple["subprocess.Popen[str]", int]]:
    """Start the plugin's process, and yield it with its port; kill what is left of it."""
    with subprocess.Popen([sys.executable, "-c", START, *arguments], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process, int(process.stdout.readline())
        finally:
            process.kill()


@pytest.mark.parametrize(("argument", "code"), [("--help", 0), ("-h", 0), ("--port", 2), ("localhost", 2)])
def test_a_user_who_runs_the_command_gets_its_usage(argument: str, code: int) -> None:
    """Pulumi starts the plugin, so the usage shows the setting with which Pulumi finds it."""
    command = [sys.executable, "-c", START, argument]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=CALL_SECONDS)
    assert done.returncode == code
    written, empty = (done.stdout, done.stderr) if code == 0 else (done.stderr, done.stdout)
    assert written.startswith("usage: pulumi-resource-tcsql-check [ENGINE]\n")
    assert empty == ""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_process_ends_at_a_signal(number: signal.Signals) -> None:
    """It prints its port first; without an engine's address it waits for one that attaches."""
    with started() as (process, port):
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            stub = provider_pb2_grpc.ResourceProviderStub(channel)
            assert stub.GetPluginInfo(empty_pb2.Empty(), timeout=CALL_SECONDS).version == VERSION
        os.kill(process.pid, number)
        assert process.wait(CALL_SECONDS) == 0


def test_the_process_ends_with_its_engine() -> None:
    """An engine that was killed sends nothing."""
    with (
        socket.create_server(("127.0.0.1", 0)) as engine,
        started(f"127.0.0.1:{engine.getsockname()[1]}") as (process, _),
    ):
        engine.accept()[0].close()
        engine.close()
        assert process.wait(CALL_SECONDS) == 0


def test_every_output_of_the_schema_is_returned(plugin: PluginServer) -> None:
    """An SDK would read anything else as missing."""
    schema = json.loads(plugin.stub.GetSchema(provider_pb2.GetSchemaRequest(), timeout=CALL_SECONDS).schema)
    for kind, names in gate.OUTPUTS.items():
        assert set(schema["resources"][kind]["properties"]) == set(map(wire.camel, names))
    assert set(schema["functions"][query.TOKEN]["outputs"]["properties"]) == set(map(wire.camel, query.RESULTS))
