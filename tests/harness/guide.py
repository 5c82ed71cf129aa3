"""A guide in `examples`: a copy of its project, and a shell that runs the commands of its README."""

import importlib.util
import itertools
import os
import shlex
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

from harness.emulator_process import EmulatorProcess
from harness.pages import command_blocks, page
from harness.stack import COMMAND_SECONDS, Stack
from pulumi_tcsql_check.emulator import DUMMY_SECRET_ID, DUMMY_SECRET_KEY

EXAMPLES = Path(__file__).resolve().parent.parent.parent / "examples"

DOCUMENTED_URL = "http://127.0.0.1:8918"
EMULATORS = tuple(
    f"{program} --port 8918 --scenario "
    for program in ("python -m pulumi_tcsql_check.emulator", "tcsql-check emulator")
)
KEYS = f"export TENCENTCLOUD_SECRET_ID={DUMMY_SECRET_ID} TENCENTCLOUD_SECRET_KEY={DUMMY_SECRET_KEY}"


def blocks(guide: str) -> list[list[str]]:
    """List the commands of a guide's README, block by block."""
    return command_blocks(page(f"examples/{guide}/README.md"))


def module(guide: str, name: str) -> ModuleType:
    """Import a module of a guide as its program does, with its folder on the path."""
    folder = str(EXAMPLES / guide)
    spec = importlib.util.spec_from_file_location(name, EXAMPLES / guide / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    sys.path.insert(0, folder)
    try:
        spec.loader.exec_module(loaded)
    finally:
        sys.path.remove(folder)
    return loaded


class GuideCommand:
    """A running command, and its output so far."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        """Wrap a process that has just started, with its output piped."""
        self.process = process
        self.screen = ""

    def read(self, until: str | None = None) -> None:
        """Read until a line contains a text, or to the end."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.screen += line
            if until is not None and until in line:
                return
        assert until is None, self.screen

    def end(self, seconds: float = COMMAND_SECONDS) -> int:
        """Wait for the exit, which must come in time, and return the exit code."""
        with self.interrupted_after(seconds):
            began = time.monotonic()
            self.read()
            exit_code = self.process.wait()
        assert time.monotonic() - began < seconds, self.screen
        return exit_code

    @contextmanager
    def interrupted_after(self, seconds: float) -> Iterator[None]:
        """Interrupt it as Ctrl-C does if the block takes too long; kill it if it goes on."""
        bounds = [
            threading.Timer(seconds * times, os.killpg, (self.process.pid, number))
            for times, number in ((1, signal.SIGINT), (2, signal.SIGKILL))
        ]
        for bound in bounds:
            bound.start()
        try:
            yield
        finally:
            for bound in bounds:
                bound.cancel()


class Guide:
    """A project copied from a guide, and a shell in it."""

    def __init__(self, name: str, tmp_path: Path) -> None:
        """Copy the project."""
        self._name = name
        self._log = tmp_path / "requests.jsonl"
        self._numbers = itertools.count(1)
        self._tools = tools = tmp_path / "tools"
        tools.mkdir()
        environ = {"PULUMI_SKIP_CONFIRMATIONS": "true"}
        self.stack = Stack.of_example(EXAMPLES / name, tmp_path, environ)

    def emulator(self, command: str, *flags: str) -> EmulatorProcess:
        """Start the emulator by the page's command, but on a free port and with the marked credentials."""
        assert command.startswith(EMULATORS)
        scenario = command.partition(" --scenario ")[2]
        path = (EXAMPLES / self._name / scenario).resolve()
        return EmulatorProcess(path if path.exists() else scenario, self._log, flags=flags)

    def _script(self, command: str, emulator: EmulatorProcess) -> list[str]:
        """Write a command for this emulator into a script, as a runner does, and return the command that runs it.

        Given the command with `-c`, bash would `exec` it by itself, which GitHub's workflow has to do explicitly.
        """
        script = self._tools / f"step-{next(self._numbers)}.sh"
        script.write_text(command.replace(DOCUMENTED_URL, emulator.url) + "\n", encoding="utf-8")
        return ["bash", "-e", str(script)]

    def run(self, command: str, emulator: EmulatorProcess) -> "subprocess.CompletedProcess[str]":
        """Run a command as a pipeline runs a step; the marked credentials replace the page's keys.

        What a command exports is there for the next ones.
        """
        if not command.startswith("export "):
            return self.stack.shell(*self._script(command, emulator))
        done = self.stack.shell(*self._script(f"true; {command}; env -0" if command != KEYS else "env -0", emulator))
        self.stack.environ |= dict(line.split("=", 1) for line in done.stdout.split("\0") if line)
        return done

    @contextmanager
    def running(self, command: str, emulator: EmulatorProcess, *, until: str) -> Iterator[GuideCommand]:
        """Start a command as a runner starts a step, and continue once a text is on its screen; always bounded."""
        with subprocess.Popen(
            self._script(command, emulator),
            cwd=self.stack.project,
            env=self.stack.environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        ) as process:
            running = GuideCommand(process)
            try:
                with running.interrupted_after(COMMAND_SECONDS):
                    running.read(until)
                yield running
            finally:
                if process.poll() is None:
                    os.killpg(process.pid, signal.SIGINT)

    def must(self, command: str, emulator: EmulatorProcess) -> str:
        """Run a command that must succeed, and return its output."""
        done = self.run(command, emulator)
        assert done.returncode == 0, f"{shlex.quote(command)}\n{done.stdout}"
        return done.stdout

    @property
    def records(self) -> list[str]:
        """The names of the records so far."""
        return sorted(path.stem for path in (self.stack.project / "records").glob("*.json"))
