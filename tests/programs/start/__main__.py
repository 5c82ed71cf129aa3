"""Starts of checks, a gate that waits for them, and one record behind it; all by the stack's configuration."""

import pulumi
from migration import Migration
from records import Record

from pulumi_tcsql_check import MigrationCheck, MigrationCheckGroup, MigrationCheckStart

FAILURES = 3
"""How often the engine makes a resource whose hook asks to repeat it."""

config = pulumi.Config("test")
triggers = config.get_object("triggers") or []
inputs = config.get_object("inputs") or {}
if config.get_bool("inFront"):
    triggers = [config.require_secret("secret"), Migration("in-front").number]
opts = pulumi.ResourceOptions(ignore_changes=["triggers"] if config.get_bool("ignoreTriggers") else None)
if config.get_bool("repeats"):
    hook = pulumi.ErrorHook("again", lambda args: len(args.errors) < FAILURES)
    opts.hooks = pulumi.ResourceHookBinding(on_error=[hook])

Record("beside", config.require("folder"), "here")
starts = [
    MigrationCheckStart(f"start-{number}", migrate_id=number, triggers=triggers, region="ap-guangzhou", opts=opts)
    for number in config.get_object("ids") or [1066]
]
gate: MigrationCheck | MigrationCheckGroup
if config.get_bool("group"):
    gate = MigrationCheckGroup("wave", starts=starts, poll_interval_seconds=0.2, **inputs)
else:
    gate = MigrationCheck("orders", start=starts[0], poll_interval_seconds=0.2, **inputs)
Record("behind", config.require("folder"), "new", pulumi.ResourceOptions(depends_on=[gate]))

pulumi.export("passed", gate.passed)
pulumi.export("flows", [start.flow_id for start in starts])
pulumi.export("started_at", starts[0].started_at)
pulumi.export("triggers", starts[0].triggers)
