"""A program without a gate: it reads checks by plain ids, and by the id of a migration that it creates."""

import pulumi
from migration import Migration

from pulumi_tcsql_check import get_migration_check, get_migration_check_output

config = pulumi.Config("test")

for number in config.get_object("plain") or []:
    seen = get_migration_check(number, "ap-guangzhou")
    pulumi.export(f"look-{number}", seen)
    pulumi.export(f"types-{number}", [type(part).__name__ for part in (seen, seen.steps[0], seen.total, seen.passed)])

if config.get_bool("made"):
    later = get_migration_check_output(Migration("made-here").number, "ap-guangzhou")
    pulumi.export("status", later.status)
    pulumi.export("later-types", later.apply(lambda seen: [type(seen).__name__, type(seen.steps[0]).__name__]))
