"""Every installation has the file that declares that there is no plugin, and Pulumi finds it."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from harness.virtual_environments import PACKAGE, OfflineEnvironment
from toolchain import plugins

ROOT = Path(__file__).resolve().parents[3]
SOURCES = (PACKAGE, "pyproject.toml", "README.md", "CHANGELOG.md", "LICENSE")


def from_a_wheel(environment: OfflineEnvironment, project: Path) -> None:
    """Install the wheel, as from an index."""
    environment.run(
        "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(project), str(project)
    )
    environment.install(*map(str, project.glob("*.whl")))


def from_a_sdist(environment: OfflineEnvironment, project: Path) -> None:
    """Install the source distribution, as from an index without wheels."""
    environment.run("-c", BUILD_SDIST, str(project))
    environment.install(*map(str, project.glob("dist/*.tar.gz")))


def from_a_checkout(environment: OfflineEnvironment, project: Path) -> None:
    """Install the checkout itself in editable form."""
    environment.install("--editable", str(project))


BUILD_SDIST = """
import os, sys
from hatchling.build import build_sdist
os.chdir(sys.argv[1])
build_sdist("dist")
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Copy the files that the package is built from, so that a test may change them."""
    copy = tmp_path / "project"
    copy.mkdir()
    for name in SOURCES:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, copy)
    return copy


def asked_for(environment: OfflineEnvironment) -> list[str]:
    """Return the plugins that a program in this environment requires from the engine."""
    return [package.name for package in plugins.required(environment.run("-c", plugins.LIST_DISTRIBUTIONS))]


@pytest.mark.parametrize("install", [from_a_wheel, from_a_sdist, from_a_checkout])
def test_the_package_requires_no_plugin(
    tmp_path: Path, project: Path, install: Callable[[OfflineEnvironment, Path], None]
) -> None:
    """This holds for every kind of installation; without the file the engine would search for one."""
    environment = OfflineEnvironment(tmp_path)
    install(environment, project)
    assert asked_for(environment) == []

    where = environment.run("-c", f"import importlib.util; print(importlib.util.find_spec({PACKAGE!r}).origin)")
    assert Path(where).is_relative_to(tmp_path)
    Path(where.strip()).with_name("pulumi-plugin.json").unlink()
    assert asked_for(environment) == ["tcsql-check"]
