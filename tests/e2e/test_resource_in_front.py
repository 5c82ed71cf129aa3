"""A gate depends on another resource, which fails in this update, or which `--target` or `--exclude` leaves out.

Each stack was updated before, while the check had passed, so its state has a pass. Nothing behind the gate may change
in this update, and Pulumi must be able to read the resulting state.
"""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from harness.emulator_process import EmulatorProcess
from harness.sandbox import error_messages
from harness.stack import ENDPOINT_KEY, Result, Stack

ROOT = Path(__file__).resolve().parent.parent.parent
SCENARIO = ROOT / "tests" / "data" / "scenarios" / "by-id.json"
PASSED, FAILED = 1, 2

RECORDS = "**:Record::*"
NOT_IN_STACK = "is not in the stack: it failed, or --target or --exclude left it out"
NOT_KNOWN = "is not known in this update: the resource that brings it has failed, or was left out"

FAILS = {"its update fails": "there", "its creation fails": "absent"}
"""What the resource in front is in the first update."""

THROUGH = ("depends_on", "the id", "an echoed input", "the parent", "a component")
AROUND = ("a component around both", "a component around the gate")
LEFT_OUT = {
    "--target the dependents": ("--target", RECORDS),
    "--exclude the one in front": ("--exclude", "**::front", "--exclude", "**::component"),
}
CONTINUE = "--continue-on-error"

QUICK = {
    ("its update fails", "depends_on", "stack", CONTINUE),
    ("its creation fails", "a component", "resources", CONTINUE),
    ("--target the dependents", "a component around the gate", ""),
}
"""The cases that `make test` runs."""


class Fronted:
    """A stack whose gate depends on another resource."""

    def __init__(self, workdir: Path, emulator: EmulatorProcess, kind: str, through: str) -> None:
        """Create it."""
        self.stack = Stack.of_program(ROOT / "tests" / "programs" / "front", workdir)
        shutil.copy(ROOT / "examples" / "hold" / "records.py", self.stack.project)
        self.stack.init({ENDPOINT_KEY: emulator.url})
        self._given = {"kind": kind, "through": through}

    def up(self, number: int, migrate_id: int, front: str, *flags: str) -> Result:
        """Update to a version of the program: its check, and the change of the resource in front."""
        version = {**self._given, "number": number, "migrate_id": migrate_id, "front": front}
        (self.stack.project / "version.json").write_text(json.dumps(version), encoding="utf-8")
        return self.stack.up(*flags)

    @property
    def files(self) -> dict[str, str]:
        """All records, by their names."""
        folder = self.stack.project / "records"
        return {path.stem: json.loads(path.read_text(encoding="utf-8"))[path.stem] for path in folder.glob("*.json")}


OLD = dict.fromkeys(("apply", "apply-id", "changed", "child", "removed"), "old")
NEW = dict.fromkeys(("apply", "apply-id", "changed", "child", "created"), "new")


@pytest.fixture(name="emulator")
def _emulator(tmp_path: Path) -> Iterator[EmulatorProcess]:
    """Serve a check that has passed, and one that has failed."""
    with EmulatorProcess(SCENARIO, tmp_path / "requests.jsonl") as emulator:
        yield emulator


def cell(*what: str) -> object:
    """Name a cell of the table; `make test` runs some of them, `make test-all` runs the others."""
    marks = [] if what in QUICK else [pytest.mark.thorough]
    return pytest.param(*what, id=", ".join(filter(None, what)), marks=marks)


@pytest.mark.parametrize(
    ("fails", "through", "kind", "flag"),
    [
        cell(fails, through, kind, flag)
        for fails in FAILS
        for through in THROUGH
        for kind in ("stack", "resources", "group")
        for flag in ("", CONTINUE)
    ],
)
def test_an_earlier_pass_opens_nothing_if_the_resource_in_front_fails(  # noqa: PLR0913, PLR0917  # a table's columns
    emulator: EmulatorProcess, tmp_path: Path, fails: str, through: str, kind: str, flag: str
) -> None:
    """The update fails, every record stays unchanged, and the next update completes."""
    fronted = Fronted(tmp_path, emulator, kind, through)
    first = fronted.up(1, PASSED, FAILS[fails])
    assert (first.exit_code, fronted.files) == (0, OLD), first.screen

    refused = fronted.up(2, FAILED, "fails", *filter(None, [flag]))
    assert refused.exit_code != 0
    assert fronted.files == OLD, refused.screen

    passed = fronted.up(2, PASSED, "there")
    assert (passed.exit_code, fronted.files) == (0, NEW), passed.screen


@pytest.mark.parametrize(
    ("left_out", "through", "flag"),
    [cell(way, through, flag) for way in LEFT_OUT for through in (*THROUGH, *AROUND) for flag in ("", CONTINUE)],
)
def test_a_gate_is_refused_if_the_resource_in_front_is_left_out(
    emulator: EmulatorProcess, tmp_path: Path, left_out: str, through: str, flag: str
) -> None:
    """One error says so, the gate sends no request, every record stays unchanged, and the next update works."""
    fronted = Fronted(tmp_path, emulator, "stack", through)
    first = fronted.up(1, PASSED, "absent")
    assert (first.exit_code, fronted.files) == (0, OLD), first.screen
    asked = len(emulator.requests)

    refused = fronted.up(2, PASSED, "there", *LEFT_OUT[left_out], *filter(None, [flag]))
    assert refused.exit_code != 0
    assert any(NOT_IN_STACK in error or NOT_KNOWN in error for error in error_messages(refused)), refused.screen
    assert fronted.files == OLD
    assert len(emulator.requests) == asked

    passed = fronted.up(2, PASSED, "there")
    assert (passed.exit_code, fronted.files) == (0, NEW), passed.screen


@pytest.mark.parametrize("through", [pytest.param("depends_on", marks=pytest.mark.thorough), "a component around both"])
def test_a_gate_passes_if_the_resource_left_out_is_in_the_stack(
    emulator: EmulatorProcess, tmp_path: Path, through: str
) -> None:
    """`--target` of the resource behind the gate reads the gate, and updates the targets."""
    fronted = Fronted(tmp_path, emulator, "stack", through)
    assert fronted.up(1, PASSED, "there").exit_code == 0
    passed = fronted.up(2, PASSED, "there", "--target", RECORDS)
    assert passed.exit_code == 0, passed.screen
    assert fronted.files == NEW
