"""Throw-away virtual environments: one filled offline from what is installed here, and one filled from the index."""

import importlib.metadata
import os
import shutil
import subprocess
import sysconfig
import venv
from collections.abc import Mapping
from pathlib import Path

PACKAGE = "pulumi_tcsql_check"

_SITE = Path(sysconfig.get_path("purelib"))


def without_package(folder: Path) -> Path:
    """Make a folder for `PYTHONPATH` with links to everything that is installed here except this package."""
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


def run_checked(*command: str, seconds: float, cwd: Path | None = None, env: Mapping[str, str] | None = None) -> str:
    """Run a command, and return what it prints.

    Raises:
        RuntimeError: The command failed; the text is what it printed.
    """
    done = subprocess.run(
        command,
        cwd=cwd,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=seconds,
        check=False,
    )
    if done.returncode != 0:
        raise RuntimeError(done.stdout)
    return done.stdout


class OfflineEnvironment:
    """A virtual environment with everything that is installed here except this package."""

    def __init__(self, folder: Path) -> None:
        """Create it."""
        self._folder = folder  # and no checkout, whose package would be found first
        venv.create(folder / "venv", symlinks=True)
        self._environ = {**os.environ, "PYTHONPATH": str(without_package(folder / "site")), "PIP_NO_INDEX": "1"}
        self._python = str(folder / "venv" / "bin" / "python")

    def run(self, *words: str) -> str:
        """Run its Python, and return what it prints."""
        return run_checked(self._python, *words, seconds=120.0, cwd=self._folder, env=self._environ)

    def install(self, *what: str) -> None:
        """Install this package from a path, built with the tools that are installed here."""
        self.run("-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", *what)


class EmptyEnvironment:
    """A virtual environment that knows nothing of what is installed here, filled from the index as a user does it.

    Attributes:
        python: Its interpreter.
    """

    def __init__(self, folder: Path) -> None:
        """Create it."""
        venv.create(folder, symlinks=True, with_pip=True)
        self._folder = folder
        self.python = str(folder / "bin" / "python")

    def install(self, *what: str) -> None:
        """Install packages with their dependencies, and check that all versions are compatible."""
        self.run("python", "-m", "pip", "install", "--quiet", "--no-compile", "--disable-pip-version-check", *what)
        self.run("python", "-m", "pip", "check")

    def uninstall(self, what: str) -> None:
        """Uninstall one package."""
        self.run("python", "-m", "pip", "uninstall", "--quiet", "--yes", what)

    def run(self, program: str, *words: str) -> str:
        """Run one of its programs, and return what it prints."""
        environ = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
        return run_checked(str(self._folder / "bin" / program), *words, seconds=600.0, cwd=self._folder, env=environ)
