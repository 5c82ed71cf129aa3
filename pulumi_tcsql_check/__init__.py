"""A gate for Pulumi: hold a stack until a Tencent Cloud SQL Server migration check has passed."""

from pulumi_tcsql_check.errors import InvalidInputError
from pulumi_tcsql_check.hold import hold_stack
from pulumi_tcsql_check.look import MigrationCheckResult, get_migration_check, get_migration_check_output
from pulumi_tcsql_check.resource import MigrationCheck, Step

__all__ = [
    "InvalidInputError",
    "MigrationCheck",
    "MigrationCheckResult",
    "Step",
    "get_migration_check",
    "get_migration_check_output",
    "hold_stack",
]
