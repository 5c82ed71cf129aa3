"""A cut-over for a pipeline: an update needs the flow that the pipeline has started, unless `enforceCheck` is false."""

import pulumi
from records import Record

from pulumi_tcsql_check import MigrationCheck, hold_stack

config = pulumi.Config()
enforce = config.require_bool("enforceCheck")

# A preview needs no flow. An update without one would accept the pass of an earlier start, so it is refused.
flow_id = config.require_int("flowId") if enforce and not pulumi.runtime.is_dry_run() else config.get_int("flowId")

check = MigrationCheck("orders", migrate_id=config.require_int("migrateId"), flow_id=flow_id, enforce=enforce)
hold_stack(check)  # nothing below this line happens before the check has passed

Record("dns", "records", "orders-new.example")
