"""Records behind a gate of the provider plugin; `version.json` beside it has the version."""

import json
from pathlib import Path
from typing import Any

import pulumi

version = json.loads(Path(__file__).with_name("version.json").read_text(encoding="utf-8"))
later = version["number"] == 2
value = "new" if later else "old"


class Check(pulumi.ComponentResource):
    """What the generated SDK registers."""

    region: pulumi.Output[str]

    def __init__(self, name: str) -> None:
        """Declare the gate."""
        given = {"migrateId": version["migrateId"], "region": "ap-guangzhou", "pollIntervalSeconds": 1}
        super().__init__("tcsql-check:index:MigrationCheck", name, given, remote=True)


class Record(pulumi.CustomResource):
    """What the SDK of the tests' plugin would register."""

    folder: pulumi.Output[str]

    def __init__(
        self, key: str, folder: pulumi.Input[str], opts: pulumi.ResourceOptions, text: pulumi.Input[str] = value
    ) -> None:
        """Declare the record."""
        given: dict[str, Any] = {"key": key, "folder": folder, "value": text}
        super().__init__("records:index:Record", key, given, opts)


gate = Check("orders")


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
