"""Programs in YAML, TypeScript and Go run with the CLI and the language hosts of `tests/toolchain`."""

import signal
from pathlib import Path

import pytest
from harness import languages
from harness.pulumi_process import PulumiProcess, locks
from harness.stack import Result, Stack

PROGRAMS = Path(__file__).resolve().parents[1] / "programs" / "languages"
pytestmark = pytest.mark.thorough

LANGUAGES = ["yaml", "node", "go"]

GREETING, TOKEN = "你好, hosts", "a-token-that-is-secret"

BOUND_SECONDS = 4.0
"""From Ctrl-C to the end; a program that doesn't exit by itself is killed after 5 seconds."""

KNOWN = {"preview": False, "tokenIsSecret": True}
"""What a program in YAML can't tell."""

WAITING = {"yaml": "yaml_waiting"}
"""YAML can't wait by itself: its program has a resource that waits, of a plugin that is a folder in Python."""


def project(language: str, folder: Path, program: str = "", **config: str) -> Stack:
    """Make a project in a language, and a stack with a greeting, a secret token and more configuration."""
    stack = Stack.of_example(PROGRAMS / (program or language), folder, {"PATH": languages.path_with(language)})
    languages.add_packages(language, stack.project)
    stack.init({"tcsql-check:greeting": GREETING, **{f"tcsql-check:{key}": value for key, value in config.items()}})
    stack.set_secret("token", TOKEN)
    return stack


def succeeded(result: Result) -> Result:
    """Check that a command succeeded and hid the secret."""
    assert result.exit_code == 0, result.screen
    assert TOKEN not in result.screen
    return result


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_program_gets_its_run(language: str, tmp_path: Path) -> None:
    """It knows its stack, its configuration and whether it runs in a preview, and its secret stays one."""
    stack = project(language, tmp_path)
    shown = succeeded(stack.run("preview")).words
    assert f'said : "{GREETING}"' in shown
    assert ("preview : true" in shown) is (language != "yaml")
    succeeded(stack.up())
    assert stack.outputs() == {
        "said": GREETING,
        "token": TOKEN,
        "where": "organization/tcsql-check/rehearsal",
        **({} if language == "yaml" else KNOWN),
    }
    assert TOKEN not in stack.run("stack", "export").screen


@pytest.mark.parametrize("language", LANGUAGES)
def test_ctrl_c_ends_a_program_that_waits(language: str, tmp_path: Path) -> None:
    """The update ends within seconds, and leaves neither a process nor a lock behind."""
    stack = project(language, tmp_path, WAITING.get(language, ""), wait="true")
    with PulumiProcess(stack, ("up", "--yes", "--skip-preview")) as up:
        up.wait_for_text("waiting")
        began = up.send_signal(signal.SIGINT, group=True)
        ended = up.wait_for_exit()
    assert ended.exit_code != 0
    assert ended.ended_at - began < BOUND_SECONDS, ended.screen
    assert (ended.left, locks(stack)) == ({}, [])


def test_a_plugin_can_be_a_folder_in_python(tmp_path: Path) -> None:
    """The CLI gets the schema of a plugin that is a folder with `PulumiPlugin.yaml`, and the plugin then ends."""
    stack = project("yaml", tmp_path, WAITING["yaml"])
    with PulumiProcess(stack, ("package", "get-schema", str(stack.project / "plugin"))) as get:
        ended = get.wait_for_exit()
    assert (ended.exit_code, ended.left) == (0, {}), ended.screen
    assert '"slow:index:Wait"' in ended.screen
