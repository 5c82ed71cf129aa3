"""One gate of the provider plugin, and nothing else; this is what the generated SDK registers."""

import pulumi

pulumi.ComponentResource(
    "tcsql-check:index:MigrationCheck", "orders", {"migrateId": 1066, "region": "ap-guangzhou"}, remote=True
)
