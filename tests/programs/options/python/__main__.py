"""Records behind a gate of the provider plugin; `version.json` beside it has the version."""

import json
from pathlib import Path
from typing import Any

import pulumi

version = json.loads(Path(__file__).with_name("version.json").read_text(encoding="utf-8"))
later = version["number"] == 2
value = "new" if later else "old"


class Start(pulumi.CustomResource):
    """What the generated SDK registers."""

    def __init__(self, name: str, given: dict[str, Any]) -> None:
        """Declare the start."""
        super().__init__("tcsql-check:index:MigrationCheckStart", name, given)


class Check(pulumi.ComponentResource):
    """What the generated SDK registers."""

    region: pulumi.Output[str]

    def __init__(self, name: str, given: dict[str, Any]) -> None:
        """Declare the gate."""
        props = {"region": None, **given, "pollIntervalSeconds": 1}  # which also names the output
        super().__init__("tcsql-check:index:MigrationCheck", name, props, remote=True)


class Record(pulumi.CustomResource):
    """What the SDK of the tests' plugin would register."""

    folder: pulumi.Output[str]

    def __init__(
        self, key: str, folder: pulumi.Input[str], opts: pulumi.ResourceOptions, text: pulumi.Input[str] = value
    ) -> None:
        """Declare the record."""
        given: dict[str, Any] = {"key": key, "folder": folder, "value": text}
        super().__init__("records:index:Record", key, given, opts)


def declare_gate() -> Check:
    """Declare the gate, and its start if it has one."""
    check = {"migrateId": version["migrate_id"], "region": "ap-guangzhou"}
    if version["given"] == "migrateId":
        return Check("orders", check)
    triggers = {"triggers": [version["run"]]}
    start = Start("start", check | triggers)
    return Check("orders", {"start": start, **(triggers if version["given"] == "start and triggers" else {})})


gate = declare_gate()


def fill(opts: pulumi.ResourceOptions) -> None:
    """Declare the records."""
    folder = f"records/{value}"
    Record("changed", "records", opts)
    Record("replaced", folder, opts)
    Record("created" if later else "removed", "records", opts)
    Record("output", "records", pulumi.ResourceOptions(), pulumi.Output.concat(value, " ", gate.region))
    first = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(delete_before_replace=True))
    Record("behind-front", Record("front", folder, first).folder, opts)


behind = pulumi.ResourceOptions(depends_on=[gate])
if version["holds"] == "stack":
    # Everything below waits: the engine answers with the URN once the check has passed.
    gate.urn.apply(lambda _: fill(behind))
else:
    fill(behind)
