"""Holds a whole stack with one line; version 2 of it moves two records and removes the third."""

import pulumi
from records import Record

from pulumi_tcsql_check import MigrationCheck, hold_stack

config = pulumi.Config()
moved = config.require_int("version") > 1
database = "orders-new.example" if moved else "orders-old.example"

check = MigrationCheck("orders", migrate_id=1066, region="ap-guangzhou")
hold_stack(check)

Record("dns", "records", database)
Record("app-setting", "records", f"Server={database};Encrypt=yes")
if not moved:
    Record("old-database", "records", database)
