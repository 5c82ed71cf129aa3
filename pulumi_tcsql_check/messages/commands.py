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
    command = _command("start", "StartMigrationCheck", migrations)
    return f"{command} --wait" if waits else command


def query_command(*migrations: "Migration") -> str:
    """Return the command that shows how far the checks of some migrations of one region are."""
    return _command("status", "QueryMigrationCheckProcess", migrations)


def wait_command(flows: Mapping["Migration", "Flow"]) -> str:
    """Return the command that waits for one flow; for several flows, its form for each of them."""
    migration, flow = next(iter(flows.items()))
    migrate_id, flow_id = (migration.migrate_id, flow.flow_id) if len(flows) == 1 else ("ID", "FLOWID")
    return f"tcsql-check wait {migrate_id} --region {migration.region} --flow-id {flow_id}"


def replace_command(urns: Sequence[str]) -> str:
    """Return the command that updates a stack and replaces these resources."""
    return " ".join(["pulumi up", *(f"--replace {shlex.quote(urn)}" for urn in urns)])


def _command(name: str, action: str, migrations: Sequence["Migration"]) -> str:
    """Return a command of `tcsql-check`, or one of Tencent's command line where the extra `cli` isn't installed."""
    ids = " ".join(str(one.migrate_id) for one in migrations)
    region = migrations[0].region
    if not missing_libraries():
        return f"tcsql-check {name} {ids} --region {region}"
    is_one = len(migrations) == 1
    command = f"tccli sqlserver {action} --MigrateId {ids if is_one else '$id'} --region {region}"
    return command if is_one else f"for id in {ids}; do {command}; done"
