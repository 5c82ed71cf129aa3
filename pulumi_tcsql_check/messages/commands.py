"""The shell commands that a text recommends."""

import importlib.util
import shlex
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # else the sentence about a missing msgspec could not be loaded
    from pulumi_tcsql_check.model.flow import Flow
    from pulumi_tcsql_check.model.progress import Migration

_LIBRARIES = ("click", "rich")
"""What the extra `cli` installs."""


def missing_libraries() -> list[str]:
    """Return the libraries that the command needs and this environment lacks."""
    return [name for name in _LIBRARIES if importlib.util.find_spec(name) is None]


def start_command(*migrations: "Migration", waits: bool = False) -> str:
    """Return the command that starts the checks of some migrations of one region; with `waits` it waits for them."""
    return _command("start", "StartMigrationCheck", migrations, " --wait" if waits else "")


def query_command(*migrations: "Migration") -> str:
    """Return the command that shows how far the checks of some migrations of one region are."""
    return _command("status", "QueryMigrationCheckProcess", migrations)


def wait_for_flow_command(flows: Mapping["Migration", "Flow"]) -> str:
    """Return the command that waits for one flow; for several flows, its form for each of them."""
    migration, flow = next(iter(flows.items()))
    if len(flows) == 1:
        return f"{own_command('wait', [migration])} --flow-id {flow.flow_id}"
    return f"tcsql-check wait ID{_place(migration)} --flow-id FLOWID"


def replace_command(urns: Sequence[str]) -> str:
    """Return the command that updates a stack and replaces these resources."""
    return " ".join(["pulumi up", *(f"--replace {shlex.quote(urn)}" for urn in urns)])


def _command(name: str, action: str, migrations: Sequence["Migration"], options: str = "") -> str:
    """Return a command of `tcsql-check`, or one of Tencent's command line where the extra `cli` isn't installed."""
    if not missing_libraries():
        return f"{own_command(name, migrations)}{options}"
    is_one = len(migrations) == 1
    number = migrations[0].migrate_id if is_one else "$id"
    command = f"tccli sqlserver {action} --MigrateId {number}{_place(migrations[0])}"
    return command if is_one else f"for id in {_ids(migrations)}; do {command}; done"


def own_command(name: str, migrations: Sequence["Migration"]) -> str:
    """Return a command of `tcsql-check` about some migrations of one region."""
    return f"tcsql-check {name} {_ids(migrations)}{_place(migrations[0])}"


def _ids(migrations: Sequence["Migration"]) -> str:
    return " ".join(str(one.migrate_id) for one in migrations)


def _place(migration: "Migration") -> str:
    """Return the options for the region and, if it isn't the default, the endpoint."""
    endpoint = f" --endpoint {migration.endpoint}" if migration.endpoint else ""
    return f" --region {migration.region}{endpoint}"
