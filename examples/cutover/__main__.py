"""A cut-over: DNS, a secret and an app setting move to the new database, none before the check has passed."""

import pulumi
from records import Record

from pulumi_tcsql_check import MigrationCheck

config = pulumi.Config()
folder = config.get("folder") or "records"
database = config.get("database") or "orders-new.example"

check = MigrationCheck("orders", migrate_id=config.get_int("migrateId") or 1066, region="ap-guangzhou")
after_check = pulumi.ResourceOptions(depends_on=[check])

Record("dns", folder, database, after_check)
Record("connection-secret", folder, f"Server={database};Encrypt=yes", after_check)

# An output of the check as an input is enough to wait for it: this resource needs no depends_on.
Record("app-setting", folder, check.total.apply(lambda total: f"{database}, after {total} steps"))

pulumi.export("status", check.status)
pulumi.export("folder", folder)
