"""The template's pipeline file is valid, and its README names what it needs."""

import re
from pathlib import Path

from harness import yaml_files

TEMPLATE = Path(__file__).resolve().parents[3] / "examples" / "template"
WORKFLOW = TEMPLATE / ".github" / "workflows" / "cut-over.yaml"


def test_the_pipeline_file_fits_the_published_schema() -> None:
    """The schema of workflow files comes with the tool, so the test downloads nothing."""
    assert yaml_files.schema_errors(WORKFLOW, "github-workflows") == ""


def test_the_templates_readme_names_every_secret_of_the_pipeline() -> None:
    """The README names exactly these, except one secret that replaces two."""
    secrets = set(re.findall(r"secrets\.(\w+)", WORKFLOW.read_text(encoding="utf-8")))
    readme = (TEMPLATE / "README.md").read_text(encoding="utf-8")
    rows = "".join(re.findall(r"(?m)^\| (`PULUMI_.*|`TENCENTCLOUD_.*)$", readme))
    assert set(re.findall(r"`([A-Z_]+)`", rows)) == secrets | {"PULUMI_ACCESS_TOKEN"}
