"""What to do about a check that has not passed, or could not be asked about, in the words of a sentence."""

from typing import TYPE_CHECKING

from pulumi_tcsql_check.messages import audience

if TYPE_CHECKING:  # else a decoder that is gone could not be told
    from pulumi_tcsql_check.model.flow import Flow
    from pulumi_tcsql_check.model.progress import Migration


def start_command(*migrations: "Migration") -> str:
    """Give the shell command that starts the checks of some migrations of one region anew."""
    ids = " ".join(str(one.migrate_id) for one in migrations)
    is_one = len(migrations) == 1
    number = ids if is_one else "$id"
    command = f"tccli sqlserver StartMigrationCheck --MigrateId {number} --region {migrations[0].region}"
    return command if is_one else f"for id in {ids}; do {command}; done"


def up_again(flow: "Flow | None") -> str:
    """Say how to try again: a flow is of one start alone, so that the next one has another number."""
    speaking = audience.current()
    return f"run {speaking.again} again" + (f" with the new FlowId as {speaking.flow_id}" if flow is not None else "")


def not_loaded(error: ImportError) -> str:
    """Say what can't be loaded and how to get the SDK back, from the verb on.

    The SDK's distributions share one package, and each removes what it holds in it.
    """
    return (
        f"can't be loaded ({error}). `pip check` names what is missing. If Tencent's whole SDK was uninstalled, it "
        "took files along that are needed here: run `pip install --force-reinstall --no-deps "
        f"tencentcloud-sdk-python-common`, then {audience.current().again} again."
    )


def nothing_asked(error: ImportError) -> str:
    """Say the same for the command, as a sentence."""
    return f"Nothing was asked, since something that it takes {not_loaded(error)}"
