"""The package stays readable: few modules in a folder, and short ones."""

import re
import tomllib
from pathlib import Path

import pytest
from harness.pages import blocks, page

PACKAGE = Path(__file__).parents[3] / "pulumi_tcsql_check"
FOLDERS = [PACKAGE, *(path for path in PACKAGE.iterdir() if (path / "__init__.py").exists())]
MOST = {PACKAGE: 10}


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_folder_has_at_most_twelve_modules(folder: Path) -> None:
    """`__init__` isn't counted."""
    modules = {path.stem for path in folder.glob("*.py")} - {"__init__"}
    assert len(modules) <= MOST.get(folder, 12), sorted(modules)


CATALOGUES = {PACKAGE / "languages" / name for name in ("english.py", "chinese.py")}


@pytest.mark.parametrize(
    "module", sorted({*PACKAGE.rglob("*.py")} - CATALOGUES), ids=lambda path: str(path.relative_to(PACKAGE))
)
def test_a_module_has_at_most_250_lines(module: Path) -> None:
    """A catalogue of sentences is excepted."""
    assert len(module.read_text(encoding="utf-8").splitlines()) <= 250


def test_the_map_of_the_package_has_every_layer() -> None:
    """CONTRIBUTING.md draws the layers that import-linter checks, of which each module has one."""
    layers = tomllib.loads(page("pyproject.toml"))["tool"]["importlinter"]["contracts"][0]["layers"]
    (drawn,) = blocks(page("CONTRIBUTING.md"), "text")
    assert [re.split(r" {2,}", line)[0] for line in drawn.splitlines()] == layers
