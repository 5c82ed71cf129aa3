"""A gate for Pulumi: hold a stack until a Tencent Cloud SQL Server migration check has passed.

`MigrationCheck` is the gate, `MigrationCheckGroup` one for a whole wave, and `hold_stack` holds a whole program behind
either; `get_migration_check` only looks. What can go wrong is in `pulumi_tcsql_check.errors`;
`pulumi_tcsql_check.emulator` is there to rehearse with. What is said of the API is on its page of
`QueryMigrationCheckProcess`, version 2018-03-28:
https://www.tencentcloud.com/document/product/238/73280
"""

from pulumi_tcsql_check.errors import InvalidInputError
from pulumi_tcsql_check.group import CheckResult, MigrationCheckGroup
from pulumi_tcsql_check.hold import hold_stack
from pulumi_tcsql_check.look import MigrationCheckResult, get_migration_check, get_migration_check_output
from pulumi_tcsql_check.resource import MigrationCheck, Step

__all__ = [
    "CheckResult",
    "InvalidInputError",
    "MigrationCheck",
    "MigrationCheckGroup",
    "MigrationCheckResult",
    "Step",
    "get_migration_check",
    "get_migration_check_output",
    "hold_stack",
]
