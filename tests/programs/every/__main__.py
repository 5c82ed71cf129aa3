"""A gate for each set of inputs that the stack's configuration lists."""

import pulumi

from pulumi_tcsql_check import MigrationCheck

for number, inputs in enumerate(pulumi.Config("test").require_object("gates"), start=1):
    MigrationCheck(f"check-{number}", region="ap-guangzhou", **{"migrate_id": number, **inputs})
