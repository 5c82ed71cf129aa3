"""The report of a gate: when it is written, where, and what it says."""

import threading
from pathlib import Path
from typing import Any

import pytest
from harness.in_process_read import RecordingListener
from harness.reports import read_report

from pulumi_tcsql_check.config.stack_config import Stack
from pulumi_tcsql_check.emulator import Emulator
from pulumi_tcsql_check.errors import CheckFailedError, WaitCancelledError
from pulumi_tcsql_check.reading import gate_report, reader
from pulumi_tcsql_check.reading.gate_report import Origin

URN = "urn:pulumi:dev::shop::pulumi-python:dynamic/tcsql:MigrationCheck::orders"
PROPS: dict[str, Any] = {"migrate_id": 1066, "region": "ap-guangzhou", "wait": True, "poll_interval_seconds": 0.1}


@pytest.fixture(name="folder", autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Name a folder for reports in the environment, and forget the gates of other tests."""
    monkeypatch.setattr(gate_report, "_urns", {})
    monkeypatch.setenv("TCSQL_CHECK_REPORT", str(tmp_path / "evidence"))
    return tmp_path / "evidence"


def read(call: RecordingListener, scenario: str = "pass", urn: str = URN, refused: str = "", **props: object) -> None:
    """Read a gate on an emulator."""
    with Emulator(scenario) as emulator:
        origin = Origin(urn, lambda: refused)
        reader.read({**PROPS, "endpoint": emulator.url, **props}, Stack({}), call, call.cancelled, origin)


def names(folder: Path) -> list[str]:
    """Return the names of all reports."""
    return sorted(path.name for path in folder.glob("*"))


def test_a_pass_is_written_in_two_formats(call: RecordingListener, folder: Path) -> None:
    """The report names the gate, its stack and its project."""
    read(call)
    assert names(folder) == ["dev.orders.json", "dev.orders.md"]
    report = read_report(folder / "dev.orders.json")
    gate = report["gate"]
    assert (gate["name"], gate["stack"], gate["project"], gate["enforce"]) == ("orders", "dev", "shop", True)
    assert (report["verdict"], report["command"]) == ("passed", None)


def test_a_refusal_is_written_before_it_is_raised(call: RecordingListener, folder: Path) -> None:
    """The report has its code."""
    with pytest.raises(CheckFailedError):
        read(call, "fail")
    assert read_report(folder / "dev.orders.json")["error"]["code"] == "check-failed"


@pytest.mark.parametrize(("refused", "code"), [("", "cancelled"), ("customers", "another-gate-failed")])
def test_a_cancelled_wait_is_written(call: RecordingListener, folder: Path, refused: str, code: str) -> None:
    """The report says whether another gate ended it."""
    threading.Timer(0.3, call.cancelled.set).start()
    with pytest.raises(WaitCancelledError):
        read(call, "unknown-code", refused=refused)
    report = read_report(folder / "dev.orders.json")
    assert (report["verdict"], report["error"]["code"]) == ("cancelled", code)


@pytest.mark.parametrize("props", [{"wait": False}, {"wait": None, "passed": True}])
def test_only_an_update_writes_a_report(call: RecordingListener, folder: Path, props: dict[str, Any]) -> None:
    """A preview and a refresh don't."""
    read(call, **props)
    assert names(folder) == []


def test_without_the_variable_there_is_no_report(
    call: RecordingListener, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Empty means not set."""
    monkeypatch.setenv("TCSQL_CHECK_REPORT", "")
    read(call)
    assert names(folder) == []


def test_a_folder_is_relative_to_the_projects() -> None:
    """The program may be in another folder."""
    environ = {"TCSQL_CHECK_REPORT": "evidence"}
    assert gate_report.folder({"wait": True}, environ) == Path("evidence")
    assert gate_report.folder({"wait": True, "project_folder": "../.."}, environ) == Path("../../evidence")
    assert gate_report.folder({"wait": True, "project_folder": ".."}, {"TCSQL_CHECK_REPORT": "/a"}) == Path("/a")


def test_a_gate_that_is_not_enforced_has_its_reason(call: RecordingListener, folder: Path) -> None:
    """The verdict is that of the single query."""
    read(call, "unknown-code", enforce=False, reason="change 4711")
    report = read_report(folder / "dev.orders.json")
    assert (report["verdict"], report["gate"]["reason"]) == ("not-passed", "change 4711")


def test_a_start_without_triggers_has_its_time(call: RecordingListener, folder: Path) -> None:
    """The pass may be of long ago."""
    read(call, started_at="2026-01-01T00:00:00Z")
    assert read_report(folder / "dev.orders.json")["gate"]["started_at"] == "2026-01-01T00:00:00Z"


def test_a_folder_that_cannot_be_written_is_a_warning(call: RecordingListener, folder: Path) -> None:
    """The gate passes all the same."""
    folder.write_text("a file", encoding="utf-8")
    read(call)
    assert call.warnings[-1].startswith("The report ")
    assert "dev.orders.json can't be written (" in call.warnings[-1]


def test_an_unexpected_error_is_a_warning(call: RecordingListener, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is named by its type."""

    def fail(*_: object, **__: object) -> None:
        raise KeyError("a secret")

    monkeypatch.setattr("pulumi_tcsql_check.reports.writer.write", fail)
    read(call)
    assert call.warnings[-1].endswith("dev.orders.json can't be written (KeyError).")


def test_two_gates_of_one_name_have_two_reports(call: RecordingListener, folder: Path) -> None:
    """They are below two components; another update replaces both."""
    for urn in (URN, URN.replace("MigrationCheck::", "MigrationCheckGroup::"), URN):
        read(call, urn=urn)
    assert len(names(folder)) == 4


def test_a_gate_of_unknown_name_has_its_number(call: RecordingListener, folder: Path) -> None:
    """The host's private frames may change."""
    read(call, urn="")
    assert names(folder) == ["_.1066.json", "_.1066.md"]
