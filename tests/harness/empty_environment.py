"""A virtual environment with nothing in it, into which things are installed as a user does it, from the index."""

import os
import subprocess
import venv
from pathlib import Path

COMMAND_SECONDS = 600.0


class EmptyEnvironment:
    """A virtual environment of its own, told of nothing that is installed here.

    Attributes:
        python: Its interpreter.
    """

    def __init__(self, folder: Path) -> None:
        """Make it."""
        venv.create(folder, symlinks=True, with_pip=True)
        self._folder = folder
        self.python = str(folder / "bin" / "python")

    def install(self, *what: str) -> None:
        """Install something with all that it needs, and see that nothing contradicts anything."""
        self.run("python", "-m", "pip", "install", "--quiet", "--no-compile", "--disable-pip-version-check", *what)
        self.run("python", "-m", "pip", "check")

    def uninstall(self, what: str) -> None:
        """Take one thing away again."""
        self.run("python", "-m", "pip", "uninstall", "--quiet", "--yes", what)

    def run(self, program: str, *words: str) -> str:
        """Run one of its programs, and return what is printed."""
        done = subprocess.run(
            [str(self._folder / "bin" / program), *words],
            cwd=self._folder,
            env={key: value for key, value in os.environ.items() if not key.startswith("PYTHON")},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=COMMAND_SECONDS,
            check=False,
        )
        if done.returncode != 0:
            raise RuntimeError(done.stdout)
        return done.stdout
