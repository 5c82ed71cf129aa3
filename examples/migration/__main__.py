"""Makes a migration with Tencent Cloud's provider, and moves the application once its check has passed."""

import pulumi
from tencentcloud_iac_pulumi import privatedns, sqlserver

from pulumi_tcsql_check import MigrationCheck, hold_stack

config = pulumi.Config()
user, password = config.require("user"), config.require_secret("password")

migration = sqlserver.Migration(
    "orders",
    migrate_name="orders",
    migrate_type=2,  # data
    source_type=1,  # TencentDB for SQL Server: only such a migration has the check
    source=sqlserver.MigrationSourceArgs(instance_id=config.require("oldInstance"), user_name=user, password=password),
    target=sqlserver.MigrationTargetArgs(instance_id=config.require("newInstance"), user_name=user, password=password),
    migrate_db_sets=[sqlserver.MigrationMigrateDbSetArgs(db_name="orders")],
)

check = MigrationCheck("orders", migrate_id=migration.id)
hold_stack(check)  # nothing below this line happens before the check has passed

privatedns.Record(
    "orders",
    zone_id=config.require("zone"),
    sub_domain="orders",
    record_type="A",
    record_value=config.require("newAddress"),
)
