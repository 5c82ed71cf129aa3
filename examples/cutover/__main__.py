"""Moves the web application in `app.py` to its new database, but only once the migration check has passed."""

import pulumi
from app_setting import AppSetting

from pulumi_tcsql_check import MigrationCheck, hold_stack

check = MigrationCheck("orders", migrate_id=1066, region="ap-guangzhou")
hold_stack(check)  # nothing below this line happens before the check has passed

host = AppSetting("database_host", file="app.db", value="orders-new.example")

pulumi.export("before", host.previous)
