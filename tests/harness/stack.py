"""An isolated stack: a project folder, a local backend, a home for the CLI, and nothing of the user's."""

import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from harness import marked_credentials

STACK = "rehearsal"
COMMAND_SECONDS = 120.0

ENDPOINT_KEY = "tcsql-check:endpoint"

MADE = ("app.db", "database", "go.sum", "node_modules", "package-lock.json", "records", "sdks", "venv")
"""What the commands of the examples' READMEs create."""

_INHERITED = (
    "LANG",
    "LC_ALL",
    "PATH",
    "TERM",
    "TMPDIR",
    "NO_COLOR",
    "COVERAGE_PROCESS_CONFIG",
    "COVERAGE_PROCESS_START",
    "TCSQL_CHECK_TEST_RUN",
)


@dataclass(frozen=True)
class Result:
    """How a command of the CLI exited, and its output."""

    exit_code: int
    screen: str
    seconds: float

    @property
    def words(self) -> str:
        """What was on the screen, in one line."""
        return " ".join(self.screen.split())


class Stack:
    """A stack, and the CLI that works on it."""

    def __init__(
        self, project: Path, workdir: Path, environ: Mapping[str, str] | None = None, name: str = STACK
    ) -> None:
        """Use a project folder, a folder for everything else, additional environment variables, and a name."""
        self.project = project
        self.config_file = project / f"Pulumi.{name}.yaml"
        self._name = name
        self._backend = workdir / "backend"
        self.environ = _environ(workdir, environ or {})
        self._screens = workdir / "screens.txt"

    @classmethod
    def of_program(cls, program: Path, workdir: Path, environ: Mapping[str, str] | None = None) -> "Stack":
        """Copy a program's folder into a new project, so that a test may change it."""
        stack = cls.of_example(program, workdir, environ)
        (stack.project / "Pulumi.yaml").write_text("name: tcsql-check\nruntime: python\n", encoding="utf-8")
        return stack

    @classmethod
    def of_example(cls, example: Path, workdir: Path, environ: Mapping[str, str] | None = None) -> "Stack":
        """Copy a project, without what its README's commands create."""
        project = workdir / "project"
        made = shutil.ignore_patterns("__pycache__", "Pulumi.*.yaml", *MADE)
        shutil.copytree(example, project, ignore=made)
        return cls(project, workdir, environ)

    def init(self, config: Mapping[str, str]) -> "Stack":
        """Create the stack, with a configuration in plain text, and select it."""
        named = re.search(r"(?m)^name: (.+)$", (self.project / "Pulumi.yaml").read_text(encoding="utf-8"))
        assert named is not None
        new = _new(named[1], self._name)
        for name, content in new.backend.items():
            path = self._backend / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        lines = [f"  {key}: {json.dumps(value)}\n" for key, value in config.items()]
        self.config_file.write_text("".join([new.config, "config:\n", *lines]), encoding="utf-8")
        self.environ["PULUMI_STACK"] = self._name
        return self

    def set_secret(self, key: str, value: str) -> None:
        """Encrypt a value into the configuration, as a user does."""
        self.run("config", "set", "--secret", key, stdin=value)

    def command(self, *words: str) -> list[str]:
        """Return the command line."""
        return ["pulumi", *words, "--cwd", str(self.project), "--non-interactive"]

    def start(self, *words: str) -> "subprocess.Popen[str]":
        """Start a command in its own process group, without waiting for it."""
        return subprocess.Popen(
            self.command(*words),
            env=self.environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def run(self, *words: str, stdin: str = "") -> Result:
        """Run a command to its end."""
        began = time.monotonic()
        done = subprocess.run(
            self.command(*words),
            env=self.environ,
            input=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=COMMAND_SECONDS,
            check=False,
        )
        return self._result(done.returncode, done.stdout, began)

    def shell(self, *command: str) -> "subprocess.CompletedProcess[str]":
        """Run any command to its end, in the project's folder and with the stack's environment."""
        return subprocess.run(
            command,
            cwd=self.project,
            env=self.environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=COMMAND_SECONDS,
            check=False,
        )

    def watch(self, see: Callable[[str], None], *words: str) -> Result:
        """Run a command to its end, and call `see` with each line as it appears."""
        began = time.monotonic()
        seen = []
        with self.start(*words) as process:
            assert process.stdout is not None
            for line in process.stdout:
                seen.append(line)
                see(line)
        return self._result(process.returncode, "".join(seen), began)

    def _result(self, exit_code: int, screen: str, began: float) -> Result:
        """Write the output to a file, which the search for secrets finds."""
        with self._screens.open("a", encoding="utf-8") as file:
            file.write(screen)
        return Result(exit_code, screen, time.monotonic() - began)

    def up(self, *flags: str) -> Result:
        """Update, without a preview unless the flags say otherwise."""
        return self.run("up", "--yes", "--skip-preview", *flags)

    def outputs(self) -> dict[str, Any]:
        """Return the stack's outputs."""
        outputs: dict[str, Any] = json.loads(self.run("stack", "output", "--json", "--show-secrets").screen)
        return outputs

    def state(self) -> dict[str, Any]:
        """Return the stack's state: its deployment, as exported."""
        exported: dict[str, Any] = json.loads(self.run("stack", "export").screen)
        deployment: dict[str, Any] = exported["deployment"]
        return deployment

    def resource(self, name: str) -> dict[str, Any] | None:
        """Return a resource of the state by its name."""
        found = [one for one in self.state().get("resources", []) if one["urn"].endswith(f"::{name}")]
        return found[0] if found else None

    def interrupt(self, process: "subprocess.Popen[str]") -> None:
        """Interrupt the CLI and everything that it started, as Ctrl-C does."""
        os.killpg(process.pid, signal.SIGINT)


@dataclass(frozen=True)
class _New:
    """The files that the CLI writes for a new stack: its configuration and its backend."""

    config: str
    backend: Mapping[str, bytes]


@cache
def _new(project: str, name: str) -> _New:
    """Let the CLI create a stack, once for each pair of names: only the folders differ between such stacks."""
    with tempfile.TemporaryDirectory(prefix="tcsql-check-") as folder:
        stack = Stack(Path(folder, "project"), Path(folder), name=name)
        stack.project.mkdir()
        (stack.project / "Pulumi.yaml").write_text(f"name: {project}\nruntime: python\n", encoding="utf-8")
        done = stack.run("stack", "init", name)
        if done.exit_code != 0:
            raise RuntimeError(done.screen)
        backend = Path(folder, "backend")
        files = {str(path.relative_to(backend)): path.read_bytes() for path in backend.rglob("*") if path.is_file()}
        return _New(stack.config_file.read_text(encoding="utf-8"), files)


def _environ(workdir: Path, added: Mapping[str, str]) -> dict[str, str]:
    """Make an environment with nothing of the user's but the paths of their tools."""
    backend, home = workdir / "backend", workdir / "home"
    for folder in (backend, home):
        folder.mkdir(parents=True, exist_ok=True)
    return {
        **{name: os.environ[name] for name in _INHERITED if name in os.environ},
        "HOME": str(home),
        "PULUMI_HOME": str(home / ".pulumi"),
        "PULUMI_BACKEND_URL": backend.as_uri(),
        "PULUMI_CONFIG_PASSPHRASE": "rehearsal",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        **marked_credentials.ENVIRON,
        **added,
    }
