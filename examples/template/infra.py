"""The migration check, and the cut-over that it holds."""

import os

import pulumi
from switch import Switch

from pulumi_tcsql_check import MigrationCheck, MigrationCheckStart, hold_stack

config = pulumi.Config()

# Each run of the pipeline starts the check anew, and the update waits for that start: an older pass doesn't count.
run = [os.environ.get(name, "by hand") for name in ("GITHUB_RUN_ID", "GITHUB_RUN_ATTEMPT")]
start = MigrationCheckStart("check", migrate_id=config.require("migrateId"), triggers=run)
check = MigrationCheck("check", start=start)  # in the region tencentcloud:region
hold_stack(check)  # nothing below this line happens before the check has passed

switch = Switch("switch", config.require("database"))
