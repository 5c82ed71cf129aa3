"""Starts the migration check, waits for that start, and moves the application once it has passed."""

import pulumi
from records import Record

from pulumi_tcsql_check import MigrationCheck, MigrationCheckStart, hold_stack

config = pulumi.Config()

start = MigrationCheckStart(
    "orders",
    migrate_id=config.require_int("migrateId"),  # or the id of a migration that this stack creates: migration.id
    region="ap-guangzhou",
    triggers=[config.get_int("attempt") or 1],  # in a pipeline, its run and its attempt
)

# The gate waits only for a check that was started, and never accepts an older pass.
hold_stack(MigrationCheck("orders", start=start))  # nothing below this line happens before the check has passed

Record("dns", "records", "orders-new.example")

pulumi.export("flow", start.flow_id)
