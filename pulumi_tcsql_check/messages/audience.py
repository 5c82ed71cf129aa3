"""Wording for the audiences: Pulumi programs, and the commands of the shell."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from pulumi_tcsql_check.languages.sentence import Sentence, Words
from pulumi_tcsql_check.messages.commands import own_command, start_command, wait_for_flow_command

if TYPE_CHECKING:  # else the sentence about a missing msgspec could not be loaded
    from pulumi_tcsql_check.model.flow import Flow
    from pulumi_tcsql_check.model.progress import Migration


class Audience(NamedTuple):
    """The names that an audience uses for commands and options, and the starts of its gate.

    `again` is the command to run again. In `failed_status`, `{code}` stands for the status code. `starts` has the URN
    of the resource that starts a migration's check, by the number as text; it is empty for a gate without one.
    `is_command` is whether the reader runs `tcsql-check`, `is_start` whether it runs `tcsql-check start`, and `waits`
    whether that has `--wait`.
    """

    again: str
    timeout: str
    flow_id: Words
    flow_ids: Words
    failed_status: str
    set_credentials: Sentence
    remove_setting: Sentence
    remove_choice: Sentence
    after_migration: Sentence
    starts: Mapping[str, str] = {}
    is_command: bool = False
    is_start: bool = False
    waits: bool = False


PROGRAM = Audience(
    again="pulumi up",
    timeout="timeout_seconds",
    flow_id=Sentence("flow input", name="flow_id"),
    flow_ids=Sentence("flow input", name="flow_ids"),
    failed_status="failed_statuses=[{code}]",
    set_credentials=Sentence("set credentials of stack"),
    remove_setting=Sentence("remove setting of stack"),
    remove_choice=Sentence("remove choice of stack"),
    after_migration=Sentence("take gate and start out"),
)

PLUGIN = PROGRAM._replace(
    timeout="timeoutSeconds",
    flow_id=Sentence("flow input", name="flowId"),
    flow_ids=Sentence("flow input", name="flowIds"),
    failed_status="failedStatuses: [{code}]",
)

PLUGIN_ALONE = PLUGIN._replace(set_credentials=Sentence("set credentials of plugin"))
"""The audience of a start or a query of the plugin, which doesn't know the whole configuration of the stack."""

COMMAND = Audience(
    again="tcsql-check wait",
    timeout="--timeout-seconds",
    flow_id="--flow-id",
    flow_ids="--flow-id",
    failed_status="--failed-status {code}",
    set_credentials=Sentence("set credentials"),
    remove_setting=Sentence("remove setting"),
    remove_choice=Sentence("remove choice"),
    after_migration=Sentence("nothing to start"),
    is_command=True,
)


def of_gate(props: Mapping[str, Any], program: Audience = PROGRAM) -> Audience:
    """Return the audience of a gate with these inputs, of which the hidden `starts` has the URNs."""
    starts = props.get("starts")
    return program._replace(starts=starts) if isinstance(starts, Mapping) else program


def of_command(name: str, migrations: Sequence["Migration"]) -> Audience:
    """Return the audience of a command of `tcsql-check` about some migrations."""
    return COMMAND._replace(again=own_command(name, migrations))


def of_start(
    migrations: Sequence["Migration"], *, waits: bool, flows: Mapping["Migration", "Flow"] | None = None
) -> Audience:
    """Return the audience of `tcsql-check start`, with `--wait` or not; `flows` are those that it waits for by then."""
    again = wait_for_flow_command(flows) if flows else start_command(*migrations, waits=waits)
    return COMMAND._replace(again=again, is_start=True, waits=waits)
