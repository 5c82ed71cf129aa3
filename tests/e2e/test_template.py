"""The template: `pulumi new`, and then each command of its pipeline."""

import shutil
import subprocess
from pathlib import Path

import pytest
from harness.emulator_process import EmulatorProcess
from harness.error_texts import in_one_line
from harness.stack import ENDPOINT_KEY, Stack
from harness.virtual_environments import PACKAGE, without_package
from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parent.parent.parent
TEMPLATE = ROOT / "examples" / "template"
NEW = (
    f"pulumi new {TEMPLATE} --yes --name shop --description 'Moves the shop' --stack production "
    "--config migrateId=1066 --config tencentcloud:region=ap-guangzhou"
)


class Shell:
    """A user's shell in the new project's folder, with everything installed except this package."""

    def __init__(self, tmp_path: Path) -> None:
        """Make the empty folder."""
        self.project = tmp_path / "shop"
        self.project.mkdir()
        site = without_package(tmp_path / "site")
        environ = {"PYTHONPATH": str(site), "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
        self.stack = Stack(self.project, tmp_path, environ)

    def run(self, command: str) -> "subprocess.CompletedProcess[str]":
        """Run a command as a pipeline runs a step."""
        return self.stack.shell("bash", "-ec", command)

    def must(self, command: str) -> str:
        """Run a command that must succeed, and return its output."""
        done = self.run(command)
        assert done.returncode == 0, f"{command}\n{done.stdout}"
        return done.stdout

    def steps(self, job: str) -> list[str]:
        """Read the commands of a job from the project's own pipeline file."""
        workflow = YAML(typ="safe").load(self.project / ".github" / "workflows" / "cut-over.yaml")
        return [step["run"] for step in workflow["jobs"][job]["steps"] if "run" in step]

    def use(self, emulator: EmulatorProcess) -> None:
        """Use the emulator instead of Tencent Cloud."""
        self.must(f"pulumi config set {ENDPOINT_KEY} {emulator.url} --stack production")

    @property
    def switched(self) -> bool:
        """Whether the state has the resource behind the gate."""
        return "pulumi-python:dynamic:Switch" in self.must("pulumi stack export --stack production")


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """Create a project from the template, and copy the wheel into it, as its README describes."""
    shell = Shell(tmp_path)
    shell.must(NEW)
    (wheel,) = (ROOT / "build").glob(f"{PACKAGE}-*.whl")
    (shell.project / "wheels").mkdir()
    shutil.copy(wheel, shell.project / "wheels")
    return shell


@pytest.mark.thorough
def test_the_templates_pipeline_runs_its_tests_and_holds_its_update(shell: Shell, tmp_path: Path) -> None:
    """Tests and preview succeed for any verdict; the update is refused, and a repeated run starts the check anew."""
    *before, preview = shell.steps("preview")
    *again, update = shell.steps("up")
    assert before == again
    with EmulatorProcess("fail", tmp_path / "requests.jsonl") as emulator:
        shell.use(emulator)
        screens = [shell.must(command) for command in before]
        assert "3 passed" in screens[-1]
        assert f"Successfully installed {PACKAGE}" in screens[-2].replace("-", "_")
        assert "Moves the shop" in (shell.project / "README.md").read_text(encoding="utf-8")
        without_id = shell.run(update)
        assert without_id.returncode != 0
        assert "RUN_ID=$(date +%s) pulumi up" in without_id.stdout
        shell.stack.environ |= {"RUN_ID": "1-1"}
        shell.must(preview)
        assert emulator.requests == []
        refused = shell.run(update)
        assert refused.returncode != 0
        assert "flow 1001 has failed" in refused.stdout
        assert "✗ 4 Character set check: failed" in refused.stdout
        assert "Traceback" not in refused.stdout
        assert not shell.switched
    shell.stack.environ |= {"RUN_ID": "1-2"}
    with EmulatorProcess("pass", tmp_path / "requests.jsonl") as emulator:
        shell.use(emulator)
        shell.must(preview)
        shell.must(update)
        assert [request["action"] for request in emulator.requests].count("StartMigrationCheck") == 1 + 1
    assert shell.switched
    assert shell.must("pulumi stack output database").strip() == "orders-new.example"


@pytest.mark.thorough
def test_the_templates_break_glass_job_cuts_over_although_no_check_can_start(shell: Shell, tmp_path: Path) -> None:
    """It sends no request for a start, warns with the reason, and leaves none of an earlier run in the state."""
    *install, disable, overrule = shell.steps("break-glass")
    shell.stack.environ |= {"RUN_ID": "1-1", "REASON": "the owner said so"}
    with EmulatorProcess("fail", tmp_path / "requests.jsonl") as emulator:
        shell.use(emulator)
        for command in install:
            shell.must(command)
        assert shell.run(shell.steps("up")[-1]).returncode != 0
        assert not shell.switched
        shell.must(disable)
        screen = shell.must(overrule)
        assert "does not hold the update" in in_one_line(screen)
        assert "the update's message has it" in in_one_line(screen)
        assert [request["action"] for request in emulator.requests].count("StartMigrationCheck") == 1
    assert shell.switched
    assert "MigrationCheckStart" not in shell.must("pulumi stack export --stack production")
