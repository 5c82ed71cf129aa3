"""One gate, and nothing else."""

from pulumi_tcsql_check import MigrationCheck

MigrationCheck("orders", migrate_id=1066, region="ap-guangzhou")
