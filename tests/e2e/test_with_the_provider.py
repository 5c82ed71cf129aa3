"""The program that creates its migration with Tencent Cloud's provider: its types and ids, with the real SDK.

The provider's plugin is on no package index, so these tests run no update.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from harness.pages import ROOT, blocks, page
from toolchain import plugins

PAGE = page("docs/how-to/tencent-provider.md")
PROGRAM = ROOT / "examples" / "migration" / "__main__.py"
ENVIRONMENT = Path(f"{sys.prefix}-provider")
PYTHON = str(ENVIRONMENT / "bin" / "python")
CONFIG = {
    "project:user": "migration",
    "project:password": "not-a-real-one",
    "project:oldInstance": "mssql-old",
    "project:newInstance": "mssql-new",
    "project:zone": "zone-example",
    "project:newAddress": "10.0.0.5",
    "tencentcloud:region": "ap-guangzhou",
}


def run(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a command in a folder; type-checking the provider's SDK for the first time takes a minute."""
    return subprocess.run(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, timeout=600
    )


def check_types(folder: Path, program: str) -> str:
    """Type-check a program strictly, with the settings from the documentation, against the installed packages."""
    (settings,) = blocks(PAGE, "ini")
    (folder / "mypy.ini").write_text(f"[mypy]\nstrict = true\n{settings}", encoding="utf-8")
    (folder / "program.py").write_text(program, encoding="utf-8")
    command = [sys.executable, "-m", "mypy", "--python-executable", PYTHON, "program.py"]
    return run([*command, "--cache-dir", str(ENVIRONMENT / ".mypy_cache")], folder).stdout


@pytest.mark.thorough
def test_the_types_fit(tmp_path: Path) -> None:
    """The gate accepts the migration's id, which is text known later; mypy refuses an output of another type."""
    program = PROGRAM.read_text(encoding="utf-8")
    assert check_types(tmp_path, program) == "Success: no issues found in 1 source file\n"

    wrong = program.replace("migrate_id=migration.id", "migrate_id=migration.migrate_db_sets")
    assert '"migrate_id" to "MigrationCheck" has incompatible type "Output[' in check_types(tmp_path, wrong)


def test_the_id_reaches_the_gate(tmp_path: Path) -> None:
    """The gate reads the new migration in the provider's region, and gets no password."""
    shutil.copytree(ROOT / "tests" / "programs" / "mocked", tmp_path / "mocked")
    done = run([PYTHON, str(tmp_path / "mocked"), str(PROGRAM), json.dumps(CONFIG)], tmp_path)
    assert done.returncode == 0, done.stdout
    seen = {one["type"]: one for one in json.loads(done.stdout.splitlines()[-1])}
    assert set(seen) == {
        "tencentcloud:Sqlserver/migration:Migration",
        "pulumi-python:dynamic/tcsql:MigrationCheck",
        "tencentcloud:PrivateDns/record:Record",
    }
    gate = seen["pulumi-python:dynamic/tcsql:MigrationCheck"]
    assert gate["id"] == "ap-guangzhou/1066"
    assert (gate["inputs"]["migrate_id"], gate["inputs"]["region"]) == (1066, "ap-guangzhou")
    assert CONFIG["project:password"] not in json.dumps(gate)


def test_the_engine_needs_only_the_providers_plugin(tmp_path: Path) -> None:
    """The provider's SDK needs its plugin; the gate needs none."""
    listing = run([PYTHON, "-c", plugins.LIST_DISTRIBUTIONS], tmp_path).stdout
    assert "pulumi-tcsql-check" in listing
    assert [package.name for package in plugins.required(listing)] == ["tencentcloud"]


@pytest.mark.parametrize("word", ["plugin", "StartMigrationCheck"])
def test_the_page_shows_the_program_and_its_limits(word: str) -> None:
    """It has the program word for word, and says what is missing."""
    assert blocks(PAGE, "python") == [PROGRAM.read_text(encoding="utf-8")]
    assert word in PAGE
