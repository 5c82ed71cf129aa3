"""The wheel and the source distribution, built offline from a checkout or from each other."""

import sys
import tarfile
from pathlib import Path

from harness.virtual_environments import run_checked

BUILD_SECONDS = 120.0

BUILD_SDIST = """
import os, sys
from hatchling.build import build_sdist
os.chdir(sys.argv[1])
build_sdist(sys.argv[2])
"""


def sdist(project: Path, folder: Path) -> Path:
    """Build the source distribution of a project."""
    folder.mkdir(exist_ok=True)
    _run("-c", BUILD_SDIST, str(project), str(folder))
    return _only(folder, "*.tar.gz")


def wheel(source: Path, folder: Path) -> Path:
    """Build the wheel of a checkout, or of a source distribution, as pip does."""
    options = ("--quiet", "--no-deps", "--no-index", "--no-build-isolation")
    _run("-m", "pip", "wheel", *options, "--wheel-dir", str(folder), str(source))
    return _only(folder, "*.whl")


def unpacked(archive: Path, folder: Path) -> Path:
    """Unpack a source distribution, and return the one folder in it."""
    with tarfile.open(archive) as opened:
        opened.extractall(folder, filter="data")
    return _only(folder, "*")


def _only(folder: Path, pattern: str) -> Path:
    (found,) = folder.glob(pattern)
    return found


def _run(*words: str) -> None:
    run_checked(sys.executable, *words, seconds=BUILD_SECONDS)
