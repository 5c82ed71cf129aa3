"""The pages on the command and the log: each command works as written, each table matches the code."""

import os
import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from harness import cli_process
from harness.pages import commands, page, rows, section

from pulumi_tcsql_check import log
from pulumi_tcsql_check.emulator import Emulator

COMMAND, LOGGING = "docs/reference/command.md", "docs/reference/logging.md"
URL = "http://127.0.0.1:8918"
"""The address of the pages' emulator."""


def in_a_shell(script: str, environment: dict[str, str], shell: str = "bash") -> "subprocess.CompletedProcess[str]":
    """Run a script as a user's shell does, with the command on its PATH."""
    path = f"{Path(cli_process.PROGRAM).parent}:{os.environ['PATH']}"
    return subprocess.run(
        [shell, "-c", script],
        env=environment | {"PATH": path},
        capture_output=True,
        text=True,
        timeout=cli_process.SECONDS,
        check=False,
    )


@contextmanager
def emulator_as_written(line: str, environment: dict[str, str]) -> Iterator[str]:
    """Start the page's emulator on a free port, and return its address."""
    program, *words = line.split()
    assert program == "tcsql-check"
    with cli_process.started(["0" if word == "8918" else word for word in words], environment) as run:
        run.read(until="(scenario ")
        yield run.screen.split()[2]
        run.end_by_signal(signal.SIGTERM)
        assert run.process.returncode == 0


def test_the_quick_start_works_as_written(tmp_path: Path) -> None:
    """The commands start the emulator, set the keys, read a running check, and wait for its pass."""
    install, serve, keys, look, wait = commands(page(COMMAND))
    assert install == 'pip install "./pulumi-tcsql-check[cli]"'  # the packaging tests run this command
    environment = {name: value for name, value in cli_process.environ(tmp_path).items() if "TENCENT" not in name}
    # The scenario takes 15 seconds; `status` gets another running one, and `wait` one that has passed.
    for scenario, line, code in (("slow", look, 3), ("pass", wait, 0)):
        assert serve.endswith("--scenario slow")
        with emulator_as_written(serve.replace("slow", scenario), environment) as url:
            done = in_a_shell(f"{keys}\n{line.replace(URL, url)}", environment)
        assert done.returncode == code, done.stderr
        assert done.stdout.count("Source database connectivity check") == (2 if line == look else 0) * 2


def test_the_readmes_minute_works_as_written(tmp_path: Path) -> None:
    """The commands start the emulator, set the keys, and wait for the pass."""
    environment_of_its_own, install, serve, activate, keys, wait = commands(section("README.md", "Try it in a minute"))
    assert environment_of_its_own.endswith(f" && {activate}")  # the tests have one already
    assert install == "pip install '.[cli]'"  # the packaging tests install the extra
    environment = {name: value for name, value in cli_process.environ(tmp_path).items() if "TENCENT" not in name}
    assert serve.endswith("--scenario slow")  # which takes 15 seconds
    with emulator_as_written(serve.replace("slow", "pass"), environment) as url:
        done = in_a_shell(f"{keys}\n{wait.replace(URL, url)}", environment)
    assert done.returncode == 0, done.stderr


def test_the_logged_status_works_as_written(tmp_path: Path) -> None:
    """The log has the table's fields; the line for `pulumi up` sets the same variable."""
    up, look = commands(page(LOGGING))
    assert up == f"{log.VARIABLE}=debug pulumi up"  # the end-to-end tests run this command
    with Emulator("pass") as emulator:
        done = in_a_shell(f"{look} --endpoint {emulator.url}", cli_process.environ(tmp_path))
    query, verdict = [line for line in done.stderr.splitlines() if line.startswith("tcsql-check level=")]
    fields = [name.strip("`") for row in rows(page(LOGGING)) for name in row[0].split(", ")]
    assert fields == list(log.FIELDS)
    for line in (query, verdict):
        assert set(re.findall(r" (\w+)=", line)) <= {"level", *fields}
    examples = re.findall(r"(?m)^tcsql-check level=.*$", page(LOGGING))
    for line, example in zip((query, verdict), examples, strict=True):
        assert re.findall(r" (\w+)=", line) == re.findall(r" (\w+)=", example)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_line_for_a_shell_works(shell: str, tmp_path: Path) -> None:
    """Bash evaluates its line; for the other shells the command prints the completion script."""
    (line,) = [row[1].strip("`").replace(r"\|", "|") for row in rows(section(COMMAND, "Completion")) if row[0] == shell]
    environment = cli_process.environ(tmp_path)
    if shell == "bash":
        done = in_a_shell(f"{line}\ncomplete -p tcsql-check", environment)
        assert done.stdout.startswith("complete ")
    else:
        inner = line.removeprefix('eval "$(').removesuffix(')"').removesuffix(" | source")
        done = in_a_shell(inner, environment)
        assert "tcsql-check" in done.stdout
    assert (done.returncode, done.stderr) == (0, "")
