"""What to do next, as a part of a sentence."""

from typing import TYPE_CHECKING

from pulumi_tcsql_check.messages.audience import Audience
from pulumi_tcsql_check.messages.layout import Field

if TYPE_CHECKING:  # else the sentence about a missing msgspec could not be loaded
    from pulumi_tcsql_check.model.progress import Migration


def start_command(*migrations: "Migration") -> str:
    """Return the shell command that starts the checks of some migrations of one region again."""
    ids = " ".join(str(one.migrate_id) for one in migrations)
    is_one = len(migrations) == 1
    number = ids if is_one else "$id"
    command = f"tccli sqlserver StartMigrationCheck --MigrateId {number} --region {migrations[0].region}"
    return command if is_one else f"for id in {ids}; do {command}; done"


def fix_and_start(audience: Audience, *migrations: "Migration", flow_ids: str = "") -> Field:
    """Say how to start checks again and to wait for them.

    Args:
        audience: Who reads it.
        migrations: The checks.
        flow_ids: What takes the new FlowIds; each start of a check has a flow of its own. "" if none is used.
    """
    words = f"fix the cause; run these with the new FlowId as {flow_ids}:" if flow_ids else "fix the cause, then run:"
    return Field("Then", words, [start_command(*migrations), audience.again])


def not_loaded(error: ImportError, audience: Audience) -> str:
    """Say what can't be loaded and how to get the SDK back, from the verb on.

    The SDK's distributions share one package, and each removes what it holds in it.
    """
    return (
        f"can't be loaded ({error}). `pip check` names what is missing. If Tencent's whole SDK was uninstalled, it "
        "took files along that are needed here: run `pip install --force-reinstall --no-deps "
        f"tencentcloud-sdk-python-common`, then `{audience.again}` again."
    )


def nothing_asked(error: ImportError, audience: Audience) -> str:
    """Say the same for the command, as a sentence."""
    return f"Nothing was asked, since something that it takes {not_loaded(error, audience)}"
