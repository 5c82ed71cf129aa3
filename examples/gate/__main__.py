"""Switches an application to its new database, but only once the migration check has passed."""

from typing import Any

import pulumi
from pulumi.dynamic import CreateResult, Resource, ResourceProvider

from pulumi_tcsql_check import MigrationCheck, hold_stack


class SwitchProvider(ResourceProvider):
    """Stands for whatever your cut-over changes: a DNS record, a secret, an app setting."""

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Switch; here it only says so in the state."""
        return CreateResult("switched", props)


class Switch(Resource, name="Switch"):
    """The resource that must not change too early."""


check = MigrationCheck("orders", migrate_id=1066, region="ap-guangzhou")
hold_stack(check)  # nothing below this line happens before the check has passed

Switch(SwitchProvider(), "switch", {"database": "new"})

pulumi.export("total", check.total)
pulumi.export("passed", check.passed)
pulumi.export("steps", check.steps.apply(lambda steps: [f"{step.name}: {step.state}" for step in steps]))
