"""A gate for each migration that the stack's configuration lists."""

import pulumi

from pulumi_tcsql_check import MigrationCheck

for migrate_id in pulumi.Config("test").require_object("ids"):
    MigrationCheck(
        f"check-{migrate_id}",
        migrate_id=migrate_id,
        region="ap-guangzhou",
        timeout_seconds=4,
        poll_interval_seconds=0.5,
    )
