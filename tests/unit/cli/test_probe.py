"""`tcsql-check probe` against the emulator."""

import io
import json
import signal
import sys
from pathlib import Path

import pytest
from harness import cli_process
from harness.error_texts import in_one_line

from pulumi_tcsql_check.cli import commands, start_output
from pulumi_tcsql_check.emulator import Emulator
from pulumi_tcsql_check.model.endpoint import Endpoint

from .conftest import Run


class Terminal(io.StringIO):
    """A terminal at which a user types these answers."""

    def isatty(self) -> bool:
        """Say that it is one."""
        return True


def actions(folder: Path) -> list[str]:
    """Return the actions of all requests."""
    lines = (folder / "requests.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line)["action"] for line in lines]


def test_a_probe_prints_a_transcript_without_anything_of_the_account(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is Markdown on stdout; each note is on stderr as soon as it is known, and nothing is started."""
    assert run("probe", "1") == 0
    written = capsys.readouterr()
    assert written.out.startswith("# Responses of the API\n\n- package: pulumi-tcsql-check ")
    assert "of a number that doesn't exist | error ResourceNotFound.DBNotFound |" in written.out
    assert "- endpoint: not Tencent Cloud's" in written.out
    assert "- the check was started: no" in written.out
    assert " QueryMigrationCheckProcess: TotalStep 8, CurrentStep 8, Status 0 0 0 0 0 0 0 0; " in written.err
    assert "127.0.0.1" not in written.out
    assert "StartMigrationCheck" not in actions(tmp_path)


def test_a_probe_starts_the_check_after_a_question(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only on a terminal, and only if the answer is yes."""
    monkeypatch.setattr(sys, "stdin", Terminal("y\n"))
    assert run("probe", "1", "--start") == 0
    written = capsys.readouterr()
    assert "Start migration check 1 (ap-guangzhou)? [y/N]: " in written.err
    assert "| StartMigrationCheck | a FlowId |" in written.out
    assert "| DescribeFlowStatus | Status 0 |" in written.out
    assert actions(tmp_path).count("StartMigrationCheck") == 1


def test_another_answer_starts_nothing(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """No request is sent, and the text doesn't call it an interrupt."""
    monkeypatch.setattr(sys, "stdin", Terminal("n\n"))
    assert run("probe", "1", "--start") == 4
    written = capsys.readouterr()
    assert written.out == ""
    assert written.err.endswith("The check was not started, and nothing was queried.\n")
    assert actions(tmp_path) == []


def test_the_question_is_in_the_users_language(
    run: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """So is the line after a no."""
    monkeypatch.setattr(sys, "stdin", Terminal("n\n"))
    assert run("probe", "1", "--start", "--language", "zh") == 4
    assert "启动迁移校验 1（ap-guangzhou）？ [y/N]: " in capsys.readouterr().err


@pytest.mark.parametrize("starts", [True, False])
def test_a_signal_says_whether_the_check_may_have_been_started(
    capsys: pytest.CaptureFixture[str], *, starts: bool
) -> None:
    """Without a start, nothing was changed."""
    screen = start_output.Transcript()
    screen.begin_notes("ap-guangzhou", Endpoint("https", "sqlserver.tencentcloudapi.com"), with_start=starts)
    screen.ended_by(signal.SIGTERM, 143, "tcsql-check probe")
    said = capsys.readouterr().err
    assert ("Ended by SIGTERM. If the check was started, it runs on." in said) == starts
    assert ("nothing was changed" in said) != starts


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (("1", "--start"), "--start is None, but must be given on a terminal, where the command asks"),
        (("0",), "ID is '0', but must be a whole number"),
        (("1", "--timeout-seconds", "0"), "--timeout-seconds is 0.0"),
    ],
)
def test_an_invalid_option_sends_nothing(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], error: str
) -> None:
    """The exit code is that of a wrong command line."""
    assert run("probe", *words) == 2
    assert error in in_one_line(capsys.readouterr().err)
    assert actions(tmp_path) == []


def test_an_error_keeps_the_notes(
    run: Run, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was recorded before it is on stdout."""

    def fail(*_: object, **__: object) -> None:
        raise OSError("broken")

    monkeypatch.setattr("pulumi_tcsql_check.probing.probe.Probe._query_list", fail)
    assert run("probe", "1") == 4
    written = capsys.readouterr()
    assert "| QueryMigrationCheckProcess | TotalStep 8" in written.out
    assert "unexpected error (OSError)" in in_one_line(written.err)


def test_without_credentials_there_is_no_transcript(
    run: Run, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """There is nothing to show."""
    for name in ("TENCENTCLOUD_SECRET_ID", "TENCENTCLOUD_SECRET_KEY"):
        monkeypatch.delenv(name)
    assert run("probe", "1") == 4
    assert capsys.readouterr().out == ""


def test_a_transcript_that_stdout_loses_is_trouble(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """The exit code is that of trouble."""
    monkeypatch.setattr(start_output, "write", lambda _, to_stderr=False: to_stderr)
    assert run("probe", "1") == 4


def test_an_interrupt_keeps_the_notes(emulator: Emulator, tmp_path: Path) -> None:
    """Migration 3 never ends; the responses until then are on the screen."""
    words = ["probe", "3", "--endpoint", emulator.url]
    with cli_process.started(words, cli_process.environ(tmp_path)) as run:
        run.read(until="of a number that doesn't exist")
        assert run.end_by_signal(signal.SIGINT) < 2
    assert run.process.returncode == 130
    assert "# Responses of the API" in run.screen
    assert "| DescribeMigrations | CheckFlag 3, Status 1 |" in run.screen


def test_the_help_says_what_is_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    """A user reads it before the first run."""
    assert commands.run(["probe", "--help"]) == 0
    assert "without ids, names and texts of the account" in in_one_line(capsys.readouterr().out)
