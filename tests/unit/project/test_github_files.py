"""The project's own files for GitHub: the workflow, the forms for issues, and the template of a pull request."""

import os
import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
from harness import yaml_files
from toolchain import bootstrap

from pulumi_tcsql_check.errors.codes import CODES

ROOT = Path(__file__).resolve().parents[3]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
GITHUB = ROOT / ".github"
WORKFLOW = GITHUB / "workflows" / "ci.yml"
TEMPLATES = GITHUB / "ISSUE_TEMPLATE"
FORMS = (TEMPLATES / "bug_report.yml", TEMPLATES / "feature_request.yml")
JOBS: dict[str, Any] = yaml_files.read(WORKFLOW)["jobs"]

BOUNDS = {"test": 90, "release": 15}
"""The longest time of each job, in minutes."""


def commands(job: str) -> list[str]:
    """List the shell commands of a job."""
    return [step["run"] for step in JOBS[job]["steps"] if "run" in step]


def actions(job: str) -> list[str]:
    """List the actions of a job, without their versions."""
    return [step["uses"].partition("@")[0] for step in JOBS[job]["steps"] if "uses" in step]


def fields(form: Path) -> dict[str, dict[str, Any]]:
    """Return the fields of a form by their id."""
    return {field["id"]: field for field in yaml_files.read(form)["body"] if "id" in field}


@pytest.mark.parametrize(
    ("path", "schema"),
    [
        (WORKFLOW, "github-workflows"),
        *((form, "github-issue-forms") for form in FORMS),
        (TEMPLATES / "config.yml", "github-issue-config"),
    ],
    ids=lambda value: value.name if isinstance(value, Path) else value,
)
def test_a_file_fits_its_published_schema(path: Path, schema: str) -> None:
    """The schemas come with the tool, so the test downloads nothing."""
    assert yaml_files.schema_errors(path, schema) == ""


def test_every_file_is_tested() -> None:
    """A new workflow or form needs a row in the test of the schemas."""
    found = {path for path in GITHUB.rglob("*") if path.suffix in {".yml", ".yaml"}}
    assert found == {WORKFLOW, *FORMS, TEMPLATES / "config.yml"}


def test_every_supported_python_runs_every_test() -> None:
    """The matrix has the Pythons of the package's metadata, and each runs `make test` with itself."""
    supported = [found[1] for name in PROJECT["classifiers"] if (found := re.search(r":: (3\.\d+)$", name))]
    assert JOBS["test"]["strategy"] == {"fail-fast": False, "matrix": {"python": supported}}
    assert commands("test") == ["make test PYTHON=python${{ matrix.python }}"]
    assert {"if", "continue-on-error"}.isdisjoint(
        {*JOBS["test"], *(key for step in JOBS["test"]["steps"] for key in step)}
    )
    assert yaml_files.read(WORKFLOW)["on"] == {"push": None, "pull_request": None}


def test_every_job_ends_in_time() -> None:
    """GitHub's own limit is six hours."""
    assert {name: job["timeout-minutes"] for name, job in JOBS.items()} == BOUNDS


def test_only_a_newer_commit_of_a_pull_request_cancels_a_run() -> None:
    """The group of a push is its own run, so neither a push nor a release is cancelled."""
    assert yaml_files.read(WORKFLOW)["concurrency"] == {
        "group": "ci-${{ github.event.pull_request.number || github.run_id }}",
        "cancel-in-progress": True,
    }


def test_the_cache_is_the_toolchains_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is where the toolchain keeps the CLI, and the key changes with the toolchain's files."""
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    (cache,) = (step["with"] for step in JOBS["test"]["steps"] if step.get("uses", "").startswith("actions/cache@"))
    assert Path(cache["path"]).expanduser() == bootstrap.cache_root()
    (pattern,) = re.findall(r"hashFiles\('([^']+)'\)", cache["key"])
    assert bootstrap.HERE / "newest" / "go.mod" in {*ROOT.glob(pattern + "/*")}


def test_a_release_needs_the_variable_and_a_tag_and_every_test() -> None:
    """The condition has no alternative, and no status function that would start the job after a failed test."""
    release = JOBS["release"]
    assert release["if"].split(" && ") == ["startsWith(github.ref, 'refs/tags/v')", "vars.RELEASE == 'true'"]
    assert release["needs"] == "test"
    assert release["environment"] == "pypi"


def test_only_the_release_may_write() -> None:
    """It may sign and publish; nothing may change the repository, and no job has a secret."""
    assert yaml_files.read(WORKFLOW)["permissions"] == {"contents": "read"}
    assert {name: job["permissions"] for name, job in JOBS.items() if "permissions" in job} == {
        "release": {"contents": "read", "id-token": "write", "attestations": "write"}
    }
    assert "secrets." not in WORKFLOW.read_text(encoding="utf-8")
    checkouts = [step for job in JOBS.values() for step in job["steps"] if "actions/checkout@" in step.get("uses", "")]
    assert [step["with"]["persist-credentials"] for step in checkouts] == [False, False]


def test_a_release_publishes_what_it_has_checked_and_signed() -> None:
    """It builds and checks with `make dist`, signs both distributions, and uploads them last, without a cache."""
    assert commands("release")[0] == "make dist"
    assert "twine check --strict dist/*" in (ROOT / "Makefile").read_text(encoding="utf-8")
    assert actions("release")[-2:] == ["actions/attest-build-provenance", "pypa/gh-action-pypi-publish"]
    assert "actions/cache" not in actions("release")
    assert [step["with"] for step in JOBS["release"]["steps"] if "attest" in step.get("uses", "")] == [
        {"subject-path": "dist/*"}
    ]


@pytest.mark.parametrize(
    ("tag", "heading", "ends"),
    [
        ("v0.1.0", "## [0.1.0] - 2027-01-31", None),
        ("v0.1", "## [0.1] - 2027-01-31", "The tag is v0.1, but the package's version is another one"),
        ("v0.1.1", "## [0.1.1] - 2027-01-31", "The tag is v0.1.1, but the package's version is another one"),
        ("v", "## [] - 2027-01-31", "The tag is v, but the package's version is another one"),
        ("v0.1.0", "## [Unreleased]", "CHANGELOG.md has no section for 0.1.0"),
        ("v0.1.0", "## [0x1.0] - 2027-01-31", "CHANGELOG.md has no section for 0.1.0"),
    ],
)
def test_a_release_is_what_its_tag_says(tmp_path: Path, tag: str, heading: str, ends: str | None) -> None:
    """The tag is the version of the source distribution, and the changelog has a section for it."""
    (tmp_path / "dist").mkdir()
    (tmp_path / "dist" / "pulumi_tcsql_check-0.1.0.tar.gz").touch()
    (tmp_path / "CHANGELOG.md").write_text(f"# Changelog\n\n{heading}\n", encoding="utf-8")
    _, compare = commands("release")
    done = subprocess.run(
        ["bash", "-e", "-c", compare],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "GITHUB_REF_NAME": tag},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == (1 if ends else 0)
    assert done.stdout.startswith(ends or "")


def test_an_action_has_a_version_and_no_expression_is_in_a_command() -> None:
    """A command could otherwise run what somebody wrote into a branch's name."""
    uses = [step["uses"] for job in JOBS.values() for step in job["steps"] if "uses" in step]
    assert [name for name in uses if not re.search(r"@(v\d+|release/v1)$", name)] == []
    expressions = [found for job in JOBS for run in commands(job) for found in re.findall(r"\$\{\{(.+?)\}\}", run)]
    assert expressions == [" matrix.python "]


def test_the_bug_form_has_what_a_reproduction_needs() -> None:
    """What every bug has is required, and so is the confirmation that no secret is in it."""
    bug = fields(FORMS[0])
    assert list(bug) == ["version", "cli", "sdk", "behaviour", "code", "program", "expected", "output", "secrets"]
    optional = [name for name, field in bug.items() if not field.get("validations", {}).get("required")]
    assert optional == ["cli", "code", "secrets"]
    assert [option["required"] for option in bug["secrets"]["attributes"]["options"]] == [True]
    assert bug["code"]["attributes"]["placeholder"] in {code for _, code in CODES}
    assert bug["version"]["attributes"]["placeholder"] == PROJECT["version"]


def test_no_issue_is_without_the_note_on_vulnerabilities() -> None:
    """Each form begins with it, and there is no issue without a form; the template of a pull request has it too."""
    assert yaml_files.read(TEMPLATES / "config.yml")["blank_issues_enabled"] is False
    notes = [yaml_files.read(form)["body"][0]["attributes"]["value"] for form in FORMS]
    notes.append((GITHUB / "pull_request_template.md").read_text(encoding="utf-8").splitlines()[0])
    assert [note for note in notes if "vulnerability" not in note or "SECURITY.md" not in note] == []
    assert (ROOT / "SECURITY.md").is_file()


def test_the_pull_request_template_has_what_a_review_needs() -> None:
    """The change for a user, the test that failed, and the line in the changelog."""
    template = (GITHUB / "pull_request_template.md").read_text(encoding="utf-8")
    assert [
        text for text in ("for a user", "failed before", "CHANGELOG.md", "`make test`") if text not in template
    ] == []
