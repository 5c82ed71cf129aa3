"""Imports of the package go one way: the README's reading order."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "pulumi_tcsql_check"
NAMES = re.search(r"^Read the package in this order: (.*)$", (ROOT / "README.md").read_text(), re.MULTILINE)
ORDER = re.findall(r"`(\w+)`", NAMES[1] if NAMES else "")


def test_the_readme_lists_every_module() -> None:
    """Each stands there once; the emulator beside them is a program of its own."""
    there = {path.stem for path in PACKAGE.iterdir() if path.suffix == ".py" or path.is_dir()}
    assert sorted(ORDER) == sorted(there - {"__init__", "__main__", "__pycache__", "emulator"})


@pytest.mark.parametrize("module", ORDER)
def test_a_module_imports_only_what_a_reader_has_read(module: str) -> None:
    """What it loads with itself stands before it."""
    later = set(ORDER[ORDER.index(module) + 1 :])
    assert later.isdisjoint(_imports(module))


def _imports(module: str) -> Iterator[str]:
    """Name the package's modules that one loads with itself."""
    file = PACKAGE / f"{module}.py"
    for path in [file] if file.exists() else (PACKAGE / module).rglob("*.py"):
        for line in ast.parse(path.read_text()).body:
            if isinstance(line, ast.ImportFrom) and line.module is not None:
                package, _, rest = line.module.partition(".")
                if package == PACKAGE.name:
                    yield from [rest.partition(".")[0]] if rest else [alias.name for alias in line.names]
