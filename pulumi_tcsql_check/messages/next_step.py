"""The next step for the user, as a part of a text."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pulumi_tcsql_check.languages.sentence import Sentence, Words
from pulumi_tcsql_check.messages.audience import Audience
from pulumi_tcsql_check.messages.commands import replace_command, start_command
from pulumi_tcsql_check.messages.layout import Field
from pulumi_tcsql_check.text import printable

if TYPE_CHECKING:  # else the sentence about a missing msgspec could not be loaded
    from pulumi_tcsql_check.model.progress import Migration

MOST_REPLACED = 3
"""The most resources that one command replaces; a URN takes a line of its own."""


def fix_and_start(audience: Audience, *migrations: "Migration", flow_input: Words = "") -> Field:
    """Return how to start checks again and wait; `flow_input` is the input for their new flows, "" for none."""
    if audience.starts:
        words, commands = start_by_resource(audience, migrations)
        return Field("then", Sentence("once fixed", words=words), commands)
    if audience.is_command:
        return Field("then", Sentence("fix and run"), [start_command(*migrations, waits=True)])
    words = Sentence("fix and run with flow", flow_ids=flow_input) if flow_input else Sentence("fix and run")
    return Field("then", words, [start_command(*migrations), audience.again])


def start_by_resource(audience: Audience, migrations: Sequence["Migration"]) -> tuple[Sentence, tuple[str, ...]]:
    """Return how the resources in front of a gate start checks again: words, and commands."""
    urns = [audience.starts.get(str(one.migrate_id)) for one in migrations]
    known = [urn for urn in urns if urn is not None]
    if len(known) < len(urns) or len(urns) > MOST_REPLACED:
        return Sentence("change their triggers"), (audience.again,)
    names = [printable(urn.rpartition("::")[2], 64) for urn in known]
    return Sentence("change triggers", starts=names), (replace_command(known),)


def not_loaded(error: ImportError, audience: Audience) -> Sentence:
    """Return what failed to load and how to reinstall the SDK, as a predicate for a sentence that ends in `{why}`.

    The SDK's distributions share one package: uninstalling one removes files of the others.
    """
    return Sentence("not loaded", error=str(error), again=audience.again)


def nothing_queried(error: ImportError, audience: Audience) -> Sentence:
    """Return that the command queried nothing, since an import failed, and how to reinstall the SDK."""
    return Sentence("nothing queried", why=not_loaded(error, audience))
