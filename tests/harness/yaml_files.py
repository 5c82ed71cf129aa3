"""YAML files of GitHub and GitLab: their content, and the errors that their published schemas find."""

import subprocess
import sys
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML


def read(path: Path) -> dict[str, Any]:
    """Read a file."""
    content: dict[str, Any] = YAML(typ="safe").load(path)
    return content


def schema_errors(path: Path, schema: str) -> str:
    """Validate a file, and return what is wrong; empty if it fits.

    Args:
        path: The file.
        schema: A schema that comes with check-jsonschema, so nothing is downloaded; without `vendor.`.
    """
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", f"vendor.{schema}", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    return "" if done.returncode == 0 else done.stdout + done.stderr
