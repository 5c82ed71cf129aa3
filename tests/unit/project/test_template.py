"""The template: its own tests pass and detect mistakes, and its program starts a check or refuses to go on."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[3]
TEMPLATE = ROOT / "examples" / "template"
MOCKED = ROOT / "tests" / "programs" / "mocked"


CLEAN = {
    key: value for key, value in os.environ.items() if not key.startswith(("PYTEST", "PYTHONWARN", "TENCENT", "RUN_ID"))
}


def run_pytest(project: Path) -> tuple[int, str]:
    """Run the tests of a project as its pipeline does, without this project's configuration."""
    command = [sys.executable, "-m", "pytest", f"--rootdir={project}"]
    done = subprocess.run(command, cwd=project, env=CLEAN, capture_output=True, text=True, check=False, timeout=120)
    return done.returncode, done.stdout + done.stderr


def run_mocked(run_id: str = "", enforce: str = "true") -> "subprocess.CompletedProcess[str]":
    """Run the program under mocks, with the id of a run; it prints each resource that it declares, as JSON."""
    config = {
        "project:migrateId": "1066",
        "project:database": "orders-new.example",
        "project:enforceCheck": enforce,
        "tencentcloud:region": "ap-guangzhou",
    }
    command = [sys.executable, str(MOCKED), str(TEMPLATE), json.dumps(config)]
    environ = CLEAN | {"RUN_ID": run_id}
    return subprocess.run(command, env=environ, capture_output=True, text=True, check=False, timeout=60)


def declared_by(done: "subprocess.CompletedProcess[str]") -> dict[str, dict[str, Any]]:
    """Return the inputs of each resource of a program that ran under mocks, by the last part of its type."""
    assert done.returncode == 0, done.stderr
    return {one["type"].rpartition(":")[2]: one["inputs"] for one in json.loads(done.stdout)}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Copy the template, with a name in place of `${PROJECT}` as `pulumi new` fills it in."""
    shutil.copytree(TEMPLATE, tmp_path / "shop", ignore=shutil.ignore_patterns("__pycache__"))
    change(tmp_path / "shop" / "test_program.py", "${PROJECT}", "shop")
    return tmp_path / "shop"


def change(path: Path, old: str, new: str) -> None:
    """Replace a text in a file, which must contain it."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_the_templates_tests_pass_without_a_stack(project: Path) -> None:
    """They need no configuration, no run, and no account."""
    code, screen = run_pytest(project)
    assert code == 0, screen
    assert " 3 passed" in screen


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("triggers=[run]", "triggers=[]", "[] == ['7-2']"),
        ('config.require("migrateId")', "1067", "[1067, 'ap-guangzhou'] == [1066, 'ap-guangzhou']"),
        ('config.require("database")', '"orders-old.example"', "'orders-old.example' == 'orders-new.example'"),
    ],
)
def test_the_templates_tests_fail_if_the_program_is_wrong(project: Path, old: str, new: str, says: str) -> None:
    """A start without the run's id, another migration, and another database each fail one test."""
    change(project / "infra.py", old, new)
    code, screen = run_pytest(project)
    assert code != 0, screen
    assert says in " ".join(screen.split())
    assert " 1 failed, 2 passed" in screen


def test_an_update_without_a_run_is_refused() -> None:
    """It would wait for the start of an earlier update; the error has the command for an update by hand."""
    done = run_mocked()
    assert done.returncode != 0
    assert "set RUN_ID to a value that differs in each run, as in: RUN_ID=$(date +%s) pulumi up" in done.stderr


def test_an_update_starts_the_check_and_waits_for_that_start() -> None:
    """The run's id triggers the start."""
    declared = declared_by(run_mocked(run_id="7-2"))
    assert set(declared) == {"MigrationCheckStart", "MigrationCheck", "Switch"}
    assert declared["MigrationCheckStart"]["triggers"] == ["7-2"]
    assert "starts" in declared["MigrationCheck"]


def test_the_job_without_the_check_starts_none() -> None:
    """A start that fails would end the update; the gate isn't enforced, and the update needs no run."""
    declared = declared_by(run_mocked(enforce="false"))
    assert set(declared) == {"MigrationCheck", "Switch"}
    assert declared["MigrationCheck"]["enforce"] is False
