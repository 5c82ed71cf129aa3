"""The migration check, and the cut-over that it holds."""

import os

import pulumi
from switch import Switch

from pulumi_tcsql_check import MigrationCheck, MigrationCheckStart, hold_stack

config = pulumi.Config()
migration = config.require("migrateId")  # in the region tencentcloud:region

if config.get_bool("enforceCheck", default=True):
    # Each update starts the check and waits for that start, so an older pass doesn't count. A preview starts nothing.
    run = os.environ.get("RUN_ID", "")
    if not run and not pulumi.runtime.is_dry_run():
        raise pulumi.RunError("set RUN_ID to a value that differs in each run, as in: RUN_ID=$(date +%s) pulumi up")
    start = MigrationCheckStart("check", migrate_id=migration, triggers=[run])
    check = MigrationCheck("check", start=start)
else:
    # The job break-glass. It starts no check either: a start that fails would end the update.
    check = MigrationCheck("check", migrate_id=migration, enforce=False, reason="the update's message has it")
hold_stack(check)  # nothing below this line happens before the check has passed

switch = Switch("switch", config.require("database"))
