"""Switches an application to its new database, but only once the migration check has passed."""

import pulumi
from switch import Switch  # a placeholder for what your cut-over changes

from pulumi_tcsql_check import MigrationCheck, hold_stack

check = MigrationCheck("orders", migrate_id=1066, region="ap-guangzhou")
hold_stack(check)  # nothing below this line happens before the check has passed

Switch("switch", database="new")

pulumi.export("total", check.total)
pulumi.export("passed", check.passed)
pulumi.export("steps", check.steps.apply(lambda steps: [f"{step.name}: {step.state}" for step in steps]))
