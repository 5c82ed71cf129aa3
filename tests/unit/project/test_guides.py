"""The guides' files agree with the code, as far as a test without an engine can compare them."""

import re
from pathlib import Path
from typing import Any

import pytest
from harness import yaml_files
from harness.guide import EXAMPLES, KEYS, blocks

from pulumi_tcsql_check.config import validation
from pulumi_tcsql_check.emulator import load

PIPELINE = EXAMPLES / "pipeline"
GITHUB = PIPELINE / ".github" / "workflows" / "cut-over.yaml"
GITLAB = PIPELINE / ".gitlab-ci.yml"
JOBS = ("preview", "up", "break-glass")

GUIDES = ("automation", "created-here", "pipeline", "rehearsal")


def github() -> dict[str, Any]:
    """Read GitHub's workflow."""
    return yaml_files.read(GITHUB)


def gitlab() -> dict[str, Any]:
    """Read GitLab's pipeline file."""
    return yaml_files.read(GITLAB)


@pytest.mark.parametrize(("schema", "path"), [("github-workflows", GITHUB), ("gitlab-ci", GITLAB)])
def test_a_pipeline_file_fits_its_published_schema(schema: str, path: Path) -> None:
    """The schemas come with the tool, so the test downloads nothing."""
    assert yaml_files.schema_errors(path, schema) == ""


@pytest.mark.parametrize("job", JOBS)
def test_both_pipelines_run_the_same_commands(job: str) -> None:
    """A test of one file therefore covers the other; `exec` is for GitHub's runner, which signals only the shell."""
    ours = [step["run"].strip() for step in github()["jobs"][job]["steps"] if "run" in step]
    theirs = [*gitlab()["default"]["before_script"], *gitlab()[job]["script"]]
    assert [line.removeprefix("exec ") for line in ours] == [line.strip() for line in theirs]
    assert all(line.startswith("exec ") for line in ours if line.removeprefix("exec ").startswith("pulumi up"))


@pytest.mark.parametrize("job", ["up", "break-glass"])
def test_updates_run_one_at_a_time_and_none_cancels_another(job: str) -> None:
    """Both files have one group for all updates, and the job's timeout exceeds the gate's."""
    ours, theirs = github()["jobs"][job], gitlab()[job]
    assert ours["concurrency"] == {"group": "production", "cancel-in-progress": False}
    assert (theirs["resource_group"], theirs["interruptible"]) == ("production", False)
    assert ours["timeout-minutes"] * 60 > validation.DEFAULT_TIMEOUT_SECONDS + 600
    assert theirs["timeout"] == f"{ours['timeout-minutes']} minutes"


def test_only_a_manual_protected_job_disables_the_check() -> None:
    """It has its own environment, on the main branch; no other job in either file sets `enforceCheck`."""
    ours, theirs = github()["jobs"], gitlab()
    assert "workflow_dispatch" in ours["break-glass"]["if"]
    assert "refs/heads/main" in ours["break-glass"]["if"]
    assert [rule.get("when") for rule in theirs["break-glass"]["rules"]] == ["manual"]
    for file in (ours, theirs):
        assert [file[job]["environment"] for job in ("up", "break-glass")] == ["production", "production-break-glass"]
    for path in (GITHUB, GITLAB):
        above, below = path.read_text(encoding="utf-8").split(
            "\n  break-glass:\n" if path == GITHUB else "\nbreak-glass:\n"
        )
        assert "enforceCheck" not in above
        assert below.count("enforceCheck") == 1
        assert "enforceCheck false" in below


def test_a_typed_reason_is_no_part_of_a_command() -> None:
    """The shell gets the reason as a variable; inside an expression it could contain another command."""
    runs = [step["run"] for job in github()["jobs"].values() for step in job["steps"] if "run" in step]
    assert [run for run in runs if "${{" in run] == []


def test_the_readme_names_every_secret_and_environment_of_the_pipeline() -> None:
    """A user need not find one by a failed run."""
    readme = (PIPELINE / "README.md").read_text(encoding="utf-8")
    secrets = set(re.findall(r"secrets\.(\w+)", GITHUB.read_text(encoding="utf-8")))
    environments = {job["environment"] for job in github()["jobs"].values()}
    assert [name for name in secrets | environments if f"`{name}`" not in readme] == []


@pytest.mark.parametrize("guide", GUIDES)
def test_a_guide_has_one_screen_and_valid_links(guide: str) -> None:
    """A guide has at most sixty lines, and each file that it names exists."""
    readme = (EXAMPLES / guide / "README.md").read_text(encoding="utf-8")
    assert len(readme.splitlines()) <= 60
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", readme) if "://" not in link]
    assert links
    assert [link for link in links if not (EXAMPLES / guide / link).exists()] == []


@pytest.mark.parametrize("guide", ["automation", "created-here", "rehearsal"])
def test_a_guide_rehearses_with_the_emulators_own_keys(guide: str) -> None:
    """The emulator accepts the keys of the README."""
    assert KEYS in [command for block in blocks(guide) for command in block]


def test_the_rehearsals_scenario_is_valid_and_names_undocumented_codes() -> None:
    """The scenario fails at its first start."""
    scenario = load(str(EXAMPLES / "rehearsal" / "last-quarter.json"))
    assert scenario.frames(1066) != scenario.frames_again(1066)
    assert scenario.frames(1067) is None
    assert "made up" in scenario.description
