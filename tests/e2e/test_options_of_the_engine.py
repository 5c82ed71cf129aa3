"""Every option of the engine that could bypass a gate, with every kind of resource behind it.

Each stack holds a resource of every kind in every place: the second version of its program changes one, replaces one,
creates one, and no longer declares one. In a held stack it also deletes one before it replaces it, and that one has a
dependent. The second version comes with a check that has failed.
"""

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from harness.emulator_process import EmulatorProcess
from harness.stack import ENDPOINT_KEY, Stack
from harness.versions import FAILED, PASSED, Version, VersionedStack, write_version
from harness.ways import WAYS

ROOT = Path(__file__).resolve().parent.parent.parent
SCENARIO = ROOT / "tests" / "data" / "scenarios" / "by-id.json"

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


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmulatorProcess]:
    """Serve a check that has passed, and one that has failed."""
    with EmulatorProcess(SCENARIO, tmp_path_factory.mktemp("emulator") / "requests.jsonl") as emulator:
        yield emulator


@pytest.fixture(scope="module")
def first_version(
    request: pytest.FixtureRequest, emulator: EmulatorProcess, tmp_path_factory: pytest.TempPathFactory
) -> VersionedStack:
    """Update to the first version while the check has passed; each test uses a copy of the folder."""
    stack = Stack.of_program(ROOT / "tests" / "programs" / "table", tmp_path_factory.mktemp("first") / "stack")
    shutil.copy(ROOT / "examples" / "hold" / "records.py", stack.project)
    stack.init({ENDPOINT_KEY: emulator.url, "test:holds": request.param})
    tried = VersionedStack(stack, write_version)
    tried.set(Version(1, PASSED))
    up = stack.up()
    assert up.exit_code == 0, up.screen
    return tried


@pytest.mark.parametrize(("first_version", "way"), CASES, indirect=["first_version"])
def test_nothing_behind_a_refused_gate_changes(first_version: VersionedStack, tmp_path: Path, way: str) -> None:
    """The update fails with the gate's error, every record stays unchanged, and the next update completes."""
    tried = first_version.copy(tmp_path / "stack")
    refused = tried.refused(Version(2, FAILED), WAYS[way], "failed at step 4 of 8", planned=Version(2, PASSED))
    assert "Traceback" not in refused.screen
    tried.passes(Version(2, PASSED))


@pytest.mark.parametrize("first_version", ["stack"], indirect=True)
def test_the_oldest_sdk_holds_too(first_version: VersionedStack, tmp_path: Path) -> None:
    """The SDKs report a refused read to the program in different ways; with either, nothing changes."""
    tried = first_version.copy(tmp_path / "stack")
    tried.stack.environ["PATH"] = f"{sys.prefix}-oldest/bin{os.pathsep}{os.environ['PATH']}"
    before = tried.files
    tried.set(Version(2, FAILED))
    refused = tried.stack.up("--continue-on-error")
    assert "did not pass, so the program ends before" in refused.words
    assert (tried.files, refused.exit_code != 0) == (before, True)


@pytest.mark.parametrize("first_version", ["behind-another", "below-another"], indirect=True)
def test_a_dependent_of_an_unheld_record_is_deleted_with_it(first_version: VersionedStack, tmp_path: Path) -> None:
    """A limit that README names: replacing a record with deletion first also deletes its dependent before the check."""
    tried = first_version.copy(tmp_path / "stack")
    behind = "old/behind-front.json"
    assert behind in tried.files
    tried.set(Version(2, FAILED))
    assert tried.stack.up().exit_code != 0
    assert behind not in tried.files
