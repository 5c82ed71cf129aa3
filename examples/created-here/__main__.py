"""Starts the migration check, waits for that start, and moves the application once it has passed."""

import pulumi
from records import Record
from started_check import StartedCheck

from pulumi_tcsql_check import MigrationCheck, hold_stack

REGION = "ap-guangzhou"

config = pulumi.Config()

started = StartedCheck(
    "orders",
    migrate_id=config.require_int("migrateId"),  # or the id of a migration that this stack creates: migration.id
    region=REGION,
    attempt=config.get_int("attempt") or 1,
)

# Both numbers are outputs, so the gate waits only for a check that was started, and never accepts an older pass.
check = MigrationCheck("orders", migrate_id=started.migrate_id, flow_id=started.flow_id, region=REGION)
hold_stack(check)  # nothing below this line happens before the check has passed

Record("dns", "records", "orders-new.example")

pulumi.export("flow", started.flow_id)
