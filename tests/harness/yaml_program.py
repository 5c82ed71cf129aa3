"""A stack whose program is in YAML: a gate of the provider plugin, and records behind it."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

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
    providers = [{"name": name, "path": str(path)} for name, path in PLUGINS.items()]
    program = {
        "name": "tcsql-check",
        "runtime": "yaml",
        "resources": dict(resources),
        "plugins": {"providers": providers},
        **more,
    }
    text = "name: tcsql-check\n" + "".join(f"{key}: {json.dumps(program[key])}\n" for key in program if key != "name")
    (stack.project / "Pulumi.yaml").write_text(text, encoding="utf-8")


def yaml_stack(workdir: Path, resources: Mapping[str, Any], config: Mapping[str, str], **more: Any) -> Stack:  # noqa: ANN401  # as above
    """Create a stack with a program."""
    stack = Stack(workdir / "project", workdir)
    stack.project.mkdir(parents=True)
    write_program(stack, resources, **more)
    return stack.init(config)
