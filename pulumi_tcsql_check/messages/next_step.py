"""The next step for the user, as a part of a text."""

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


def query_command(migration: "Migration") -> str:
    """Return the shell command that shows the steps of a check."""
    return f"tccli sqlserver QueryMigrationCheckProcess --MigrateId {migration.migrate_id} --region {migration.region}"


def fix_and_start(audience: Audience, *migrations: "Migration", flow_ids: str = "") -> Field:
    """Return how to start checks again and wait; `flow_ids` is the input for their new flows, "" for none."""
    words = Sentence("fix and run with flow", flow_ids=flow_ids) if flow_ids else Sentence("fix and run")
    return Field("then", words, [start_command(*migrations), audience.again])


def not_loaded(error: ImportError, audience: Audience) -> Sentence:
    """Return what failed to load and how to reinstall the SDK, from the verb on.

    The SDK's distributions share one package: uninstalling one removes files of the others.
    """
    return Sentence("not loaded", error=str(error), again=audience.again)


def nothing_queried(error: ImportError, audience: Audience) -> Sentence:
    """Return the same for the command, as a sentence."""
    return Sentence("nothing queried", why=not_loaded(error, audience))
