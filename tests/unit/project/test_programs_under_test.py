"""The README's unit test of a program: the file passes as it is, and detects a mistake in the program."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

README = (Path(__file__).resolve().parents[3] / "README.md").read_text(encoding="utf-8")
SECTION = README.split("\n## Test your program\n", 1)[1].split("\n## ", 1)[0]
(FILE,) = re.findall(r"```python\n(.*?)```", SECTION, re.DOTALL)
(NAME,) = re.findall(r"Save this as `(\w+\.py)`", SECTION)

BELOW_THE_MOCKS = re.compile(r"\n# The program comes after the mocks\..*: (from infra import .*)\n((?:[^\n]+\n)+)")
"""The comment, with the line that it names, and the program."""

GIVES_NOTHING = """

@pulumi.runtime.test
def test_what_the_mock_does_not_give_is_none():
    def compare(values):
        assert values == [None] * 5

    return pulumi.Output.all(check.total, check.current, check.steps, check.passed, check.status).apply(compare)
"""


def run_pytest(folder: Path, text: str) -> tuple[int, str]:
    """Run a test file as a user does, without this project's configuration; return exit code and screen."""
    (folder / NAME).write_text(text, encoding="utf-8")
    environ = {
        key: value for key, value in os.environ.items() if not key.startswith(("PYTEST", "PYTHONWARN", "TENCENT"))
    }
    command = [sys.executable, "-m", "pytest", f"--rootdir={folder}", NAME]
    done = subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, check=False, timeout=120)
    return done.returncode, done.stdout + done.stderr


def change(old: str, new: str) -> str:
    """Return the file with one text replaced, which must be unique."""
    assert FILE.count(old) == 1
    return str(FILE.replace(old, new))


def test_the_file_passes_unchanged(tmp_path: Path) -> None:
    """It needs no other stub, and the package gives no warning."""
    code, screen = run_pytest(tmp_path, FILE)
    assert code == 0, screen
    assert " 2 passed" in screen
    assert "pulumi_tcsql_check" not in screen


@pytest.mark.parametrize("heading", ["中文快速开始", "Groups of checks"])
def test_a_short_program_of_the_page_declares_its_resources(tmp_path: Path, heading: str) -> None:
    """The program runs as written under mocks."""
    section = README.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    (program,) = re.findall(r"```python\n(.*?)```", section, re.DOTALL)
    mocks = FILE.split("# The program comes after the mocks.", 1)[0]
    gate = "wave.migrate_ids" if "wave =" in program else "check.migrate_id"
    numbers = [1066, 1067, 1093] if "wave =" in program else 1066
    test = f"""
@pulumi.runtime.test
def test_it():
    def compare(numbers):
        assert numbers == {numbers}

    return {gate}.apply(compare)
"""
    code, screen = run_pytest(tmp_path, mocks + program + test)
    assert code == 0, screen


def test_the_program_may_be_a_separate_module(tmp_path: Path) -> None:
    """With the line that the comment names, the tests are the same."""
    found = BELOW_THE_MOCKS.search(FILE)
    assert found is not None
    imports = FILE.split("class MyMocks", 1)[0]
    (tmp_path / "infra.py").write_text(imports + found[2], encoding="utf-8")
    code, screen = run_pytest(tmp_path, change(found[0], f"\n{found[1]}\n"))
    assert code == 0, screen
    assert " 2 passed" in screen


def test_outputs_are_none_if_the_mock_gives_none(tmp_path: Path) -> None:
    """Inputs differ: the mock returns them."""
    code, screen = run_pytest(tmp_path, FILE + GIVES_NOTHING)
    assert code == 0, screen
    assert " 3 passed" in screen


@pytest.mark.parametrize(
    ("old", "new", "says", "ends"),
    [
        ('{"target": "new.example"}', '{"target": "x.example"}', "'x.example' == 'new.example'", "1 failed, 1 passed"),
        (
            "migrate_id=1066",
            "migrate_id=1067",
            "[1067, 'ap-guangzhou'] == [1066, 'ap-guangzhou']",
            "1 failed, 1 passed",
        ),
        (
            "hold_stack(check)",
            "hold_stack()",
            f"MigrationCheckGroup to wait for. ({NAME}, line ",
            "1 error",
        ),
    ],
)
def test_the_file_fails_if_the_program_is_wrong(tmp_path: Path, old: str, new: str, says: str, ends: str) -> None:
    """The mistakes are behind the gate, at the gate, and in a program that is refused."""
    code, screen = run_pytest(tmp_path, change(old, new))
    assert code != 0, screen
    assert says in re.sub(r"\s+(E\s+)?", " ", screen)
    assert f" {ends}" in screen
