"""The pipeline files of the examples: who gets which secrets, and how an update runs, waits and is cancelled."""

import re
from pathlib import Path
from typing import Any

import pytest
from harness import yaml_files
from harness.guide import EXAMPLES

from pulumi_tcsql_check.config import validation

PROJECTS = ("pipeline", "template")
GITLAB = EXAMPLES / "pipeline" / ".gitlab-ci.yml"
UPDATES = ("up", "break-glass")

ENVIRONMENTS = {"preview": "preview", "up": "production", "break-glass": "production-break-glass"}
"""The environment of each job; its settings in the repository say who may run the job, and with which secrets."""


def workflow_file(project: str) -> Path:
    """Return the path of a project's workflow for GitHub."""
    return EXAMPLES / project / ".github" / "workflows" / "cut-over.yaml"


def jobs(project: str) -> dict[str, Any]:
    """Read the jobs of a project's workflow for GitHub."""
    content: dict[str, Any] = yaml_files.read(workflow_file(project))["jobs"]
    return content


def commands(project: str, job: str) -> list[str]:
    """List the commands of a job of a project's workflow for GitHub."""
    return [step["run"].strip() for step in jobs(project)[job]["steps"] if "run" in step]


@pytest.mark.parametrize(
    ("schema", "path"),
    [*(("github-workflows", workflow_file(project)) for project in PROJECTS), ("gitlab-ci", GITLAB)],
    ids=[*PROJECTS, "gitlab"],
)
def test_a_pipeline_file_fits_its_published_schema(schema: str, path: Path) -> None:
    """The schemas come with the tool, so the test downloads nothing."""
    assert yaml_files.schema_errors(path, schema) == ""


@pytest.mark.parametrize("job", ENVIRONMENTS)
def test_both_files_of_the_guide_run_the_same_commands(job: str) -> None:
    """A test of one file therefore covers the other; `exec` is for GitHub's runner, which signals only the shell."""
    gitlab = yaml_files.read(GITLAB)
    theirs = [*gitlab["default"]["before_script"], *gitlab[job]["script"]]
    ours = [line.removeprefix("exec ") for line in commands("pipeline", job)]
    assert ours == [line.strip() for line in theirs]


@pytest.mark.parametrize("project", PROJECTS)
def test_each_job_has_an_environment_of_its_own(project: str) -> None:
    """So a preview, which runs a branch's code, gets other secrets than an update."""
    assert {name: job["environment"] for name, job in jobs(project).items()} == ENVIRONMENTS


@pytest.mark.parametrize("project", PROJECTS)
def test_only_main_is_updated_and_a_forks_code_gets_no_secrets(project: str) -> None:
    """A pull request only runs the preview. GitHub gives it no secrets from a fork, unlike `pull_request_target`."""
    events = yaml_files.read(workflow_file(project))["on"]
    assert set(events) == {"pull_request", "push", "workflow_dispatch"}
    assert events["push"] == {"branches": ["main"]}
    conditions = [jobs(project)[job]["if"] for job in ("preview", "up")]
    assert conditions == ["github.event_name == 'pull_request'", "github.event_name == 'push'"]


@pytest.mark.parametrize("job", UPDATES)
@pytest.mark.parametrize("project", PROJECTS)
def test_a_cancel_reaches_the_update(project: str, job: str) -> None:
    """The runner signals only the shell, so the update replaces the shell, and is the job's last command."""
    assert commands(project, job)[-1].startswith("exec pulumi up --yes --skip-preview --stack production")
    assert "pulumi up" not in "\n".join(commands(project, job)[:-1])


@pytest.mark.parametrize("job", UPDATES)
@pytest.mark.parametrize("project", PROJECTS)
def test_updates_run_one_at_a_time_and_none_cancels_another(project: str, job: str) -> None:
    """All updates have one group, and the job's timeout exceeds the gate's."""
    update = jobs(project)[job]
    assert update["concurrency"] == {"group": "production", "cancel-in-progress": False}
    assert update["timeout-minutes"] * 60 > validation.DEFAULT_TIMEOUT_SECONDS + 600
    assert "concurrency" not in yaml_files.read(workflow_file(project))


@pytest.mark.parametrize("job", UPDATES)
def test_gitlabs_updates_have_the_same_group_and_timeout(job: str) -> None:
    """No newer pipeline interrupts them."""
    ours, theirs = jobs("pipeline")[job], yaml_files.read(GITLAB)[job]
    assert (theirs["resource_group"], theirs["interruptible"]) == ("production", False)
    assert theirs["timeout"] == f"{ours['timeout-minutes']} minutes"


def test_an_update_of_the_guide_has_the_flow_of_a_start_of_its_own_run() -> None:
    """The command before the update starts the check and passes its flow on; no other job does."""
    assert "tcsql-check start" in commands("pipeline", "up")[-2]
    assert "pulumi config set flowId" in commands("pipeline", "up")[-2]
    others = "\n".join(line for job in ("preview", "break-glass") for line in commands("pipeline", job))
    assert "tcsql-check start" not in others


def test_each_run_of_the_template_has_another_id() -> None:
    """A repeated run keeps its number, so the id also has the attempt; the program starts the check for each id."""
    run_id = yaml_files.read(workflow_file("template"))["env"]["RUN_ID"]
    assert run_id == "${{ github.run_id }}-${{ github.run_attempt }}"


@pytest.mark.parametrize("project", PROJECTS)
def test_only_a_manual_protected_job_disables_the_check(project: str) -> None:
    """It runs on the main branch, and no other job sets `enforceCheck`."""
    condition = jobs(project)["break-glass"]["if"]
    assert condition == "github.event_name == 'workflow_dispatch' && github.ref == 'refs/heads/main'"
    above, below = workflow_file(project).read_text(encoding="utf-8").split("\n  break-glass:\n")
    assert "enforceCheck" not in above
    assert re.findall(r"enforceCheck \w+", below) == ["enforceCheck false"]


def test_gitlabs_manual_job_alone_disables_the_check() -> None:
    """It has an environment of its own, as the job for updates has."""
    gitlab = yaml_files.read(GITLAB)
    assert [rule.get("when") for rule in gitlab["break-glass"]["rules"]] == ["manual"]
    assert [gitlab[job]["environment"] for job in UPDATES] == [ENVIRONMENTS[job] for job in UPDATES]
    assert gitlab["preview"]["environment"]["name"] == ENVIRONMENTS["preview"]
    above, below = GITLAB.read_text(encoding="utf-8").split("\nbreak-glass:\n")
    assert "enforceCheck" not in above
    assert re.findall(r"enforceCheck \w+", below) == ["enforceCheck false"]


@pytest.mark.parametrize("project", PROJECTS)
def test_a_typed_reason_is_no_part_of_a_command(project: str) -> None:
    """The shell gets the reason as a variable; inside an expression it could contain another command."""
    runs = [line for job in jobs(project) for line in commands(project, job)]
    assert [line for line in runs if "${{" in line] == []


@pytest.mark.parametrize("project", PROJECTS)
def test_the_readme_names_every_secret_and_environment_of_the_pipeline(project: str) -> None:
    """A user need not find one by a failed run."""
    readme = (EXAMPLES / project / "README.md").read_text(encoding="utf-8")
    secrets = set(re.findall(r"secrets\.(\w+)", workflow_file(project).read_text(encoding="utf-8")))
    assert [name for name in [*secrets, *ENVIRONMENTS.values()] if f"`{name}`" not in readme] == []
