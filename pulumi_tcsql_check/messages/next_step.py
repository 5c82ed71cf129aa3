"""What to do next, as a part of a sentence."""

from typing import TYPE_CHECKING

from pulumi_tcsql_check.messages.audience import Audience

if TYPE_CHECKING:  # else the sentence about a missing msgspec could not be loaded
    from pulumi_tcsql_check.model.flow import Flow
    from pulumi_tcsql_check.model.progress import Migration


def start_command(*migrations: "Migration") -> str:
    """Return the shell command that starts the checks of some migrations of one region again."""
    ids = " ".join(str(one.migrate_id) for one in migrations)
    is_one = len(migrations) == 1
    number = ids if is_one else "$id"
    command = f"tccli sqlserver StartMigrationCheck --MigrateId {number} --region {migrations[0].region}"
    return command if is_one else f"for id in {ids}; do {command}; done"


def run_again(audience: Audience, flow: "Flow | None") -> str:
    """Say what to run again; each start of a check has a flow of its own, so a new start has a new number."""
    return f"run {audience.again} again" + (f" with the new FlowId as {audience.flow_id}" if flow is not None else "")


def not_loaded(error: ImportError, audience: Audience) -> str:
    """Say what can't be loaded and how to get the SDK back, from the verb on.

    The SDK's distributions share one package, and each removes what it holds in it.
    """
    return (
        f"can't be loaded ({error}). `pip check` names what is missing. If Tencent's whole SDK was uninstalled, it "
        "took files along that are needed here: run `pip install --force-reinstall --no-deps "
        f"tencentcloud-sdk-python-common`, then {audience.again} again."
    )


def nothing_asked(error: ImportError, audience: Audience) -> str:
    """Say the same for the command, as a sentence."""
    return f"Nothing was asked, since something that it takes {not_loaded(error, audience)}"
