"""The stack that `deploy.py` updates: a record that moves to the new database once the check has passed."""

import pulumi
from records import Record

from pulumi_tcsql_check import MigrationCheck, hold_stack

config = pulumi.Config()

check = MigrationCheck(
    "orders",
    migrate_id=config.require_int("migrateId"),
    region="ap-guangzhou",
    timeout_seconds=config.get_float("timeoutSeconds"),
    enforce=config.get_bool("enforceCheck"),
)
hold_stack(check)  # nothing below this line happens before the check has passed

Record("dns", "records", "orders-new.example")
