"""Three gates, each with its own record behind it; each round has its own folder of records."""

import pulumi
from records import Record

from pulumi_tcsql_check import MigrationCheck

config = pulumi.Config("test")

for number, timeout_seconds in enumerate(config.require_object("timeouts"), start=1):
    check = MigrationCheck(
        f"gate-{number}",
        migrate_id=number,
        region="ap-guangzhou",
        poll_interval_seconds=0.5,
        timeout_seconds=timeout_seconds,
    )
    Record(f"behind-{number}", config.require("folder"), "new", pulumi.ResourceOptions(depends_on=[check]))
