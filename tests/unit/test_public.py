"""The public API."""

import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

import pulumi_tcsql_check
from pulumi_tcsql_check import errors


def test_the_public_names_are_these() -> None:
    """The names that a program may import are a literal, sorted list."""
    assert pulumi_tcsql_check.__all__ == [
        "CheckResult",
        "InvalidInputError",
        "MigrationCheck",
        "MigrationCheckGroup",
        "MigrationCheckResult",
        "MigrationCheckStart",
        "Step",
        "get_migration_check",
        "get_migration_check_output",
        "hold_stack",
    ]


@pytest.mark.parametrize("package", [pulumi_tcsql_check, errors])
def test_every_public_name_is_in_its_listed_module(package: ModuleType) -> None:
    """Each name that is loaded lazily is the listed one, and has its own name."""
    assert {name: getattr(package, name).__name__ for name in package.__all__} == {
        name: name for name in package.__all__
    }
    assert vars(package)["_HOMES"].keys() == {*package.__all__}


@pytest.mark.parametrize(
    ("package", "name"), [("pulumi_tcsql_check", "hold_stack"), ("pulumi_tcsql_check.errors", "OutageError")]
)
def test_the_public_names_are_listed_before_they_are_loaded(package: str, name: str, tmp_path: Path) -> None:
    """An interactive Python completes them."""
    code = f"import {package} as it; print(sorted({{*it.__all__}} - {{*dir(it)}}), {name!r} in vars(it))"
    assert _printed(code, tmp_path) == "[] False\n"


def test_a_missing_name_is_an_attribute_error() -> None:
    """`from pulumi_tcsql_check import gate` therefore still finds a module."""
    with pytest.raises(AttributeError, match=r"^module 'pulumi_tcsql_check' has no attribute 'hold_stak'$"):
        _ = vars(pulumi_tcsql_check)["__getattr__"]("hold_stak")


def test_importing_the_package_loads_only_its_lazy_names(tmp_path: Path) -> None:
    """The provider's process loads what it needs by itself, and the command shows its help at once."""
    code = """
import sys, pulumi_tcsql_check
print([name for name in sys.modules if name.startswith(("pulumi_tcsql_check.", "pulumi.", "msgspec"))])
"""
    assert _printed(code, tmp_path) == "['pulumi_tcsql_check.lazy_import']\n"


def test_a_program_loads_neither_the_sdk_nor_the_providers_modules(tmp_path: Path) -> None:
    """Importing the package and all its names loads none of the modules that only the provider process needs.

    A program that reads a check itself does load the SDK, which must not change the program's own warning filters.
    """
    code = """
import sys, warnings
from pulumi_tcsql_check import *
from pulumi_tcsql_check.program.get_migration_check import _load
heavy = {"tencentcloud", "requests", "pulumi_tcsql_check.reading.reader"}
extra = {"click", "rich", "pulumi_tcsql_check.cli", "pulumi_tcsql_check.log"}
print(sorted((heavy | extra) & set(sys.modules)))
before = list(warnings.filters)
_load("")
print(len(heavy & set(sys.modules)), warnings.filters == before)
"""
    assert _printed(code, tmp_path) == "[]\n3 True\n"


def test_a_program_loads_no_more_libraries_than_pulumi_does(tmp_path: Path) -> None:
    """The import adds only this package: no SDK, no HTTP client, no decoder, and no terminal library."""
    code = """
import sys
import pulumi
before = set(sys.modules)
from pulumi_tcsql_check import *
added = {name.partition(".")[0] for name in set(sys.modules) - before}
print(*sorted(added - sys.stdlib_module_names))
"""
    assert _printed(code, tmp_path) == "pulumi_tcsql_check\n"


def _printed(code: str, folder: Path) -> str:
    """Run code in a separate process, and return its output."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=folder)
    return done.stdout
