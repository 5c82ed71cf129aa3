"""What to do next, as a part of a text."""

from typing import TYPE_CHECKING

from pulumi_tcsql_check.languages.sentence import Sentence
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
    words = Sentence("fix and run with flow", flow_ids=flow_ids) if flow_ids else Sentence("fix and run")
    return Field("then", words, [start_command(*migrations), audience.again])


def not_loaded(error: ImportError, audience: Audience) -> Sentence:
    """Say what can't be loaded and how to get the SDK back, from the verb on.

    The SDK's distributions share one package, and each removes what it holds in it.
    """
    return Sentence("not loaded", error=str(error), again=audience.again)


def nothing_queried(error: ImportError, audience: Audience) -> Sentence:
    """Say the same for the command, as a sentence."""
    return Sentence("nothing queried", why=not_loaded(error, audience))
