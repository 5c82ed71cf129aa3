"""The public API."""

import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

import pulumi_tcsql_check
from pulumi_tcsql_check import errors


def test_the_public_names_are_these() -> None:
    """What a program may import is a literal list, sorted."""
    assert pulumi_tcsql_check.__all__ == [
        "CheckResult",
        "InvalidInputError",
        "MigrationCheck",
        "MigrationCheckGroup",
        "MigrationCheckResult",
        "Step",
        "get_migration_check",
        "get_migration_check_output",
        "hold_stack",
    ]


@pytest.mark.parametrize("package", [pulumi_tcsql_check, errors])
def test_every_public_name_is_found_where_it_is_said_to_be(package: ModuleType) -> None:
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


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    """As of any module, so that `from pulumi_tcsql_check import gate` still finds a module."""
    with pytest.raises(AttributeError, match=r"^module 'pulumi_tcsql_check' has no attribute 'hold_stak'$"):
        _ = vars(pulumi_tcsql_check)["__getattr__"]("hold_stak")


def test_the_package_alone_loads_only_what_loads_its_names(tmp_path: Path) -> None:
    """The provider's process has its own need of it, and the command shows its help at once."""
    code = """
import sys, pulumi_tcsql_check
print([name for name in sys.modules if name.startswith(("pulumi_tcsql_check.", "pulumi.", "msgspec"))])
"""
    assert _printed(code, tmp_path) == "['pulumi_tcsql_check.lazy_import']\n"


def test_a_program_loads_neither_the_sdk_nor_what_only_the_provider_needs(tmp_path: Path) -> None:
    """Importing the package and all its names brings none of the modules that only the provider process needs.

    That holds until the program looks at a check itself, and then the SDK must not change the program's own filters.
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
    """The import adds this package alone: no SDK, no HTTP client, no decoder, nothing for a terminal."""
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
    """Run code in a process of its own, and return what it prints."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=folder)
    return done.stdout
