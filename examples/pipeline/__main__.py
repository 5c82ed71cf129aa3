"""A cut-over for a pipeline: an update needs the flow that the pipeline has started, unless the glass is broken."""

import pulumi
from records import Record

from pulumi_tcsql_check import MigrationCheck, hold_stack

config = pulumi.Config()
enforce = config.require_bool("enforceCheck")

# A preview looks at the check as it is. An update without a flow would take the pass of an earlier start, so it ends.
flow_id = config.require_int("flowId") if enforce and not pulumi.runtime.is_dry_run() else config.get_int("flowId")

check = MigrationCheck("orders", migrate_id=config.require_int("migrateId"), flow_id=flow_id, enforce=enforce)
hold_stack(check)  # nothing below this line happens before the check has passed

Record("dns", "records", "orders-new.example")
