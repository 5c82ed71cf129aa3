"""The option `--report` of the commands, against the emulator."""

import signal
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from harness import cli_process
from harness.error_texts import in_one_line
from harness.reports import read_report

from pulumi_tcsql_check.emulator import Emulator

from .conftest import Run

FAST = ("--poll-interval-seconds", "0.1")


@pytest.mark.parametrize(
    ("words", "code", "verdict"),
    [
        (("wait", "1", *FAST), 0, "passed"),
        (("wait", "2", *FAST), 1, "failed"),
        (("wait", "3", "--timeout-seconds", "0.3", *FAST), 3, "not-passed"),
        (("status", "1"), 0, "passed"),
        (("status", "3"), 3, "not-passed"),
        (("status", "99"), 4, "no-verdict"),
        (("start", "1", "--wait", *FAST), 0, "passed"),
    ],
)
def test_a_command_writes_its_verdict(
    run: Run, tmp_path: Path, words: tuple[str, ...], code: int, verdict: str
) -> None:
    """It has the command, the caller without anything secret, and the checks."""
    path = tmp_path / "evidence.json"
    assert run(*words, "--report", str(path)) == code
    report = read_report(path)
    assert (report["verdict"], report["command"]) == (verdict, f"tcsql-check {words[0]}")
    assert report["secret_id"].startswith("...")
    assert [check["migrate_id"] for check in report["checks"]] == [int(words[1])]
    assert report["endpoint"].startswith("http://127.0.0.1:")


def test_the_ending_decides_the_format(run: Run, tmp_path: Path) -> None:
    """In capitals as well."""
    assert run("wait", "1", "--report", str(tmp_path / "a.MD"), *FAST) == 0
    assert (tmp_path / "a.MD").read_text(encoding="utf-8").startswith("# Migration check: passed\n")
    assert run("wait", "1", "--report", str(tmp_path / "a.xml"), *FAST) == 0
    assert ET.parse(tmp_path / "a.xml").getroot().attrib["failures"] == "0"


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (
            ("wait", "1", "--report", "a.txt"),
            "--report is 'a.txt', but must be a file that ends with .md, .xml or .json",
        ),
        (("start", "1", "--report", "a.md"), "--report is 'a.md', but must be given with --wait alone"),
    ],
)
def test_another_file_is_refused_before_any_request(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], error: str
) -> None:
    """The exit code is that of a wrong command line."""
    assert run(*words) == 2
    assert error in in_one_line(capsys.readouterr().err)
    assert (tmp_path / "requests.jsonl").read_text(encoding="utf-8") == ""


@pytest.mark.parametrize(("migrate_id", "code"), [("1", 4), ("2", 1)])
def test_a_report_that_cannot_be_written_turns_a_pass_into_trouble(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str], migrate_id: str, code: int
) -> None:
    """A warning names the file and the cause; a failure keeps its code."""
    assert run("wait", migrate_id, "--report", str(tmp_path / "missing" / "a.md"), *FAST) == code
    assert "a.md can't be written (No such file or directory)." in in_one_line(capsys.readouterr().err)


def test_an_unexpected_error_of_a_report_is_a_warning(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is named by its type."""

    def fail(*_: object, **__: object) -> None:
        raise KeyError("a secret")

    monkeypatch.setattr("pulumi_tcsql_check.reports.writer.write", fail)
    assert run("wait", "1", "--report", str(tmp_path / "a.md"), *FAST) == 4
    written = capsys.readouterr().err
    assert "can't be written (KeyError)" in in_one_line(written)
    assert "a secret" not in written


def test_an_error_of_the_set_up_is_in_the_report(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No request was sent."""
    monkeypatch.delenv("TENCENTCLOUD_SECRET_KEY")
    assert run("wait", "1", "--report", str(tmp_path / "a.json")) == 4
    report = read_report(tmp_path / "a.json")
    assert (report["verdict"], report["error"]["code"]) == ("no-verdict", "credentials")


def test_an_interrupt_is_in_the_report(emulator: Emulator, tmp_path: Path) -> None:
    """The check was running."""
    path = tmp_path / "evidence.json"
    words = ["wait", "3", "--endpoint", emulator.url, "--report", str(path)]
    with cli_process.started(words, cli_process.environ(tmp_path)) as run:
        run.read(until="Hard disk space check")
        assert run.end_by_signal(signal.SIGINT) < 2
    report = read_report(path)
    assert (report["verdict"], report["checks"][0]["status"]) == ("cancelled", "running")
