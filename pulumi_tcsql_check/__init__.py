"""A gate for Pulumi: hold a stack until a Tencent Cloud SQL Server migration check has passed.

`MigrationCheck` is the gate of one check, `MigrationCheckGroup` of several, and `hold_stack` makes the rest of a
program wait for either. `MigrationCheckStart` starts a check, and `get_migration_check` queries one without waiting.
`pulumi_tcsql_check.errors` has the errors, and `pulumi_tcsql_check.emulator` is for rehearsals. The source of facts
about the API is the page of `QueryMigrationCheckProcess`, version 2018-03-28:
https://www.tencentcloud.com/document/product/238/73280

Each name is loaded on first use: the provider's process and the command need none of them.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pulumi_tcsql_check.errors import InvalidInputError
    from pulumi_tcsql_check.program.get_migration_check import get_migration_check, get_migration_check_output
    from pulumi_tcsql_check.program.hold import hold_stack
    from pulumi_tcsql_check.program.migration_check import MigrationCheck, MigrationCheckGroup
    from pulumi_tcsql_check.program.migration_check_start import MigrationCheckStart
    from pulumi_tcsql_check.program.results import CheckResult, MigrationCheckResult, Step
else:
    from pulumi_tcsql_check import lazy_import

    _HOMES = {
        "CheckResult": "program.results",
        "InvalidInputError": "errors",
        "MigrationCheck": "program.migration_check",
        "MigrationCheckGroup": "program.migration_check",
        "MigrationCheckResult": "program.results",
        "MigrationCheckStart": "program.migration_check_start",
        "Step": "program.results",
        "get_migration_check": "program.get_migration_check",
        "get_migration_check_output": "program.get_migration_check",
        "hold_stack": "program.hold",
    }
    __getattr__, __dir__ = lazy_import.names(__name__, _HOMES)


__all__ = [
    "CheckResult",
    "InvalidInputError",
    "MigrationCheck",
    "MigrationCheckGroup",
    "MigrationCheckResult",
    "MigrationCheckStart",
    "Step",
    "get_migration_check",
    "get_migration_check_output",
    "hold_stack",
]
