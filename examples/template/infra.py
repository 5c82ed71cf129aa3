"""The migration check, and the cut-over that it holds."""

import pulumi
from switch import Switch

from pulumi_tcsql_check import MigrationCheck, hold_stack

config = pulumi.Config()

check = MigrationCheck("check", migrate_id=config.require("migrateId"))  # in the region tencentcloud:region
hold_stack(check)  # nothing below this line happens before the check has passed

switch = Switch("switch", config.require("database"))
