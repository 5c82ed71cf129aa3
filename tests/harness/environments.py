"""Throw-away Python environments, made of what is installed here, without a network."""

import importlib.metadata
import os
import shutil
import subprocess
import sysconfig
import venv
from pathlib import Path

PACKAGE = "pulumi_tcsql_check"
COMMAND_SECONDS = 120.0

_SITE = Path(sysconfig.get_path("purelib"))


def without_package(folder: Path) -> Path:
    """Make a folder for `PYTHONPATH` with everything that is installed here, linked, but for this package."""
    folder.mkdir(parents=True)
    for path in _SITE.iterdir():
        if not path.name.startswith((PACKAGE, f"_{PACKAGE}")):
            (folder / path.name).symlink_to(path)
    return folder


def copied_package(folder: Path) -> Path:
    """Make a folder for `PYTHONPATH` with a copy of this package as it is installed here, and return the package."""
    for name in (PACKAGE, f"{PACKAGE}-{importlib.metadata.version(PACKAGE)}.dist-info"):
        shutil.copytree(_SITE / name, folder / name)
    return folder / PACKAGE


class Environment:
    """A virtual environment with everything but this package, which may be installed into it."""

    def __init__(self, folder: Path) -> None:
        """Make it."""
        self._folder = folder  # and no checkout, whose package would be found first
        venv.create(folder / "venv", symlinks=True)
        self._environ = {**os.environ, "PYTHONPATH": str(without_package(folder / "site")), "PIP_NO_INDEX": "1"}
        self._python = str(folder / "venv" / "bin" / "python")

    def run(self, *words: str) -> str:
        """Run its Python, and return what is printed."""
        done = subprocess.run(
            [self._python, *words],
            cwd=self._folder,
            env=self._environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=COMMAND_SECONDS,
            check=False,
        )
        if done.returncode != 0:
            raise RuntimeError(done.stdout)
        return done.stdout

    def install(self, *what: str) -> None:
        """Install the package from somewhere, built with what is there."""
        self.run("-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", *what)
