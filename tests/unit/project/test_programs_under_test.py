"""Programs of the documentation under Pulumi's mocks: each runs as written, and the unit test detects a mistake."""

import inspect
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from harness.pages import DOCUMENTATION, ROOT, blocks, page

import pulumi_tcsql_check

HOW_TO_TEST = "docs/how-to/test.md"
(FILE,) = blocks(page(HOW_TO_TEST), "python")
(NAME,) = re.findall(r"Save this as `(\w+\.py)`", page(HOW_TO_TEST))
MOCKS = FILE.split("# The program comes after the mocks.", 1)[0]

SWITCH = ROOT / "examples" / "gate" / "switch.py"
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


PROGRAMS = [
    pytest.param(program, id=f"{path}-{number}")
    for path in DOCUMENTATION
    if path not in (HOW_TO_TEST, "docs/how-to/tencent-provider.md")  # it is that file; it needs another package
    for number, program in enumerate(blocks(page(path), "python"))
]
EXAMPLES = "\n".join(
    inspect.cleandoc(example)
    for name in pulumi_tcsql_check.__all__
    for example in re.findall(r"::\n\n((?: {8}.+\n?)+)", inspect.getdoc(getattr(pulumi_tcsql_check, name)) or "")
)
CONTEXT = """
import os
from pulumi_tcsql_check import *

os.environ |= {"GITHUB_RUN_ID": "1", "GITHUB_RUN_ATTEMPT": "1", "TENCENTCLOUD_REGION": "ap-guangzhou"}
pulumi.runtime.set_all_config({"project:run": "1", "project:flowId": "1001"})
run = ["1"]
migration = pulumi.CustomResource("sqlserver:index:Migration", "orders", {})
"""
"""What a program of the documentation is given."""


@pytest.mark.parametrize("program", [*PROGRAMS, pytest.param(EXAMPLES, id="docstrings")])
def test_a_program_declares_its_resources(tmp_path: Path, program: str) -> None:
    """It runs as written, and declares a gate, or queries a check."""
    shutil.copy(SWITCH, tmp_path)
    counted = MOCKS.replace("        return [args", "        MADE.append(args.typ)\n        return [args")
    counted = counted.replace("        return {}", "        MADE.append(args.token)\n        return {'steps': []}")
    assert counted.count("MADE") == len(("new_resource", "call"))
    test = """

@pulumi.runtime.test
def test_that_it_ends():
    return None


def test_what_it_has_made():
    assert [name for name in MADE if "tcsql" in name]
"""
    code, screen = run_pytest(tmp_path, f"MADE = []\n{counted}{CONTEXT}{program}{test}")
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
