"""A group of migrations behind one gate, with inputs from the stack's configuration, and one record behind it."""

import pulumi
from migration import Migration
from records import Record

from pulumi_tcsql_check import MigrationCheckGroup, hold_stack

config = pulumi.Config("test")
inputs = config.get_object("inputs") or {}
if count := config.get_int("count"):
    inputs["migrate_ids"] = list(range(1, count + 1))
if config.get_bool("idsFromResources"):
    inputs["migrate_ids"] = [Migration("made-here").number, *inputs["migrate_ids"][1:]]

if config.get_bool("asSecrets"):
    inputs = {name: pulumi.Output.secret(value) for name, value in inputs.items()}

wave = MigrationCheckGroup("wave-1", **{"region": "ap-guangzhou", **inputs})
if config.get_bool("held"):
    hold_stack(wave)
Record("behind", config.require("folder"), "new", pulumi.ResourceOptions(depends_on=[wave]))

for name in ("total", "current", "passed", "status", "migrate_ids", "region"):
    pulumi.export(name, getattr(wave, name))
pulumi.export(
    "types",
    wave.checks.apply(lambda checks: [type(checks[0]).__name__, type(checks[0].steps[0]).__name__] if checks else []),
)
