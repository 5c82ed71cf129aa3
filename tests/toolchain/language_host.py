#!/usr/bin/env python3
"""Run Python programs for the Pulumi engine, as Pulumi's official language host does.

The official `pulumi-language-python` comes with the official CLI only, so `bootstrap.py` installs this file under that
name beside the CLI that it builds. It keeps what a user of the official one sees:

- The program runs in a child process, under the official executor (`pulumi-language-python-exec`, installed beside
  this file). The child inherits this process's stdout and stderr, which the engine reads line by line and shows.
- When the engine ends the run, the child gets SIGINT from this process, and another with the whole process group, which
  the engine interrupts; 5 seconds later it is killed.
- Installed distributions called `pulumi-*`, or with a `pulumi-plugin.json`, are taken for providers' SDKs, whose
  plugins the engine then looks for.

What a preview, an update, a refresh and a destroy don't need is left out, and so are the `toolchain` option and
parameterized packages.

The engine starts it with its own address as the last argument, and reads the port from the first line of stdout. It
needs a `python3` that has `pulumi`.
"""

# ruff: noqa: N802 - the methods' names are the protocol's.
from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypedDict

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import LanguageRuntimeServicer, language_pb2, language_pb2_grpc, plugin_pb2

EXECUTOR = Path(__file__).with_name("pulumi-language-python-exec")
"""The official executor, which connects to the engine and runs the program's entry point."""

MESSAGE_SHOWN = 32
"""The exit code with which the executor says that the user has seen the error already."""

KILL_AFTER_SECONDS = 5.0
"""How long an interrupted program may take to end."""

WITHOUT_PLUGIN = "pulumi-policy"
"""The one distribution that the official host knows to have no plugin, although it does not say so."""

LIST_DISTRIBUTIONS = """
import importlib.metadata, json, pathlib, re, urllib.parse
found = {}
for distribution in importlib.metadata.distributions():
    name = re.sub("[-_.]+", "-", distribution.metadata["Name"] or "").lower()
    folders = [distribution.locate_file("")]
    origin = json.loads(distribution.read_text("direct_url.json") or "{}")
    if origin.get("dir_info", {}).get("editable"):
        folders.append(pathlib.Path(urllib.parse.unquote(urllib.parse.urlsplit(origin["url"]).path)))
    files = [folder / name.replace("-", "_") / "pulumi-plugin.json" for folder in folders]
    plugin = next((json.loads(file.read_text()) for file in files if file.is_file()), None)
    found.setdefault(name, {"name": name, "version": distribution.version, "plugin": plugin})
print(json.dumps(list(found.values())))
"""
"""What the program's own interpreter runs to say what is installed in it."""


class Distribution(TypedDict):
    """One distribution installed in the program's environment.

    Attributes:
        name: Its name, with `-` between words.
        version: Its version, as Python writes it.
        plugin: The content of its `pulumi-plugin.json`; None where it has none.
    """

    name: str
    version: str
    plugin: dict[str, object] | None


class Interpreter:
    """The Python that runs the user's program."""

    def __init__(self, info: language_pb2.ProgramInfo) -> None:
        """Find it: the one of the `virtualenv` option of `Pulumi.yaml`, else `python3` on `PATH`."""
        self.command = os.environ.get("PULUMI_PYTHON_CMD", "python3")
        self.environment = dict(os.environ)
        virtualenv = dict(info.options).get("virtualenv")
        if virtualenv:
            folder = Path(info.root_directory, str(virtualenv))
            self.command = str(folder / "bin" / "python")
            self.environment["VIRTUAL_ENV"] = str(folder)
            self.environment["PATH"] = f"{folder / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
            self.environment.pop("PYTHONHOME", None)

    def start(self, arguments: list[str], **environment: str) -> subprocess.Popen[bytes]:
        """Start it without a buffer, in this process's group, as the engine interrupts the group."""
        command = [self.command, "-u", *arguments]
        return subprocess.Popen(command, env=self.environment | environment, stdin=subprocess.DEVNULL)

    def output(self, code: str) -> str:
        """Run some code, and return what it prints."""
        command = [self.command, "-c", code]
        return subprocess.run(command, env=self.environment, check=True, stdout=subprocess.PIPE, text=True).stdout


class Program:
    """The user's program, running."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        """Take over a process that was started."""
        self._process = process
        self._first_interrupt = threading.Lock()

    def wait(self) -> int:
        """Return its exit code when it has ended."""
        return self._process.wait()

    def interrupt(self) -> None:
        """Ask it to end, once; kill it when it takes too long."""
        if self._process.poll() is None and self._first_interrupt.acquire(blocking=False):
            self._process.send_signal(signal.SIGINT)
            killer = threading.Timer(KILL_AFTER_SECONDS, self._process.kill)
            killer.daemon = True
            killer.start()


class LanguageHost(LanguageRuntimeServicer):
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
        # Go, in which the official host is written, gives -1 where a signal ended the process.
        message = f"program exited with non-zero exit code: {max(code, -1)}" if code else ""
        return language_pb2.RunResponse(error=message)

    def _arguments(self, request: language_pb2.RunRequest) -> list[str]:
        """Write the executor's command line; options without a value are left out."""
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
        """Name the plugins that the installed distributions ask for."""
        del context
        found: list[Distribution] = json.loads(Interpreter(request.info).output(LIST_DISTRIBUTIONS))
        return language_pb2.GetRequiredPackagesResponse(packages=filter(None, map(required_package, found)))

    def About(self, request: language_pb2.AboutRequest, context: grpc.ServicerContext) -> language_pb2.AboutResponse:
        """Say which Python runs the programs."""
        del context
        code = "import platform, sys; print(sys.executable, platform.python_version(), sep='\\n')"
        executable, version = Interpreter(request.info).output(code).splitlines()
        return language_pb2.AboutResponse(executable=executable, version=version)

    def GetPluginInfo(self, request: empty_pb2.Empty, context: grpc.ServicerContext) -> plugin_pb2.PluginInfo:
        """Claim no version: this host is never downloaded."""
        del request, context
        return plugin_pb2.PluginInfo()

    def Cancel(self, request: empty_pb2.Empty, context: grpc.ServicerContext) -> empty_pb2.Empty:
        """Interrupt the programs, and return at once."""
        del request, context
        self.interrupt()
        return empty_pb2.Empty()


def required_package(distribution: Distribution) -> plugin_pb2.PackageDependency | None:
    """Tell which plugin a distribution asks for, by the official host's rule."""
    name, plugin = distribution["name"], distribution["plugin"]
    if name == WITHOUT_PLUGIN or (plugin is None and not name.startswith("pulumi-")):
        return None
    plugin = {"resource": True} if plugin is None else plugin
    version = str(plugin.get("version") or plugin_version(distribution["version"]))
    if not plugin.get("resource") or not version:
        return None
    return plugin_pb2.PackageDependency(
        kind="resource",
        name=str(plugin.get("name") or name.removeprefix("pulumi-")),
        version=f"v{version.removeprefix('v')}",
        server=str(plugin.get("server") or ""),
    )


def plugin_version(version: str) -> str:
    """Write a Python version as a semantic one; an empty string where that can't be done, as for an epoch."""
    pattern = r"(?P<release>\d+(\.\d+)*)((?P<phase>a|b|rc)(?P<number>\d+))?(\.(?P<post>post\d+))?(\.(?P<dev>dev\d+))?"
    match = re.fullmatch(pattern, version)
    if match is None:
        return ""
    release = match["release"].split(".")
    text = ".".join(release + ["0"] * (3 - len(release)))
    if match["phase"]:
        phase = {"a": "alpha", "b": "beta", "rc": "rc"}[match["phase"]]
        text = f"{text}-{phase}.{match['number']}"
    build = (match["post"] or "") + (match["dev"] or "")
    return f"{text}+{build}" if build else text


def main() -> None:
    """Serve until told to end, and leave no program behind."""
    ending = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ending.set())
    host = LanguageHost(engine_address=sys.argv[-1])
    server = grpc.server(ThreadPoolExecutor())
    language_pb2_grpc.add_LanguageRuntimeServicer_to_server(host, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print(port, flush=True)
    ending.wait()
    host.interrupt()
    server.stop(KILL_AFTER_SECONDS).wait()


if __name__ == "__main__":
    main()
