"""Starts the migration check, waits for that very start, and moves the application once it has passed."""

import pulumi
from records import Record
from started_check import StartedCheck

from pulumi_tcsql_check import MigrationCheck, hold_stack

REGION = "ap-guangzhou"

config = pulumi.Config()

started = StartedCheck(
    "orders",
    migrate_id=config.require_int("migrateId"),  # or the id of a migration that this stack makes: migration.id
    region=REGION,
    attempt=config.get_int("attempt") or 1,
)

# Both numbers are outputs: nobody can wait for a check that wasn't started, nor take an old pass for a new one.
check = MigrationCheck("orders", migrate_id=started.migrate_id, flow_id=started.flow_id, region=REGION)
hold_stack(check)  # nothing below this line happens before the check has passed

Record("dns", "records", "orders-new.example")

pulumi.export("flow", started.flow_id)
