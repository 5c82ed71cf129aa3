"""Every option of the engine that could bypass a gate, with every kind of resource behind it.

Each stack holds a resource of every kind in every place: the second version of its program changes one, replaces one,
creates one, and no longer declares one. In a held stack it also deletes one before it replaces it, and that one has a
dependent. The second version comes with a check that has failed.
"""

import json
import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from harness.emulator_process import EmulatorProcess
from harness.sandbox import error_messages
from harness.stack import ENDPOINT_KEY, STACK, Stack
from harness.ways import PLAN, WAYS

ROOT = Path(__file__).resolve().parent.parent.parent
SCENARIO = ROOT / "tests" / "data" / "scenarios" / "by-id.json"
PASSED, FAILED = 1, 2

TELLING = {
    ("stack", "--target-dependents"),
    ("stack", "up --plan"),
    ("stack", "--continue-on-error --parallel 1"),
}
"""The cases that `make test` runs."""

CASES = [
    pytest.param(holds, way, id=f"{holds}, {way}", marks=[] if (holds, way) in TELLING else pytest.mark.thorough)
    for holds in ("stack", "resources")
    for way in WAYS
]
"""Every option in every place; `make test-all` also runs the marked ones."""


@dataclass
class Tried:
    """A stack that is updated to its first version."""

    stack: Stack

    @classmethod
    def copy_of(cls, first_version: Path, workdir: Path) -> "Tried":
        """Copy the whole folder; its path is new to the CLI, so the stack must be selected."""
        shutil.copytree(first_version, workdir)
        return cls(Stack(workdir / "project", workdir, {"PULUMI_STACK": STACK}))

    def set(self, number: int, migrate_id: int) -> None:
        """Set the program's version and its check."""
        version = {"number": number, "migrate_id": migrate_id}
        (self.stack.project / "version.json").write_text(json.dumps(version), encoding="utf-8")

    @property
    def files(self) -> dict[str, str]:
        """All records, by their paths."""
        folder = self.stack.project / "records"
        return {str(path.relative_to(folder)): path.read_text(encoding="utf-8") for path in folder.rglob("*.json")}


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmulatorProcess]:
    """Serve a check that has passed, and one that has failed."""
    with EmulatorProcess(SCENARIO, tmp_path_factory.mktemp("emulator") / "requests.jsonl") as emulator:
        yield emulator


@pytest.fixture(scope="module")
def first_version(
    request: pytest.FixtureRequest, emulator: EmulatorProcess, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Update to the first version while the check has passed; each test uses a copy of the folder."""
    workdir = tmp_path_factory.mktemp("first") / "stack"
    stack = Stack.of_program(ROOT / "tests" / "programs" / "table", workdir)
    shutil.copy(ROOT / "examples" / "hold" / "records.py", stack.project)
    stack.init({ENDPOINT_KEY: emulator.url, "test:holds": request.param})
    tried = Tried(stack)
    tried.set(1, PASSED)
    up = stack.up()
    assert up.exit_code == 0, up.screen
    return workdir


@pytest.mark.parametrize(("first_version", "way"), CASES, indirect=["first_version"])
def test_nothing_behind_a_refused_gate_changes(first_version: Path, tmp_path: Path, way: str) -> None:
    """The update fails with the gate's error, every record stays unchanged, and the next update completes."""
    tried = Tried.copy_of(first_version, tmp_path / "stack")
    before = tried.files
    if PLAN in WAYS[way]:
        tried.set(2, PASSED)
        assert tried.stack.run("preview", "--save-plan", PLAN).exit_code == 0

    tried.set(2, FAILED)
    refused = tried.stack.run("up", "--yes", *WAYS[way])
    assert tried.files == before
    assert refused.exit_code != 0
    assert any("failed at step 4 of 8" in error for error in error_messages(refused)), refused.screen
    assert "Traceback" not in refused.screen

    tried.set(2, PASSED)
    passed = tried.stack.up()
    assert passed.exit_code == 0, passed.screen
    assert set(tried.files) == set(map(_in_the_second_version, before))
    assert all("old" not in text for text in tried.files.values())


@pytest.mark.parametrize("first_version", ["stack"], indirect=True)
def test_the_oldest_sdk_holds_too(first_version: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The SDKs report a refused read to the program in different ways; with either, nothing changes."""
    monkeypatch.setenv("PATH", f"{sys.prefix}-oldest/bin{os.pathsep}{os.environ['PATH']}")
    tried = Tried.copy_of(first_version, tmp_path / "stack")
    before = tried.files
    tried.set(2, FAILED)
    refused = tried.stack.up("--continue-on-error")
    assert "did not pass, so the program ends before" in refused.words
    assert (tried.files, refused.exit_code != 0) == (before, True)


@pytest.mark.parametrize("first_version", ["behind-another", "below-another"], indirect=True)
def test_a_dependent_of_an_unheld_record_is_deleted_with_it(first_version: Path, tmp_path: Path) -> None:
    """A limit that README names: replacing a record with deletion first also deletes its dependent before the check."""
    tried = Tried.copy_of(first_version, tmp_path / "stack")
    behind = "old/behind-front.json"
    assert behind in tried.files
    tried.set(2, FAILED)
    assert tried.stack.up().exit_code != 0
    assert behind not in tried.files


def _in_the_second_version(path: str) -> str:
    """Return the record of the second version: the same, a new name, or a new folder."""
    return path.replace("-removed.", "-created.").replace("old/", "new/")
