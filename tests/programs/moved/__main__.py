"""A stack with the guide's own `StartedCheck`, and the same one with `MigrationCheckStart` in its place."""

import pulumi
from records import Record

from pulumi_tcsql_check import MigrationCheck, MigrationCheckStart

config = pulumi.Config("test")
Record("beside", config.require("folder"), "here")

if config.get_bool("moved"):
    was = pulumi.Alias(type_="pulumi-python:dynamic/created:StartedCheck")
    start = MigrationCheckStart(
        "orders", migrate_id=1066, region="ap-guangzhou", triggers=[1], opts=pulumi.ResourceOptions(aliases=[was])
    )
    MigrationCheck("check", start=start)
    pulumi.export("flow", start.flow_id)
else:
    from started_check import StartedCheck

    pulumi.export("flow", StartedCheck("orders", migrate_id=1066, region="ap-guangzhou", attempt=1).flow_id)
