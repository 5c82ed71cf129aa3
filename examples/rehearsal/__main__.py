"""The cut-over of the real stack, line by line: a rehearsal differs only in its stack's configuration."""

import pulumi
from records import Record

from pulumi_tcsql_check import MigrationCheck, hold_stack

config = pulumi.Config()

check = MigrationCheck("orders", migrate_id=config.require_int("migrateId"), region="ap-guangzhou")
hold_stack(check)  # nothing below this line happens before the check has passed

Record("dns", "records", "orders-new.example")
Record("app-setting", "records", "Server=orders-new.example;Encrypt=yes")
