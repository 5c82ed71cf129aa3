#!/usr/bin/env python3
"""Run Python programs for the Pulumi engine, as Pulumi's official language host does.

The official `pulumi-language-python` comes with the official CLI only, so `bootstrap.py` installs this file under that
name beside the CLI that it builds. It keeps what a user of the official one sees:

- The program runs in a child process, under the official executor (`pulumi-language-python-exec`, installed beside
  this file). The child inherits this process's stdout and stderr, which the engine reads line by line and shows.
- When the engine ends the run, the child gets SIGINT from this process, and another with the whole process group, which
  the engine interrupts; 5 seconds later it is killed.
- A program whose engine has gone, and with it the connection of its run, is ended in the same way. Every five minutes
  this process checks that the engine still responds, and exits if it doesn't; a test may shorten the interval.
- Installed distributions called `pulumi-*`, or with a `pulumi-plugin.json`, are treated as providers' SDKs, whose
  plugins the engine then searches for (`plugins.py`, installed beside this file).
- `pulumi new` and `pulumi install` make the environment that `Pulumi.yaml` names; the official one also updates pip
  in it, which needs the network.

It starts without the SDK, as the official one does (`lean.py`, installed beside this file).

It omits what a preview, an update, a refresh and a destroy don't need, parameterized packages, and toolchains other
than pip.

The engine starts it with its own address as the last argument, and reads the port from the first line of stdout. It
needs a `python3` that has `pulumi`.
"""

# ruff: noqa: N802 - the methods' names are the protocol's.
from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import grpc
import lean  # noqa: F401  # imported for its effect
import plugins
from google.protobuf import empty_pb2
from pulumi.runtime.proto import language_pb2, language_pb2_grpc, plugin_pb2

if TYPE_CHECKING:
    from collections.abc import Iterator

EXECUTOR = Path(__file__).with_name("pulumi-language-python-exec")
"""The official executor, which connects to the engine and runs the program's entry point."""

MESSAGE_SHOWN = 32
"""The executor's exit code if the user has seen the error already."""

KILL_AFTER_SECONDS = 5.0
"""How long an interrupted program may take to end."""


HEALTH_SECONDS = float(os.environ.get("TCSQL_CHECK_TEST_HEALTH_SECONDS", "300"))
"""How often to check that the engine still responds."""

GLANCE_SECONDS = 0.1


class Interpreter:
    """The Python that runs the user's program."""

    def __init__(self, info: language_pb2.ProgramInfo) -> None:
        """Find the `virtualenv` of `Pulumi.yaml`, or else `python3` on `PATH`."""
        self.command = os.environ.get("PULUMI_PYTHON_CMD", "python3")
        self.environment = dict(os.environ)
        option = dict(info.options).get("virtualenv")
        self.virtualenv = Path(info.root_directory, str(option)) if option else None
        if self.virtualenv:
            self.command = str(self.virtualenv / "bin" / "python")
            self.environment["VIRTUAL_ENV"] = str(self.virtualenv)
            self.environment["PATH"] = f"{self.virtualenv / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
            self.environment.pop("PYTHONHOME", None)

    def start(self, arguments: list[str], **environment: str) -> subprocess.Popen[bytes]:
        """Start a program without a buffer, in this process's group, which the engine interrupts."""
        command = [self.command, "-u", *arguments]
        return subprocess.Popen(command, env=self.environment | environment, stdin=subprocess.DEVNULL)

    def output(self, code: str) -> str:
        """Run some code, and return what it prints."""
        command = [self.command, "-c", code]
        return subprocess.run(command, env=self.environment, check=True, stdout=subprocess.PIPE, text=True).stdout


class Program:
    """The user's program, running."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        """Wrap a process that has started."""
        self._process = process
        self._first_interrupt = threading.Lock()

    def wait(self) -> int:
        """Wait for the exit, and return the exit code."""
        return self._process.wait()

    def interrupt(self) -> None:
        """Interrupt it once; kill it if it takes too long."""
        if self._process.poll() is None and self._first_interrupt.acquire(blocking=False):
            self._process.send_signal(signal.SIGINT)
            killer = threading.Timer(KILL_AFTER_SECONDS, self._process.kill)
            killer.daemon = True
            killer.start()


class LanguageHost(language_pb2_grpc.LanguageRuntimeServicer):
    """The calls that the engine makes."""

    def __init__(self, engine_address: str) -> None:
        """Start with no program running."""
        self._engine_address = engine_address
        self._programs: set[Program] = set()

    def interrupt(self) -> None:
        """Interrupt every program that runs."""
        for program in tuple(self._programs):
            program.interrupt()

    def Run(self, request: language_pb2.RunRequest, context: grpc.ServicerContext) -> language_pb2.RunResponse:
        """Run the user's program to its end."""
        config = {
            "PULUMI_CONFIG": json.dumps(dict(request.config)),
            "PULUMI_CONFIG_SECRET_KEYS": json.dumps(list(request.configSecretKeys)),
        }
        try:
            program = Program(Interpreter(request.info).start(self._arguments(request), **config))
        except OSError as error:
            return language_pb2.RunResponse(error=f"problem executing program: {error}")
        self._programs.add(program)
        if not context.add_callback(program.interrupt):
            program.interrupt()
        code = program.wait()
        self._programs.discard(program)
        if code == MESSAGE_SHOWN:
            return language_pb2.RunResponse(bail=True)
        # The official host is written in Go, which returns -1 if a signal ended the process.
        message = f"program exited with non-zero exit code: {max(code, -1)}" if code else ""
        return language_pb2.RunResponse(error=message)

    def _arguments(self, request: language_pb2.RunRequest) -> list[str]:
        """Return the executor's command line; options without a value are left out."""
        options = {
            "monitor": request.monitor_address,
            "engine": self._engine_address,
            "project": request.project,
            "root_directory": request.info.root_directory,
            "stack": request.stack,
            "pwd": request.pwd,
            "dry_run": str(request.dryRun).lower(),
            "parallel": str(request.parallel),
            "organization": request.organization,
        }
        flags = [part for name, value in options.items() if value for part in (f"--{name}", value)]
        return [str(EXECUTOR), *flags, request.info.entry_point, *request.args]

    def GetRequiredPackages(
        self,
        request: language_pb2.GetRequiredPackagesRequest,
        context: grpc.ServicerContext,
    ) -> language_pb2.GetRequiredPackagesResponse:
        """Return the plugins that the installed distributions require."""
        del context
        listing = Interpreter(request.info).output(plugins.LIST_DISTRIBUTIONS)
        return language_pb2.GetRequiredPackagesResponse(packages=plugins.required(listing))

    def InstallDependencies(
        self,
        request: language_pb2.InstallDependenciesRequest,
        context: grpc.ServicerContext,
    ) -> Iterator[language_pb2.InstallDependenciesResponse]:
        """Make the environment that the `virtualenv` option names, and install `requirements.txt` into it."""
        interpreter = Interpreter(request.info)
        commands = [[interpreter.command, "-m", "pip", "install", "--requirement", "requirements.txt"]]
        if interpreter.virtualenv:
            commands.insert(0, [sys.executable, "-m", "venv", str(interpreter.virtualenv)])
        for command in commands:
            folder = request.info.program_directory
            done = subprocess.run(command, cwd=folder, capture_output=True, check=False, stdin=subprocess.DEVNULL)
            yield language_pb2.InstallDependenciesResponse(stdout=done.stdout, stderr=done.stderr)
            if done.returncode != 0:
                context.abort(grpc.StatusCode.UNKNOWN, f"{' '.join(command)} failed")

    def About(self, request: language_pb2.AboutRequest, context: grpc.ServicerContext) -> language_pb2.AboutResponse:
        """Return the Python that runs the programs."""
        del context
        code = "import platform, sys; print(sys.executable, platform.python_version(), sep='\\n')"
        executable, version = Interpreter(request.info).output(code).splitlines()
        return language_pb2.AboutResponse(executable=executable, version=version)

    def GetPluginInfo(self, request: empty_pb2.Empty, context: grpc.ServicerContext) -> plugin_pb2.PluginInfo:
        """Return no version: this host is never downloaded."""
        del request, context
        return plugin_pb2.PluginInfo()

    def Cancel(self, request: empty_pb2.Empty, context: grpc.ServicerContext) -> empty_pb2.Empty:
        """Interrupt the programs, and return at once."""
        del request, context
        self.interrupt()
        return empty_pb2.Empty()


def watch(engine_address: str, ending: threading.Event) -> None:
    """Query the engine's health from time to time, and end if it doesn't respond; "unimplemented" is a response."""
    with grpc.insecure_channel(engine_address, options=[("grpc.enable_http_proxy", 0)]) as channel:
        ask: grpc.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary("/grpc.health.v1.Health/Check")
        while not ending.wait(HEALTH_SECONDS):
            error = ask.future(b"").exception()
            if isinstance(error, grpc.Call) and error.code() is not grpc.StatusCode.UNIMPLEMENTED:
                ending.set()


def main() -> None:
    """Serve until a signal arrives or the engine has gone, and leave no program behind."""
    ending = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ending.set())
    host = LanguageHost(engine_address=sys.argv[-1])
    server = grpc.server(ThreadPoolExecutor())
    language_pb2_grpc.add_LanguageRuntimeServicer_to_server(host, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print(port, flush=True)
    threading.Thread(target=watch, args=(sys.argv[-1], ending), daemon=True).start()
    while not ending.wait(GLANCE_SECONDS):  # a signal just before the wait may not wake it
        pass
    host.interrupt()
    server.stop(KILL_AFTER_SECONDS).wait()
    sys.stdout.flush()
    os._exit(0)  # as in Go, in which the official host is written; gRPC sometimes keeps Python from exiting


if __name__ == "__main__":
    main()
