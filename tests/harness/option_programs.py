"""Programs in versions, with a gate of the provider plugin, in every language that the tests can run."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from harness.plugin_stack import GATE, START, program_stack, record, resource, write_program, yaml_stack
from harness.stack import Stack
from harness.versions import Version, VersionedStack, write_version

FOLDERS = Path(__file__).resolve().parent.parent / "programs" / "options"


class Program(NamedTuple):
    """A program.

    Attributes:
        language: "yaml", "node", "go" or "python".
        holds: "resources" that depend on the gate, or the "stack": what is declared after its pass.
        given: What the gate is given: "migrateId", "start", or "start and triggers".
    """

    language: str
    holds: str
    given: str

    @property
    def has_start(self) -> bool:
        """Whether the gate waits for a start."""
        return self.given != "migrateId"

    def stack(self, workdir: Path, config: Mapping[str, str]) -> VersionedStack:
        """Create a stack, without a version yet."""
        if self.language == "yaml":
            return VersionedStack(yaml_stack(workdir, {}, config), partial(_write_table, given=self.given))
        stack = program_stack(self.language, FOLDERS / self.language, workdir, config)
        return VersionedStack(stack, partial(write_version, holds=self.holds, given=self.given))


def table(version: Version, given: str = "migrateId") -> dict[str, Any]:
    """Return the resources of a version of the program in YAML; each record depends on the gate."""
    value, other = ("new", "created") if version.number > 1 else ("old", "removed")
    folder = f"records/{value}"
    check: dict[str, Any] = {"migrateId": version.migrate_id, "region": "ap-guangzhou"}
    triggers = {"triggers": [version.run]}
    inputs = {
        "migrateId": check,
        "start": {"start": "${start}"},
        "start and triggers": {"start": "${start}", **triggers},
    }
    return {
        **({} if given == "migrateId" else {"start": resource(START, **{**check, **triggers})}),
        "orders": resource(GATE, **inputs[given], pollIntervalSeconds=1),
        "changed": record("changed", value, "orders"),
        "replaced": record("replaced", value, "orders", folder=folder),
        other: record(other, value, "orders"),
        "output": record("output", f"{value} ${{orders.region}}"),
        "front": record("front", value, "orders", folder=folder, deleteBeforeReplace=True),
        "behind-front": record("behind-front", value, "orders", folder="${front.folder}"),
    }


def _write_table(stack: Stack, version: Version, given: str) -> None:
    write_program(stack, table(version, given))
