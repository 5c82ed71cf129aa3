"""Wording for the two audiences: Pulumi programs and the command line."""

from typing import NamedTuple

from pulumi_tcsql_check.languages.sentence import Sentence


class Audience(NamedTuple):
    """The names that an audience uses for commands and options.

    `again` is the command to run again. In `failed_status`, `{code}` stands for the status code.
    """

    again: str
    timeout: str
    flow_id: str
    failed_status: str
    set_credentials: Sentence
    remove_setting: Sentence
    remove_choice: Sentence
    after_migration: Sentence


PROGRAM = Audience(
    again="pulumi up",
    timeout="timeout_seconds",
    flow_id="flow_id",
    failed_status="failed_statuses=[{code}]",
    set_credentials=Sentence("set credentials of stack"),
    remove_setting=Sentence("remove setting of stack"),
    remove_choice=Sentence("remove choice of stack"),
    after_migration=Sentence("take gate and start out"),
)

COMMAND = Audience(
    again="tcsql-check wait",
    timeout="--timeout-seconds",
    flow_id="--flow-id",
    failed_status="--failed-status {code}",
    set_credentials=Sentence("set credentials"),
    remove_setting=Sentence("remove setting"),
    remove_choice=Sentence("remove choice"),
    after_migration=Sentence("nothing to start"),
)
