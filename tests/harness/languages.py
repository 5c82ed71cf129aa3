"""What projects in YAML, TypeScript and Go need in a test.

The language hosts are beside the CLI. `tests/toolchain/bootstrap.py` gets the rest, once on a machine.
"""

import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

TOOLCHAIN = Path(__file__).resolve().parents[1] / "toolchain"


def path_with(language: str) -> str:
    """Return a `PATH` with the commands that programs in a language need: "yaml", "node" or "go"."""
    path = os.environ["PATH"]
    return path if language == "yaml" else f"{directory(language)}{os.pathsep}{path}"


def add_packages(language: str, project: Path) -> None:
    """Give a project in TypeScript its `node_modules`, and one in Go its `go.mod` and `go.sum`."""
    if language == "node":
        (project / "node_modules").symlink_to(directory(language) / "node_modules")
    if language == "go":
        for name in ("go.mod", "go.sum"):
            shutil.copy(TOOLCHAIN / "go" / name, project)


@cache
def directory(language: str) -> Path:
    """Return the directory of a language's commands and packages."""
    command = [sys.executable, str(TOOLCHAIN / "bootstrap.py"), language]
    return Path(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()[-1])
