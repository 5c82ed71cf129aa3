"""The documentation: each command of the tutorial and of the how-to pages runs as written, on the real engine."""

import re
from pathlib import Path

import pytest
from harness.emulator_process import EmulatorProcess
from harness.guide import DOCUMENTED_URL, Guide
from harness.pages import blocks, command_blocks, commands, page

TUTORIAL = "docs/tutorial.md"
SERVE = "tcsql-check emulator --port 8918 --scenario pass"
ELSEWHERE = re.compile(r"(mkdir|pip|python3 -m venv|source|pulumi new) ")
"""Commands that make the environment; the packaging tests and those of the template run them."""

FAILED_STEP = "✗ 4 Character set check: failed (status -1)"


def project(folder: Path, program: str) -> Path:
    """Write a project as the tutorial describes."""
    folder.mkdir()
    (folder / "__main__.py").write_text(program, encoding="utf-8")
    (folder / "Pulumi.yaml").write_text(blocks(page(TUTORIAL), "yaml")[0], encoding="utf-8")
    return folder


def started(request_log: EmulatorProcess) -> int:
    """Return how often the check was started."""
    return [request["action"] for request in request_log.requests].count("StartMigrationCheck")


def test_the_tutorial_is_refused_and_then_passes(tmp_path: Path) -> None:
    """Each of the two updates starts the check; only the second one creates the switch; the last one starts nothing."""
    (program,) = blocks(page(TUTORIAL), "python")
    guide = Guide(str(project(tmp_path / "shop", program)), tmp_path)
    environment, (serve,), prepare, (refused,), (look,), (serve_again,), (another, passing), (destroy,) = (
        command_blocks(page(TUTORIAL))
    )
    assert [command for command in environment if not ELSEWHERE.match(command)] == []
    with guide.emulator(serve) as emulator:
        port = emulator.url.rpartition(":")[2]
        for command in prepare:
            guide.must(command, emulator)
        update = guide.run(refused, emulator)
        assert update.returncode != 0
        assert FAILED_STEP in update.stdout
        assert "not queried in this preview: the update starts the check first" in " ".join(update.stdout.split())
        stack = guide.must(look, emulator)
        assert "tcsql:MigrationCheckStart" in stack
        assert "shop:index:Switch" not in stack
        assert started(emulator) == 1
    with guide.emulator(serve_again, "--port", port) as emulator:
        guide.must(another, emulator)
        assert "has passed, after" in guide.must(passing, emulator)
        assert "shop:index:Switch" in guide.must(look, emulator)
        assert started(emulator) == 1 + 1  # the log has both
        guide.must(passing, emulator)
        assert started(emulator) == 1 + 1
    guide.must(destroy, emulator)


def test_the_rehearsal_is_refused(tmp_path: Path) -> None:
    """The stack's own endpoint is the emulator, and the check fails."""
    guide = Guide("gate", tmp_path)
    (guide.stack.project / "Pulumi.yaml").write_text(page("Pulumi.yaml").replace("main:", "#"), encoding="utf-8")
    serve, *prepare, up = commands(page("docs/how-to/rehearse.md"))
    with guide.emulator(serve) as emulator:
        for command in prepare:
            guide.must(command, emulator)
        update = guide.run(up, emulator)
    assert update.returncode != 0
    assert FAILED_STEP in update.stdout


@pytest.mark.parametrize(
    ("name", "program"),
    [
        ("fresh-pass", 1),
        ("credentials", None),
        ("evidence", None),
        ("first-live-run", None),
        ("hold", None),
        ("lifetime", 0),
        ("pipelines", None),
    ],
)
def test_every_command_of_a_page_succeeds(tmp_path: Path, name: str, program: int | None) -> None:
    """They run in the order of the page, on a stack whose check passes; placeholders are filled in."""
    guide = guide_with(tmp_path, program)
    with guide.emulator(SERVE) as emulator:
        guide.must("pulumi stack init dev", emulator)
        guide.must(f"pulumi config set tcsql-check:endpoint {DOCUMENTED_URL}", emulator)
        if name == "lifetime":
            guide.must("pulumi up", emulator)
        output = ""
        for command in commands(page(f"docs/how-to/{name}.md")):
            output = guide.must(filled_in(command, output), emulator)
        after(name, guide, emulator)


def guide_with(tmp_path: Path, program: int | None) -> Guide:
    """Return a project with a program of the page about a fresh pass, or with the example of a gate."""
    if program is None:
        guide = Guide("gate", tmp_path)
        (guide.stack.project / "Pulumi.yaml").write_text(blocks(page(TUTORIAL), "yaml")[0], encoding="utf-8")
    else:
        text = blocks(page("docs/how-to/fresh-pass.md"), "python")[program]
        above = "import pulumi\nfrom pulumi_tcsql_check import *\n"
        guide = Guide(str(project(tmp_path / "shop", above + text)), tmp_path)
    guide.stack.environ |= {"TENCENTCLOUD_REGION": "ap-guangzhou", "GITHUB_RUN_ID": "1", "GITHUB_RUN_ATTEMPT": "1"}
    cut_over = guide.stack.project / "cut-over"
    cut_over.write_text("#!/bin/sh\ntouch moved\n", encoding="utf-8")
    cut_over.chmod(0o755)
    return guide


def filled_in(command: str, output: str) -> str:
    """Return a command with the emulator as endpoint, and with what a user types or replaces."""
    command = re.sub(r"^(tcsql-check \w+ \d+)", rf"\1 --endpoint {DOCUMENTED_URL}", command)
    command = re.sub(r"URN$", lambda _: re.findall(r"urn:\S+MigrationCheckStart\S+", output)[0], command)
    if command.startswith("pulumi config set --secret"):
        command = f"echo a-value | {command}"
    return command + (" --yes --target-dependents" if "state delete" in command else "")


def after(name: str, guide: Guide, emulator: EmulatorProcess) -> None:
    """Check what the last command of a page has left."""
    folder = guide.stack.project
    if name == "evidence":
        assert "passed" in (folder / "evidence.md").read_text(encoding="utf-8")
        assert [path.name for path in sorted((folder / "evidence").iterdir())] == ["dev.orders.json", "dev.orders.md"]
    elif name == "pipelines":
        assert (folder / "moved").exists()
    elif name == "first-live-run":
        assert (folder / "probe.md").read_text(encoding="utf-8").startswith("# ")
    elif name == "lifetime":
        assert "MigrationCheckStart" not in guide.must("pulumi stack", emulator)
    elif name == "credentials":
        settings = guide.must("pulumi config", emulator)
        assert re.search(r"tencentcloud:secretKey +\[secret\]", settings)
        assert "sqlserver.tencentcloudapi.com" in settings
