"""The reports of gates in a real `pulumi up`, against the emulator."""

from pathlib import Path

from harness import marked_credentials
from harness.reports import read_report
from harness.sandbox import BuildSandbox

FAST = {"poll_interval_seconds": 0.2}
FOLDER = {"TCSQL_CHECK_REPORT": "evidence"}


def names(folder: Path) -> list[str]:
    """Return the names of the files in the folder of reports."""
    return sorted(path.name for path in (folder / "evidence").glob("*"))


def test_a_gate_of_an_update_writes_its_proof(build: BuildSandbox) -> None:
    """In two formats; a preview and a refresh write none, and the state has nothing of it."""
    sandbox = build("pass", {"migrate_id": 1, **FAST}, environ=FOLDER)
    project = sandbox.stack.project
    assert sandbox.stack.run("preview").exit_code == 0
    assert names(project) == []
    assert sandbox.stack.up().exit_code == 0
    assert names(project) == ["rehearsal.orders.json", "rehearsal.orders.md"]
    report = read_report(project / "evidence" / "rehearsal.orders.json")
    assert (report["verdict"], report["gate"]["name"], report["gate"]["stack"]) == ("passed", "orders", "rehearsal")
    assert [step["state"] for step in report["checks"][0]["steps"]] == ["passed"] * 8
    assert marked_credentials.found_below(project / "evidence") == {}
    check = sandbox.stack.resource("orders")
    assert check is not None
    assert not [name for name in check["outputs"] if "report" in name or "folder" in name]
    for path in (project / "evidence").iterdir():
        path.unlink()
    assert sandbox.stack.run("refresh", "--yes", "--skip-preview").exit_code == 0
    assert names(project) == []


def test_a_refused_gate_writes_why(build: BuildSandbox) -> None:
    """The report has the failed step and the code of the error."""
    sandbox = build("failed", {"migrate_id": 1, **FAST}, environ=FOLDER)
    assert sandbox.stack.up().exit_code != 0
    report = read_report(sandbox.stack.project / "evidence" / "rehearsal.orders.json")
    assert (report["verdict"], report["error"]["code"]) == ("failed", "check-failed")


def test_a_folder_that_cannot_be_written_is_a_warning(build: BuildSandbox) -> None:
    """The gate passes."""
    sandbox = build("pass", {"migrate_id": 1, **FAST}, environ=FOLDER)
    (sandbox.stack.project / "evidence").write_text("a file", encoding="utf-8")
    result = sandbox.stack.up()
    assert result.exit_code == 0, result.screen
    assert "can't be written (Not a directory)" in result.words or "can't be written (File exists)" in result.words
    assert sandbox.records == {"behind": "new"}
