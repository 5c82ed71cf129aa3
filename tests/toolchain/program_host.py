"""What the language hosts of this folder share: a process of the user's program, and how it ends.

Each host is installed under the name of an official one, and keeps what a user of that one sees:

- The program's process inherits the host's stdout and stderr, which the engine reads line by line and shows.
- When the engine ends the run, the program gets SIGINT from the host, and another with the whole process group, which
  the engine interrupts; 5 seconds later it is killed.
- A program whose engine has gone, and with it the connection of its run, is ended in the same way. Every five minutes
  the host checks that the engine still responds, and exits if it doesn't; a test may shorten the interval.

The engine starts a host with its own address as the last argument, and reads the port from the first line of stdout. It
needs a `python3` that has `pulumi`. It starts without the SDK, as the official one does (`lean.py`).
"""

# ruff: noqa: N802 - the methods' names are the protocol's.
from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import grpc
import lean  # noqa: F401  # imported for its effect
from google.protobuf import empty_pb2
from pulumi.runtime.proto import language_pb2, language_pb2_grpc, plugin_pb2

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MESSAGE_SHOWN = 32
"""The exit code of a program if the user has seen the error already; it is the same in every language."""

KILL_AFTER_SECONDS = 5.0
"""How long an interrupted program may take to end."""

HEALTH_SECONDS = float(os.environ.get("TCSQL_CHECK_TEST_HEALTH_SECONDS", "300"))
"""How often to check that the engine still responds."""

GLANCE_SECONDS = 0.1


class Program:
    """The process of a user's program."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        """Wrap a process that has started."""
        self.process = process
        self._first_interrupt = threading.Lock()

    def wait(self) -> int:
        """Wait for the exit, and return the exit code; -1 if a signal ended the process, as in Go."""
        return max(self.process.wait(), -1)

    def cancel(self) -> None:
        """End it, because the engine cancels the update."""
        self.end()

    def end(self) -> None:
        """Interrupt it once; kill it if it takes too long."""
        if self.process.poll() is None and self._first_interrupt.acquire(blocking=False):
            self.process.send_signal(signal.SIGINT)
            killer = threading.Timer(KILL_AFTER_SECONDS, self.process.kill)
            killer.daemon = True
            killer.start()


class Plugin(Program):
    """The process of a plugin."""

    def cancel(self) -> None:
        """Let it run: the engine cancels a plugin through its own connection."""

    def end(self) -> None:
        """Kill it, as the official host does."""
        self.process.kill()


class ProgramHost(language_pb2_grpc.LanguageRuntimeServicer):
    """The calls that the engine makes to every host; a language adds how its program starts.

    Attributes:
        engine_address: Where the engine listens.
    """

    def __init__(self, engine_address: str) -> None:
        """Start with no program running."""
        self.engine_address = engine_address
        self._programs: set[Program] = set()

    def start(
        self, request: language_pb2.RunRequest, config: Mapping[str, str], context: grpc.ServicerContext
    ) -> subprocess.Popen[bytes]:
        """Start the user's program in this process's group; `config` are environment variables."""
        raise NotImplementedError

    def end(self) -> None:
        """End every program that runs."""
        for program in tuple(self._programs):
            program.end()

    def wait(self) -> None:
        """Wait for every program that runs."""
        for program in tuple(self._programs):
            program.wait()

    @contextlib.contextmanager
    def running(self, program: Program, context: grpc.ServicerContext) -> Iterator[None]:
        """End a program when its call or this host ends; the block ends when the program has ended."""
        self._programs.add(program)
        if not context.add_callback(program.end):
            program.end()
        try:
            yield
        finally:
            program.wait()
            self._programs.discard(program)

    def Run(self, request: language_pb2.RunRequest, context: grpc.ServicerContext) -> language_pb2.RunResponse:
        """Run the user's program to its end."""
        config = {
            "PULUMI_CONFIG": json.dumps(dict(request.config)),
            "PULUMI_CONFIG_SECRET_KEYS": json.dumps(list(request.configSecretKeys)),
        }
        try:
            program = Program(self.start(request, config, context))
        except (OSError, subprocess.SubprocessError) as error:
            return language_pb2.RunResponse(error=f"problem executing program: {error}")
        with self.running(program, context):
            code = program.wait()
        if code == MESSAGE_SHOWN:
            return language_pb2.RunResponse(bail=True)
        return language_pb2.RunResponse(error=f"program exited with non-zero exit code: {code}" if code else "")

    def GetRequiredPackages(
        self,
        request: language_pb2.GetRequiredPackagesRequest,
        context: grpc.ServicerContext,
    ) -> language_pb2.GetRequiredPackagesResponse:
        """Return no plugin: the engine then finds each when a resource needs it."""
        del request, context
        return language_pb2.GetRequiredPackagesResponse()

    def GetPluginInfo(self, request: empty_pb2.Empty, context: grpc.ServicerContext) -> plugin_pb2.PluginInfo:
        """Return no version: this host is never downloaded."""
        del request, context
        return plugin_pb2.PluginInfo()

    def Cancel(self, request: empty_pb2.Empty, context: grpc.ServicerContext) -> empty_pb2.Empty:
        """Cancel the programs, and return at once."""
        del request, context
        for program in tuple(self._programs):
            program.cancel()
        return empty_pb2.Empty()


def flags(options: Mapping[str, str]) -> list[str]:
    """Return a command's options; those without a value are left out."""
    return [part for name, value in options.items() if value for part in (f"--{name}", value)]


def watch(engine_address: str, ending: threading.Event) -> None:
    """Query the engine's health from time to time, and end if it doesn't respond; "unimplemented" is a response."""
    with grpc.insecure_channel(engine_address, options=[("grpc.enable_http_proxy", 0)]) as channel:
        ask: grpc.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary("/grpc.health.v1.Health/Check")
        while not ending.wait(HEALTH_SECONDS):
            error = ask.future(b"").exception()
            if isinstance(error, grpc.Call) and error.code() is not grpc.StatusCode.UNIMPLEMENTED:
                ending.set()


def serve(host_class: type[ProgramHost]) -> None:
    """Serve until a signal arrives or the engine has gone, and leave no program behind."""
    ending = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ending.set())
    host = host_class(sys.argv[-1])
    server = grpc.server(ThreadPoolExecutor())
    language_pb2_grpc.add_LanguageRuntimeServicer_to_server(host, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print(port, flush=True)
    threading.Thread(target=watch, args=(sys.argv[-1], ending), daemon=True).start()
    while not ending.wait(GLANCE_SECONDS):  # a signal just before the wait may not wake it
        pass
    host.end()
    server.stop(KILL_AFTER_SECONDS).wait()
    host.wait()  # a call that the engine gave up may have ended before its process
    sys.stdout.flush()
    os._exit(0)  # as in Go, in which the official hosts are written; gRPC sometimes keeps Python from exiting
