"""A gate with inputs from the stack's configuration, and one record behind it."""

import pulumi
from migration import Migration
from records import Record

from pulumi_tcsql_check import MigrationCheck

config = pulumi.Config("test")
inputs = config.get_object("inputs") or {}
opts = pulumi.ResourceOptions()

if config.get_bool("inComponent"):
    opts.parent = pulumi.ComponentResource("test:index:Database", "database")
if config.get_bool("asOutputs"):
    inputs = {name: pulumi.Output.from_input(value) for name, value in inputs.items()}
if config.get_bool("asSecrets"):
    inputs = {name: pulumi.Output.secret(value) for name, value in inputs.items()}
if config.get_bool("idFromResource"):
    inputs["migrate_id"] = Migration("made-here").number
if late := config.get("late"):
    value = inputs.get(late)
    inputs[late] = Migration("made-here").number.apply(lambda _: value)
if config.get_bool("flowFromResource"):
    inputs["flow_id"] = Migration("started-here").flow

check = MigrationCheck("orders", opts=opts, **{"migrate_id": 1066, "region": "ap-guangzhou", **inputs})
Record("behind", config.require("folder"), "new", pulumi.ResourceOptions(depends_on=[check]))

for name in ("total", "current", "passed", "status", "steps", "migrate_id", "region"):
    pulumi.export(name, getattr(check, name))
if config.get_bool("exportAll"):
    pulumi.export("check", check)
pulumi.export("types", check.steps.apply(lambda steps: [type(step).__name__ for step in steps or []][:1]))
