"""Stacks with a gate of the provider plugin, and records behind it, in every language that the tests can run."""

import json
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from harness import languages
from harness.stack import Stack

ROOT = Path(__file__).resolve().parent.parent.parent
PLUGINS = {"tcsql-check": Path(sys.prefix) / "bin", "records": ROOT / "tests" / "records_plugin"}
"""The folder of each plugin: named in the project, so that the engine doesn't warn about one on `PATH`."""

GATE = "tcsql-check:MigrationCheck"
GROUP = "tcsql-check:MigrationCheckGroup"
START = "tcsql-check:MigrationCheckStart"


def resource(kind: str, *, options: Mapping[str, Any] | None = None, **properties: Any) -> dict[str, Any]:  # noqa: ANN401  # values of YAML
    """Declare a resource."""
    return {"type": kind, "properties": properties, "options": dict(options or {})}


def record(key: str, value: str, *after: str, folder: str = "records", **options: Any) -> dict[str, Any]:  # noqa: ANN401  # as above
    """Declare a record that depends on other resources."""
    depends_on = [f"${{{name}}}" for name in after]
    return resource("records:Record", options={"dependsOn": depends_on, **options}, key=key, value=value, folder=folder)


def write_program(stack: Stack, resources: Mapping[str, Any], **more: Any) -> None:  # noqa: ANN401  # as above
    """Write the project, which is the program too; JSON is YAML."""
    _write_project(stack, "yaml", resources=dict(resources), **more)


def yaml_stack(workdir: Path, resources: Mapping[str, Any], config: Mapping[str, str], **more: Any) -> Stack:  # noqa: ANN401  # as above
    """Create a stack with a program."""
    stack = Stack(workdir / "project", workdir)
    stack.project.mkdir(parents=True)
    write_program(stack, resources, **more)
    return stack.init(config)


def program_stack(language: str, program: Path, workdir: Path, config: Mapping[str, str]) -> Stack:
    """Create a stack of a program in another language: "node", "go" or "python"."""
    shutil.copytree(program, workdir / "project")
    environ = {"PATH": languages.path_with(language)} if language != "python" else {}
    stack = Stack(workdir / "project", workdir, environ)
    _write_project(stack, {"node": "nodejs"}.get(language, language))
    languages.add_packages(language, stack.project)
    return stack.init(config)


def _write_project(stack: Stack, runtime: str, **more: Any) -> None:  # noqa: ANN401  # as above
    providers = [{"name": name, "path": str(path)} for name, path in PLUGINS.items()]
    project = {"runtime": runtime, "plugins": {"providers": providers}, **more}
    lines = ["name: tcsql-check", *(f"{key}: {json.dumps(value)}" for key, value in project.items())]
    (stack.project / "Pulumi.yaml").write_text("\n".join([*lines, ""]), encoding="utf-8")
