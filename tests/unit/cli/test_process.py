"""The command as a process: on a terminal, with signals, with shell completion, and without its extra."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from harness import cli_process
from harness.error_texts import in_one_line
from harness.sandbox import HUNG_VARIABLE, PATCHED_PROVIDER
from harness.scripted_server import ScriptedServer, answer, reset, silence

from pulumi_tcsql_check import __main__ as program
from pulumi_tcsql_check.cli.outcome import EXIT_TROUBLE
from pulumi_tcsql_check.emulator import Emulator

WITHIN_SECONDS = 3.0
"""How long the end may take after a signal; the README promises a second, but this machine may be busy.

The commands would otherwise run for at least ten seconds.
"""

RUNS = (
    b'{"Response":{"TotalStep":2,"CurrentStep":1,"StepDetails":[{"Name":"a","Status":-2,"Msg":"b"},'
    b'{"Name":"c","Status":-2,"Msg":"d"}],"RequestId":"r"}}'
)
HIDE, SHOW = "\x1b[?25l", "\x1b[?25h"
COLOUR = re.compile(r"\x1b\[[0-9;]*3[0-9][0-9;]*m")


@pytest.fixture(name="environment")
def _environment(tmp_path: Path) -> dict[str, str]:
    """A user's environment, with a full terminal."""
    return cli_process.environ(tmp_path, {"TERM": "xterm-256color"})


@pytest.fixture(name="silent")
def _silent() -> Iterator[ScriptedServer]:
    """A server that accepts connections and sends nothing."""
    with ScriptedServer(silence) as server:
        yield server


def test_the_process_has_the_commands_exit_code(emulator: Emulator, environment: dict[str, str]) -> None:
    """`python -m pulumi_tcsql_check` is the same command."""
    words = ["status", "1", "2", "--endpoint", emulator.url]
    done = cli_process.run(words, environment)
    again = subprocess.run(
        [sys.executable, "-m", "pulumi_tcsql_check", *words],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == again.returncode == 1
    assert done.stdout == again.stdout
    assert "\x1b" not in done.stdout + done.stderr


def test_an_error_is_one_sentence_without_a_log(emulator: Emulator, environment: dict[str, str]) -> None:
    """Python prints the warnings of a logger without a handler, so the package's logger needs one."""
    done = cli_process.run(["status", "404", "--endpoint", emulator.url], environment)
    assert done.returncode == 4
    warning, first, *_, last = done.stderr.splitlines()
    assert [line.partition(" 404 ")[0] for line in (warning, first)] == ["warning: migration check", "migration check"]
    assert last == "  Code:    not-found"


def test_no_variable_adds_colour_or_bars_without_a_terminal(emulator: Emulator, environment: dict[str, str]) -> None:
    """Without a terminal the output is plain text."""
    variables = dict.fromkeys(("FORCE_COLOR", "CLICOLOR_FORCE", "TTY_COMPATIBLE", "TTY_INTERACTIVE"), "1")
    done = cli_process.run(["wait", "1", "--endpoint", emulator.url], environment | variables)
    assert (done.returncode, "\x1b" in done.stdout + done.stderr) == (0, False)


@pytest.mark.parametrize("columns", [60, 100])
def test_a_wait_on_a_terminal_has_bars_and_restores_the_cursor(
    emulator: Emulator, environment: dict[str, str], columns: int
) -> None:
    """Each migration has one bar, no line is wider than the terminal, and the error is below them."""
    words = ["wait", "1", "2", "3", "--endpoint", emulator.url, "--poll-interval-seconds", "0.2"]
    with cli_process.started(words, environment, terminal=(columns, 30)) as run:
        run.read()
        assert run.process.wait(cli_process.SECONDS) == 1
        assert run.screen.index(HIDE) < run.screen.index(SHOW)
        assert run.screen.count(HIDE) == run.screen.count(SHOW)
        assert COLOUR.search(run.screen)
        drawn, said = run.screen.split(SHOW)
        last = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", drawn).splitlines()[-4:]
        assert [line[:3] for line in last[:3]] == ["✓ 1", "✗ 2", "▸ 3"]
        assert "━" in last[1]
        assert "4/8 Character set check: failed" in last[1]
        assert max(map(len, last)) <= columns
        assert last[3].startswith("1/3 passed, 1 failed, 1 running, after ")
        assert "1 of 3 migration checks (ap-guangzhou) failed\r\n  ✗ 2 failed" in said


def test_a_low_terminal_shows_the_most_relevant_rows(emulator: Emulator, environment: dict[str, str]) -> None:
    """Four of twelve fit into ten lines; one line counts the others."""
    words = ["wait", *map(str, range(3, 15)), "--endpoint", emulator.url, "--timeout-seconds", "2"]
    with cli_process.started(words, environment, terminal=(100, 10)) as run:
        run.read(until="and 8 more: ")
        assert run.end_by_signal(signal.SIGINT) < WITHIN_SECONDS


@pytest.mark.parametrize("more", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_no_color_and_a_dumb_terminal_give_plain_output(
    emulator: Emulator, environment: dict[str, str], more: dict[str, str]
) -> None:
    """With NO_COLOR there is no colour, and on a dumb terminal a wait prints lines."""
    words = ["wait", "1", "--endpoint", emulator.url]
    with cli_process.started(words, environment | more, terminal=(80, 24)) as run:
        run.read()
        assert run.process.wait(cli_process.SECONDS) == 0
        assert not COLOUR.search(run.screen)
        assert (HIDE in run.screen) == ("NO_COLOR" in more)
        assert ("1: 8/8 · 30 min left · Target database existence check: passed" in run.screen) == ("TERM" in more)
        assert "migration check 1 (ap-guangzhou) has passed, after 0 s" in run.screen


def test_status_on_a_terminal_is_a_coloured_table(emulator: Emulator, environment: dict[str, str]) -> None:
    """It has the steps on demand, and no line is wider than the terminal."""
    words = ["status", "1", "2", "99", "--steps", "--endpoint", emulator.url]
    with cli_process.started(words, environment, terminal=(60, 40)) as run:
        run.read()
        assert run.process.wait(cli_process.SECONDS) == 1
        assert COLOUR.search(run.screen)
        lines = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", run.screen).splitlines()
        table = lines[next(number for number, line in enumerate(lines) if "passed" in line) :]
        assert table[1].startswith("✓ 1         8/8    8/8 Target database existence")
        assert "  ✗ 4 Character set check: failed (status -1)" in [line.rstrip() for line in table]
        assert max(len(line.rstrip()) for line in table[:-1]) <= 60 or table[-1]


@pytest.mark.parametrize(
    ("words", "terminal", "number"),
    [
        (("wait", "1"), None, signal.SIGINT),
        (("wait", "1", "2", "3"), (80, 24), signal.SIGINT),
        (("wait", "1", "2", "3"), (80, 24), signal.SIGTERM),
        (("wait", "1", "--json"), None, signal.SIGTERM),
        (("status", "1", "2"), (80, 24), signal.SIGINT),
    ],
)
def test_a_silent_server_does_not_delay_the_end(
    silent: ScriptedServer,
    environment: dict[str, str],
    words: tuple[str, ...],
    terminal: tuple[int, int] | None,
    number: signal.Signals,
) -> None:
    """The command ends within a second, with one sentence, no traceback, no result, and a visible cursor."""
    code = 128 + number
    with cli_process.started([*words, "--endpoint", f"http://{silent.host}"], environment, terminal=terminal) as run:
        cli_process.wait_for(lambda: silent.is_connected)
        assert run.end_by_signal(number) < WITHIN_SECONDS
        assert run.process.returncode == code
        assert run.screen.count("before there was a verdict; nothing was changed. Run `tcsql-check ") == 1
        assert "Traceback" not in run.screen
        assert '"result"' not in run.screen
        assert run.screen.count(HIDE) == run.screen.count(SHOW)


@pytest.fixture(name="hung")
def _hung(environment: dict[str, str], tmp_path: Path) -> dict[str, str]:
    """The environment of a user without keys, with a home on a file system that hangs."""
    home = tmp_path / "home"
    return {
        **environment,
        "TENCENTCLOUD_SECRET_ID": "",
        "TENCENTCLOUD_SECRET_KEY": "",
        "HOME": str(home),
        "PYTHONPATH": str(PATCHED_PROVIDER),
        HUNG_VARIABLE: str(home),
    }


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_file_that_hangs_does_not_delay_the_end(
    silent: ScriptedServer, hung: dict[str, str], number: signal.Signals
) -> None:
    """The command ends within a second, as with a silent server."""
    with cli_process.started(["wait", "1", "--endpoint", f"http://{silent.host}"], hung) as run:
        run.read(until="is not Tencent Cloud")
        assert run.end_by_signal(number) < WITHIN_SECONDS
        assert run.process.returncode == 128 + number
        assert run.screen.count("before there was a verdict") == 1
        assert "Traceback" not in run.screen


def test_a_file_that_hangs_does_not_extend_the_deadline(silent: ScriptedServer, hung: dict[str, str]) -> None:
    """One sentence names the file."""
    words = ["wait", "1", "--timeout-seconds", "0.1", "--endpoint", f"http://{silent.host}"]
    done = cli_process.run(words, hung)
    assert done.returncode == 4
    path = f"{hung['HOME']}/.tencentcloud/credentials"
    assert f"{path} can't be read (the file system gave nothing within 1 s)." in in_one_line(done.stderr)
    assert not silent.is_connected


def test_a_pipe_in_place_of_a_file_is_refused(
    silent: ScriptedServer, environment: dict[str, str], tmp_path: Path
) -> None:
    """The command ends at once, for any timeout."""
    path = tmp_path / ".tccli" / "default.credential"
    path.parent.mkdir()
    os.mkfifo(path)
    words = ["wait", "1", "--endpoint", f"http://{silent.host}"]
    done = cli_process.run(words, environment | {"TENCENTCLOUD_SECRET_ID": "", "TENCENTCLOUD_SECRET_KEY": ""})
    assert done.returncode == 4
    assert f"{path} can't be read (it is not a regular file)." in in_one_line(done.stderr)


def test_a_sleeping_wait_and_a_queue_for_turns_end_at_once(environment: dict[str, str]) -> None:
    """Neither a pause of five minutes nor a queue of a thousand requests delays the end."""
    with ScriptedServer(answer(RUNS)) as server:
        for ids in (["1"], [str(number) for number in range(1, 1001)]):
            words = ["wait", *ids, "--endpoint", f"http://{server.host}", "--poll-interval-seconds", "300"]
            with cli_process.started(words, environment) as run:
                run.read(until="no step has started")
                assert run.end_by_signal(signal.SIGINT) < WITHIN_SECONDS
                assert run.process.returncode == 130
                assert "Traceback" not in run.screen


def test_a_second_interrupt_changes_nothing(environment: dict[str, str]) -> None:
    """A burst of interrupts gives one sentence and exit code 130."""
    with (
        ScriptedServer(reset) as server,
        cli_process.started(["wait", "1", "--endpoint", f"http://{server.host}"], environment) as run,
    ):
        run.read(until="no response from the API")
        for _ in range(5):
            run.process.send_signal(signal.SIGINT)
        assert run.end_by_signal(signal.SIGTERM) < WITHIN_SECONDS
        assert run.process.returncode in (130, 143)
        assert run.screen.count("before there was a verdict") == 1
        assert "Traceback" not in run.screen


def test_an_ignored_interrupt_stays_ignored(silent: ScriptedServer, environment: dict[str, str]) -> None:
    """A script that starts the command with `&` ignores SIGINT; SIGTERM ends the command."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with cli_process.started(["wait", "1", "--endpoint", f"http://{silent.host}"], environment) as run:
            cli_process.wait_for(lambda: silent.is_connected)
            run.process.send_signal(signal.SIGINT)
            with pytest.raises(subprocess.TimeoutExpired):
                run.process.wait(0.3)
            assert run.end_by_signal(signal.SIGTERM) < WITHIN_SECONDS
            assert run.process.returncode == 143
    finally:
        signal.signal(signal.SIGINT, before)


def test_a_reader_that_closes_the_pipe_changes_no_exit_code(emulator: Emulator, environment: dict[str, str]) -> None:
    """With `| head -1` the exit code is that of the check, and stderr is empty."""
    reads, writes = os.pipe()
    os.close(reads)
    done = cli_process.run(["wait", "1", "--endpoint", emulator.url], environment, stdout=writes)
    os.close(writes)
    assert done.returncode == 0
    assert done.stderr.splitlines()[1:] == []


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["status", "1"], 0),
        (["status", "1", "--json"], 4),
        (["wait", "1", "--json"], 4),
        (["status", "3", "--json"], 3),
    ],
)
def test_a_full_disk_is_reported_without_a_json_pass(
    emulator: Emulator, environment: dict[str, str], words: list[str], code: int
) -> None:
    """A program that reads the JSON gets no result; the exit code is the verdict."""
    with Path("/dev/full").open("wb") as full:
        done = cli_process.run([*words, "--endpoint", emulator.url], environment, stdout=full)
    assert done.returncode == code
    lost = "The output is lost from here on, since it can't be written (No space left on device)."
    assert lost in done.stderr.splitlines()


def test_a_character_that_the_encoding_lacks_is_replaced(emulator: Emulator, environment: dict[str, str]) -> None:
    """The command doesn't fail."""
    done = cli_process.run(["status", "1", "--endpoint", emulator.url], environment | {"PYTHONIOENCODING": "latin-1"})
    assert done.returncode == 0
    assert done.stdout.splitlines()[1].startswith("? 1 ")


def test_the_log_is_on_stderr_and_has_no_secret(emulator: Emulator, environment: dict[str, str]) -> None:
    """The variable or -v turns it on; stdout doesn't change."""
    words = ["status", "3", "--json", "--endpoint", emulator.url]
    for environ, flags in ((environment | {"TCSQL_CHECK_LOG": "debug"}, []), (environment, ["-v"])):
        done = cli_process.run([*words, *flags], environ)
        assert json.loads(done.stdout)["exit_code"] == 3
        lines = [line for line in done.stderr.splitlines() if line.startswith("tcsql-check level=")]
        assert [line.split()[2] for line in lines] == ["event=query", "event=verdict"]
        assert environment["TENCENTCLOUD_SECRET_ID"] not in done.stderr
        assert environment["TENCENTCLOUD_SECRET_KEY"] not in done.stderr
    done = cli_process.run(words, environment | {"TCSQL_CHECK_LOG": "loud"})
    assert done.returncode == 3
    assert done.stderr.splitlines()[0] == (
        "TCSQL_CHECK_LOG is 'loud', but must be debug, info or warning; nothing is logged."
    )


@pytest.mark.parametrize(
    ("shell", "sourced", "asked"),
    [
        ("bash", "complete -o nosort -F", {"COMP_WORDS": "tcsql-check wa", "COMP_CWORD": "1"}),
        ("zsh", "#compdef tcsql-check", {"COMP_WORDS": "tcsql-check wa", "COMP_CWORD": "1"}),
        ("fish", "complete --no-files --command tcsql-check", {"COMP_WORDS": "tcsql-check wa", "COMP_CWORD": "wa"}),
    ],
)
def test_each_shell_completes_commands_and_options(
    shell: str, sourced: str, asked: dict[str, str], environment: dict[str, str]
) -> None:
    """The script that a shell sources calls the command for the completions."""
    variable = "_TCSQL_CHECK_COMPLETE"
    assert sourced in cli_process.run([], environment | {variable: f"{shell}_source"}).stdout
    assert "wait" in cli_process.run([], environment | asked | {variable: f"{shell}_complete"}).stdout
    options = {"COMP_WORDS": "tcsql-check status --st", "COMP_CWORD": "--st" if shell == "fish" else "2"}
    assert "--steps" in cli_process.run([], environment | options | {variable: f"{shell}_complete"}).stdout


@pytest.mark.parametrize("missing", ["click", "rich"])
def test_without_its_extra_the_command_says_what_to_install(
    missing: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The command prints one sentence and no traceback, and exits with 4."""
    monkeypatch.setitem(sys.modules, missing, None)
    assert program.main() == EXIT_TROUBLE
    assert in_one_line(capsys.readouterr().err) == (
        f'tcsql-check needs {missing}, which its extra brings: run `pip install "PATH[cli]"`, where PATH is the '
        "checkout or the wheel of pulumi-tcsql-check."
    )


def test_without_a_required_library_the_command_says_what_to_do(environment: dict[str, str]) -> None:
    """The command prints one sentence and no traceback, and exits with 4."""
    code = """
import sys
sys.modules["msgspec"] = None
from pulumi_tcsql_check.__main__ import main
assert main() == 4
"""
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    sentence = in_one_line(done.stderr)
    assert sentence.startswith("Nothing was queried, since something that it takes can't be loaded (import of msgspec")
    assert sentence.endswith(", then `tcsql-check wait` again.")


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_during_the_import_ends_the_command_silently(
    environment: dict[str, str], number: signal.Signals, code: int
) -> None:
    """There is no traceback; an import could swallow an exception."""
    program = f"""
import signal, sys
class Signalling:
    def find_spec(self, name, *_):
        if name == "pulumi_tcsql_check.cli.commands":
            signal.raise_signal({int(number)})
sys.meta_path.insert(0, Signalling())
from pulumi_tcsql_check.__main__ import main
main()
print("went on")
"""
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (code, "", "")


def test_a_running_thread_does_not_crash_the_exit(environment: dict[str, str]) -> None:
    """The output is flushed, and the exit code is kept; a thread that loads OpenSSL would otherwise crash the exit."""
    code = """
import atexit, sys, threading
from pulumi_tcsql_check import __main__ as program
from pulumi_tcsql_check.cli import commands
def run(_):
    threading.Thread(target=threading.Event().wait, daemon=True).start()
    print("interrupted", end="")
    return 130
commands.run = run
atexit.register(print, "torn down")
sys.exit(program.main())
"""
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (130, "interrupted")


def test_help_loads_neither_pulumi_nor_the_sdk_nor_rich(environment: dict[str, str]) -> None:
    """The help loads no HTTP client either, so it is fast."""
    code = """
import sys
sys.argv = ["tcsql-check", "wait", "--help"]
from pulumi_tcsql_check.__main__ import main
assert main() == 0
heavy = {"tencentcloud", "requests", "rich", "pulumi", "pulumi_tcsql_check.cli.session"}
print(sorted(heavy & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
