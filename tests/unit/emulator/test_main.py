"""The program: its ready line, its end, and its errors."""

import io
import json
import runpy
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from pulumi_tcsql_check.emulator import Emulator, __main__
from pulumi_tcsql_check.emulator.wire import Request

SignedRequest = Callable[..., Request]


class _Stdout(io.StringIO):
    """A stdout that calls a function as soon as the ready line is flushed."""

    def __init__(self, then: Callable[[str], None]) -> None:
        super().__init__()
        self._then = then

    def flush(self) -> None:
        self._then(self.getvalue())


def _run_until(number: signal.Signals, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> tuple[int, str]:
    stdout = _Stdout(lambda _: signal.raise_signal(number))
    monkeypatch.setattr(sys, "stdout", stdout)
    code = __main__.main(["--port", "0", *arguments])
    return code, stdout.getvalue()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_quietly(
    number: signal.Signals, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """After SIGINT and SIGTERM the exit code is 0, one line was printed, and the handlers are as before."""
    before = signal.getsignal(number)

    code, printed = _run_until(number, monkeypatch, "--scenario", "slow")

    assert code == 0
    assert printed.startswith("listening on http://127.0.0.1:")
    assert printed.endswith(" (scenario slow)\n")
    assert printed.count("\n") == 1
    assert signal.getsignal(number) is before
    assert capfd.readouterr() == ("", "")


def test_it_listens_after_the_ready_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """After the ready line the port responds, and the request log is written."""
    path = tmp_path / "requests.jsonl"
    answers = []

    def ask(line: str) -> None:
        with urllib.request.urlopen(line.split()[2], timeout=5) as response:
            answers.append(json.loads(response.read()))
        signal.raise_signal(signal.SIGTERM)

    monkeypatch.setattr(sys, "stdout", _Stdout(ask))

    assert __main__.main(["--port", "0", "--request-log", str(path)]) == 0
    assert answers[0]["Response"]["Error"]["Code"] == "UnsupportedProtocol"
    assert json.loads(path.read_text())["outcome"] == "UnsupportedProtocol"


def test_the_keys_come_from_the_environment(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Keys are environment variables: everyone on the machine can see command-line options."""
    monkeypatch.setenv("TCSQL_EMULATOR_SECRET_KEY", "another-key")

    with pytest.raises(SystemExit) as caught:
        __main__.main(["--help"])

    shown = capsys.readouterr().out
    assert caught.value.code == 0
    assert "TCSQL_EMULATOR_SECRET_KEY" in shown
    assert "another-key" not in shown


def test_a_missing_scenario_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    """A wrong scenario exits with 1 and no traceback."""
    assert __main__.main(["--port", "0", "--scenario", "nonsense"]) == 1

    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("scenario nonsense: there is no such file")
    assert printed.err.count("\n") == 1


def test_a_port_that_is_taken_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    """A taken port exits with 1 and no traceback."""
    with Emulator("pass") as emulator:
        assert __main__.main(["--port", str(emulator.port)]) == 1

    assert capsys.readouterr().err.startswith(f"the emulator can't start at {emulator.endpoint}: ")


@pytest.mark.parametrize("port", ["-1", "65536", "x"])
def test_an_invalid_port_is_a_wrong_command_line(port: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A number outside 0 to 65535, or no number, exits with 2."""
    with pytest.raises(SystemExit) as caught:
        __main__.main(["--port", port])

    assert caught.value.code == 2
    assert "--port" in capsys.readouterr().err


def test_running_the_file_runs_the_program(monkeypatch: pytest.MonkeyPatch) -> None:
    """The module is a program, whose exit code is what `main` returns."""
    monkeypatch.setattr(sys, "argv", ["emulator", "--scenario", "nonsense"])

    with pytest.raises(SystemExit) as caught:
        runpy.run_path(__main__.__file__, run_name="__main__")

    assert caught.value.code == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_process_ends_quietly(number: signal.Signals) -> None:
    """As a process it prints the ready line and exits with code 0, with nothing on stderr."""
    command = [sys.executable, "-m", "pulumi_tcsql_check.emulator", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        process.send_signal(number)
        rest, errors = process.communicate(timeout=30)

    assert line.startswith("listening on http://127.0.0.1:")
    assert (process.returncode, rest, errors) == (0, "", "")
