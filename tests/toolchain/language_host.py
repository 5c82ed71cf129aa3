#!/usr/bin/env python3
"""Run Python programs for the Pulumi engine, as Pulumi's official language host does.

The official `pulumi-language-python` comes with the official CLI only, so `bootstrap.py` installs this file under that
name beside the CLI that it builds. It keeps what a user of the official one sees (`program_host.py`, installed beside
this file), and:

- The program runs under the official executor (`pulumi-language-python-exec`, installed beside this file).
- A plugin that is a folder with `PulumiPlugin.yaml` runs as `python FOLDER`.
- Installed distributions called `pulumi-*`, or with a `pulumi-plugin.json`, are treated as providers' SDKs, whose
  plugins the engine then searches for (`plugins.py`, installed beside this file).
- `pulumi new` and `pulumi install` make the environment that `Pulumi.yaml` names; the official one also updates pip
  in it, which needs the network.

It omits what a preview, an update, a refresh and a destroy don't need, parameterized packages, and toolchains other
than pip.
"""

# ruff: noqa: N802 - the methods' names are the protocol's.
from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path
from queue import SimpleQueue
from typing import IO, TYPE_CHECKING

import grpc
import lean  # noqa: F401  # imported for its effect
import plugins
from program_host import Plugin, ProgramHost, flags, serve
from pulumi.runtime.proto import language_pb2

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

EXECUTOR = Path(__file__).with_name("pulumi-language-python-exec")
"""The official executor, which connects to the engine and runs the program's entry point."""

READ_BYTES = 1 << 16
"""How much of a plugin's output goes into one message."""


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

    def start(
        self, arguments: list[str], added: Mapping[str, str], cwd: str | None = None, output: int | None = None
    ) -> subprocess.Popen[bytes]:
        """Start a program without a buffer, in this process's group, which the engine interrupts.

        Args:
            arguments: Its command line.
            added: Environment variables to add.
            cwd: Its folder, if that isn't this process's.
            output: Where its stdout and stderr go, if not to this process's.
        """
        return subprocess.Popen(
            [self.command, "-u", *arguments],
            bufsize=0,
            cwd=cwd,
            env={**self.environment, **added},
            stderr=output,
            stdin=subprocess.DEVNULL,
            stdout=output,
        )

    def output(self, code: str) -> str:
        """Run some code, and return what it prints."""
        command = [self.command, "-c", code]
        return subprocess.run(command, env=self.environment, check=True, stdout=subprocess.PIPE, text=True).stdout


class PythonHost(ProgramHost):
    """The calls that the engine makes."""

    def start(
        self, request: language_pb2.RunRequest, config: Mapping[str, str], context: grpc.ServicerContext
    ) -> subprocess.Popen[bytes]:
        """Start the user's program under the executor."""
        del context
        options = {
            "monitor": request.monitor_address,
            "engine": self.engine_address,
            "project": request.project,
            "root_directory": request.info.root_directory,
            "stack": request.stack,
            "pwd": request.pwd,
            "dry_run": str(request.dryRun).lower(),
            "parallel": str(request.parallel),
            "organization": request.organization,
        }
        command = [str(EXECUTOR), *flags(options), request.info.entry_point, *request.args]
        return Interpreter(request.info).start(command, config)

    def RunPlugin(
        self, request: language_pb2.RunPluginRequest, context: grpc.ServicerContext
    ) -> Iterator[language_pb2.RunPluginResponse]:
        """Run a plugin to its end, and pass its output on."""
        command = [request.info.program_directory, *request.args]
        added = dict(variable.split("=", 1) for variable in request.env)
        plugin = Plugin(Interpreter(request.info).start(command, added, request.pwd, subprocess.PIPE))
        messages: SimpleQueue[language_pb2.RunPluginResponse | None] = SimpleQueue()
        streams = [
            (lambda written: language_pb2.RunPluginResponse(stdout=written), plugin.process.stdout),
            (lambda written: language_pb2.RunPluginResponse(stderr=written), plugin.process.stderr),
        ]
        for message, stream in streams:
            threading.Thread(target=forward, args=(message, stream, messages), daemon=True).start()
        with self.running(plugin, context):
            for _ in streams:
                yield from iter(messages.get, None)
            yield language_pb2.RunPluginResponse(exitcode=plugin.wait())

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
        """Make the environment that the `virtualenv` option names, and install `requirements.txt`, if any, into it."""
        interpreter = Interpreter(request.info)
        commands = []
        if Path(request.info.program_directory, "requirements.txt").exists():
            commands.append([interpreter.command, "-m", "pip", "install", "--requirement", "requirements.txt"])
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


def forward(
    message: Callable[[bytes], language_pb2.RunPluginResponse],
    stream: IO[bytes],
    messages: SimpleQueue[language_pb2.RunPluginResponse | None],
) -> None:
    """Put what a plugin writes into a queue as messages, and None at the end."""
    for written in iter(lambda: stream.read(READ_BYTES), b""):
        messages.put(message(written))
    messages.put(None)


if __name__ == "__main__":
    serve(PythonHost)
