"""The SDKs that Pulumi generates from the plugin's schema: each compiles, and Python's stands beside this package."""

import json
import shutil
import sys
from pathlib import Path

import pytest
from harness import distributions, generated_sdks
from harness.generated_sdks import Cli
from harness.virtual_environments import EmptyEnvironment, run_checked

pytestmark = pytest.mark.thorough

ROOT = Path(__file__).resolve().parent.parent.parent
SECONDS = 300.0

PROGRAM = """\
import pulumi
import tcsql_check

import pulumi_tcsql_check

start = tcsql_check.MigrationCheckStart("orders", migrate_id=1066, region="ap-guangzhou", triggers=["1"])
gate = tcsql_check.MigrationCheck("orders", start=start, triggers=["1"], timeout_seconds=3600)
wave = tcsql_check.MigrationCheckGroup("wave", starts=[start], enforce=False, reason="a rehearsal")
seen = tcsql_check.get_migration_check(migrate_id=1066)
steps: pulumi.Output[list[str]] = gate.steps.apply(lambda steps: [step.state for step in steps])
passed: pulumi.Output[list[bool]] = wave.checks.apply(lambda checks: [one.passed for one in checks])
status: str = seen.status
pulumi_tcsql_check.hold_stack(pulumi_tcsql_check.MigrationCheck("orders", migrate_id=1066))
"""
"""A program with both, as a type checker reads it."""


@pytest.fixture
def cli(tmp_path: Path) -> Cli:
    """Use the CLI that the tests use, in a folder."""
    return Cli(tmp_path)


def test_pulumi_accepts_the_schema(cli: Cli, tmp_path: Path) -> None:
    """Its validator has no complaint, and it reads every key: a misspelt one would be missing in what it returns."""
    file = tmp_path / "schema.json"
    file.write_text(json.dumps(generated_sdks.schema()), encoding="utf-8")
    assert cli.run("schema", "check", str(file)) == ""
    assert json.loads(cli.run("package", "get-schema", str(file))) == generated_sdks.schema()


def test_the_node_sdk_compiles(cli: Cli) -> None:
    """TypeScript finds no error in it."""
    sdk = cli.generate("nodejs")
    (sdk / "node_modules").symlink_to(generated_sdks.node_modules())
    run_checked("node", "node_modules/typescript/bin/tsc", "--noEmit", seconds=SECONDS, cwd=sdk)
    assert json.loads((sdk / "package.json").read_text("utf-8"))["name"] == "pulumi-tcsql-check"


def test_the_go_sdk_compiles(cli: Cli) -> None:
    """It is a module of its own, which `go build` and `go vet` accept."""
    sdk = cli.generate("go")
    go = generated_sdks.go(cli.pin)
    # The newest SDK that the module needs may not be on the proxy yet; the CLI's own version was built here.
    shutil.copyfile(cli.pin.module / "go.sum", sdk / "go.sum")
    generated_sdks.build(sdk, go, "edit", f"-require=github.com/pulumi/pulumi/sdk/v3@v{cli.pin.version}", verb="mod")
    generated_sdks.build(sdk, go, "./...")
    generated_sdks.build(sdk, go, "./...", verb="vet")
    assert (sdk / "tcsqlcheck" / "migrationCheck.go").read_text("utf-8").count("package tcsqlcheck") == 1


def test_the_python_sdk_stands_beside_this_package(cli: Cli, tmp_path: Path) -> None:
    """Both are installed in one environment and imported by one program, in which mypy finds no error."""
    environment = EmptyEnvironment(tmp_path / "environment")
    environment.install(str(distributions.wheel(ROOT, tmp_path / "wheel")), str(cli.generate("python")))
    environment.run("python", "-c", "import pulumi_tcsql_check, tcsql_check; tcsql_check.MigrationCheck")
    program = tmp_path / "program.py"
    program.write_text(PROGRAM, encoding="utf-8")
    options = ("--strict", "--python-executable", environment.python, "--cache-dir", str(tmp_path / "mypy"))
    run_checked(sys.executable, "-m", "mypy", *options, str(program), seconds=SECONDS, cwd=tmp_path)
