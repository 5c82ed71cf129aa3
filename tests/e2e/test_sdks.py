"""The SDKs that Pulumi generates from the plugin's schema: each compiles, and so does the program of the overview."""

import json
import shutil
import sys
from pathlib import Path

import pytest
from harness import distributions, generated_sdks, languages
from harness.generated_sdks import Cli
from harness.pages import FOR_THE_REGISTRY, blocks, page
from harness.virtual_environments import EmptyEnvironment, run_checked

pytestmark = pytest.mark.thorough

ROOT = Path(__file__).resolve().parent.parent.parent
SECONDS = 300.0

GO_MODULE = "example.com/pulumi-tcsql-check/sdk/go"

SIDE_BY_SIDE = """\
import pulumi
import tcsql_check

import pulumi_tcsql_check

start = tcsql_check.MigrationCheckStart("orders", migrate_id=1066, triggers=["1"])
wave = tcsql_check.MigrationCheckGroup("wave", starts=[start], enforce=False, reason="a rehearsal")
passed: pulumi.Output[list[bool]] = wave.checks.apply(lambda checks: [one.passed for one in checks])
status: str = tcsql_check.get_migration_check(migrate_id=1066).status
pulumi_tcsql_check.hold_stack(pulumi_tcsql_check.MigrationCheck("orders", migrate_id=1066))
"""
"""A program with both Python packages, as a type checker reads it."""


@pytest.fixture
def cli(tmp_path: Path) -> Cli:
    """Use the CLI that the tests use, in a folder."""
    return Cli(tmp_path)


def write_program(folder: Path, name: str, language: str) -> Path:
    """Write the overview's program in a language into a new folder, and return the file."""
    folder.mkdir()
    (text,) = blocks(page(FOR_THE_REGISTRY[0]), language)
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


def test_pulumi_accepts_the_schema(cli: Cli, tmp_path: Path) -> None:
    """Its validator has no complaint, and it reads every key: a misspelt one would be missing in what it returns."""
    file = tmp_path / "schema.json"
    file.write_text(json.dumps(generated_sdks.schema()), encoding="utf-8")
    assert cli.run("schema", "check", str(file)) == ""
    assert json.loads(cli.run("package", "get-schema", str(file))) == generated_sdks.schema()


def test_the_node_sdk_compiles(cli: Cli, tmp_path: Path) -> None:
    """TypeScript finds no error in it, and none in the program."""
    sdk = cli.generate("nodejs")
    installed, modules = languages.directory("node") / "node_modules", tmp_path / "node_modules"
    modules.mkdir()
    for path in (*installed.glob("@*"), sdk):
        (modules / (path.name if path != sdk else "pulumi-tcsql-check")).symlink_to(path)
    compiler = ("node", str(installed / "typescript" / "bin" / "tsc"), "--noEmit")
    run_checked(*compiler, seconds=SECONDS, cwd=sdk)
    program = write_program(tmp_path / "program", "index.ts", "typescript")
    run_checked(*compiler, "--strict", "--skipLibCheck", str(program), seconds=SECONDS, cwd=tmp_path)


def test_the_go_sdk_compiles(cli: Cli, tmp_path: Path) -> None:
    """It is a module of its own, which `go build` and `go vet` accept, and so is the program that replaces it."""
    sdk = cli.generate("go")
    program = write_program(tmp_path / "program", "main.go", "go").parent
    go = generated_sdks.Go(cli.pin)
    go.run(program, "mod", "init", "program")
    go.run(program, "mod", "edit", f"-replace={GO_MODULE}={sdk}")
    for folder in (sdk, program):
        # The SDK of the CLI's own version was built here; that of another may not be on the proxy.
        shutil.copyfile(cli.pin.module / "go.sum", folder / "go.sum")
        go.run(folder, "mod", "edit", f"-require=github.com/pulumi/pulumi/sdk/v3@v{cli.pin.version}")
        go.run(folder, "build", "./...")
        go.run(folder, "vet", "./...")


def test_the_python_sdk_stands_beside_this_package(cli: Cli, tmp_path: Path) -> None:
    """Both are installed in one environment and imported by one program, in which mypy finds no error."""
    environment = EmptyEnvironment(tmp_path / "environment")
    environment.install(str(distributions.wheel(ROOT, tmp_path / "wheel")), str(cli.generate("python")))
    environment.run("python", "-c", "import pulumi_tcsql_check, tcsql_check; tcsql_check.MigrationCheck")
    programs = [write_program(tmp_path / "program", "overview.py", "python"), tmp_path / "program" / "both.py"]
    programs[1].write_text(SIDE_BY_SIDE, encoding="utf-8")
    options = ("--strict", "--python-executable", environment.python, "--cache-dir", str(tmp_path / "mypy"))
    run_checked(sys.executable, "-m", "mypy", *options, *map(str, programs), seconds=SECONDS, cwd=tmp_path)
