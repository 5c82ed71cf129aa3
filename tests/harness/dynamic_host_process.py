"""Pulumi's dynamic-provider host as a process, called as the engine calls it, and an engine that records its log."""

import contextlib
import os
import signal
import subprocess
from collections.abc import Callable, Iterator, Mapping
from concurrent import futures
from pathlib import Path
from typing import Any

import grpc
from google.protobuf import empty_pb2, struct_pb2
from pulumi.dynamic.dynamic import serialize_provider
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc, provider_pb2, provider_pb2_grpc, status_pb2

from harness.error_texts import in_one_line
from pulumi_tcsql_check.emulator import DUMMY_SECRET_ID, DUMMY_SECRET_KEY, Emulator
from pulumi_tcsql_check.provider import MigrationCheckProvider

CALL_SECONDS = 30.0
END_SECONDS = 5.0

Value = float | str | bool | list[str]
"""The types of an input on the wire."""


class RecordingEngine(engine_pb2_grpc.EngineServicer):
    """An engine that records what the host logs."""

    def __init__(self) -> None:
        """Start with an empty log."""
        self.logged: list[engine_pb2.LogRequest] = []

    def Log(self, request: engine_pb2.LogRequest, context: grpc.ServicerContext) -> empty_pb2.Empty:  # noqa: N802
        """Record one message."""
        del context
        self.logged.append(request)
        return empty_pb2.Empty()


def serve_engine(engine: RecordingEngine) -> tuple[grpc.Server, str]:
    """Serve an engine, and return the server, which the caller stops, and its address."""
    server = grpc.server(futures.ThreadPoolExecutor())
    engine_pb2_grpc.add_EngineServicer_to_server(engine, server)
    address = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    server.start()
    return server, address


class HostProcess:
    """A host process, and the stub that calls it."""

    def __init__(
        self,
        process: "subprocess.Popen[str]",
        engine: RecordingEngine,
        emulator: Emulator,
        lose_engine: Callable[[], object],
    ) -> None:
        """Connect to a process that has just started; `lose_engine` stops its engine."""
        assert process.stdout is not None
        self.process = process
        self.engine = engine
        self.emulator = emulator
        self.lose_engine = lose_engine
        self._channel = grpc.insecure_channel(f"127.0.0.1:{int(process.stdout.readline())}")
        self.stub = provider_pb2_grpc.ResourceProviderStub(self._channel)

    def configure(self, **config: str) -> None:
        """Send the stack's configuration, as the engine does."""
        args = struct_pb2.Struct()
        args.update({"tcsql-check:endpoint": self.emulator.url, **config})
        self.stub.Configure(provider_pb2.ConfigureRequest(args=args), timeout=CALL_SECONDS)

    def request(self, migrate_id: float | str, **more: Value) -> provider_pb2.ReadRequest:
        """Make the request of a Read step."""
        inputs = struct_pb2.Struct()
        inputs.update(
            {
                "__provider": serialize_provider(MigrationCheckProvider()),
                "migrate_id": migrate_id,
                "region": "ap-guangzhou",
                "poll_interval_seconds": 0.1,
                "wait": True,
                **more,
            }
        )
        return provider_pb2.ReadRequest(id=f"ap-guangzhou/{migrate_id}", urn=urn(migrate_id), inputs=inputs)

    def read(self, migrate_id: float | str, **more: Value) -> dict[str, Any]:
        """Read to the end, and return the outputs."""
        response = self.stub.Read(self.request(migrate_id, **more), timeout=CALL_SECONDS)
        return dict(response.properties)

    def interrupt(self) -> None:
        """Send SIGINT until the process ends.

        One SIGINT is not always enough: the kernel may hand it to a thread of gRPC, and the host's main thread, which
        waits without a timeout, then does not learn of it. Under load this was seen in 3 of 100 runs.

        Raises:
            subprocess.TimeoutExpired: The process has not ended after `END_SECONDS`.
        """
        for _ in range(int(END_SECONDS) - 1):
            self.process.send_signal(signal.SIGINT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(1)
                return
        self.process.wait(1)

    def stop(self) -> None:
        """Interrupt the process, and kill it, as the engine does, if it does not end by itself."""
        self._channel.close()
        try:
            self.interrupt()
        except subprocess.TimeoutExpired:
            self.process.kill()
        assert self.process.stdout is not None
        self.process.stdout.close()


@contextlib.contextmanager
def started_host(python: str, scenario: Path, home: Path, environ: Mapping[str, str] = {}) -> Iterator[HostProcess]:
    """Start the host with this interpreter, an engine and an emulator; `environ` adds to this process's own."""
    engine = RecordingEngine()
    server, address = serve_engine(engine)
    environ = {
        **os.environ,
        "HOME": str(home),
        "TENCENTCLOUD_SECRET_ID": DUMMY_SECRET_ID,
        "TENCENTCLOUD_SECRET_KEY": DUMMY_SECRET_KEY,
        **environ,
    }
    command = [python, "-u", "-m", "pulumi.dynamic", address]
    with (
        Emulator(scenario) as emulator,
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environ, cwd=home) as process,
    ):
        running = HostProcess(process, engine, emulator, lambda: server.stop(None))
        try:
            yield running
        finally:
            running.stop()
            server.stop(None).wait()


Start = Callable[[Mapping[str, str]], contextlib.AbstractContextManager[HostProcess]]
"""Starts the host with additional environment variables."""


def urn(migrate_id: object) -> str:
    """Return the URN of a migration's resource."""
    return f"urn:pulumi:test::test::pulumi-python:dynamic/tcsql:MigrationCheck::check-{migrate_id}"


def sentence_of(error: grpc.RpcError) -> str:
    """Return what the engine prints for an error, in one line: the text of the status in its trailing metadata."""
    assert isinstance(error, grpc.Call)
    details = dict(error.trailing_metadata() or ())["grpc-status-details-bin"]
    return in_one_line(status_pb2.Status.FromString(details).message)
