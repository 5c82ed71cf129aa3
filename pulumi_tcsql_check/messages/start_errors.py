"""The text of an error of a start, and of a signal that ends the command `start`."""

from collections.abc import Sequence

from pulumi_tcsql_check.errors import MigrationOverError, SomeNotStartedError, StartUnknownError
from pulumi_tcsql_check.errors.codes import code_of
from pulumi_tcsql_check.languages.sentence import Sentence, Words
from pulumi_tcsql_check.messages.audience import Audience
from pulumi_tcsql_check.messages.commands import query_command, start_command, wait_for_flow_command
from pulumi_tcsql_check.messages.layout import Field, Text, listed


def unknown(error: StartUnknownError, audience: Audience) -> Text:
    """Return that the check may have been started, and how to find out."""
    again = start_command(error.migration, waits=audience.waits) if audience.is_start else audience.again
    then = Field("then", Sentence("query and start again"), [query_command(error.migration), again])
    return Text(error.sentence, fields=[then, Field("code", code_of(error))])


def over(error: MigrationOverError, audience: Audience) -> Text:
    """Return that the migration is past its check, and that the start has done its work."""
    return Text(error.sentence, fields=[Field("then", audience.after_migration), Field("code", code_of(error))])


def several(error: SomeNotStartedError, audience: Audience, advice: Sequence[Field]) -> Text:
    """Return the checks without a flow, and the next steps; `advice` is that of an error that concerns all checks."""
    others = _others(error)
    if audience.waits:
        others = Sentence("none waited for", words=others)
    codes = ", ".join(dict.fromkeys(code_of(each) for each in error.errors.values()))
    fields = [Field("others", others), *advice, *_next_steps(error, audience), Field("code", codes)]
    return Text(error.sentence, listed(_not_started(error)), fields)


def ended(error: SomeNotStartedError, audience: Audience, signal: str) -> Text:
    """Return each check that was started before a signal ended the command, and those that may have been."""
    is_complete = len(error.flows) == len(error.migrations)
    headline = Sentence("ended while waiting" if is_complete else "ended while starting", signal=signal)
    started = [
        Sentence("started one", migrate_id=one.migrate_id, flow=flow.sentence) for one, flow in error.flows.items()
    ]
    others = [] if is_complete else [Field("others", _others(error))]
    return Text(headline, [*started, *_not_started(error)], [*others, *_next_steps(error, audience)])


def _others(error: SomeNotStartedError) -> Sentence:
    words = Sentence("started of", count=len(error.flows), total=len(error.migrations))
    return Sentence("and untried", words=words, count=len(error.untried)) if error.untried else words


def _not_started(error: SomeNotStartedError) -> list[Words]:
    return [
        Sentence("not started one", migrate_id=one.migrate_id, code=code_of(each), words=each.sentence)
        for one, each in error.errors.items()
    ]


def _next_steps(error: SomeNotStartedError, audience: Audience) -> list[Field]:
    """Return how to find out about unknown outcomes, how to start the rest, and how to wait for what was started."""
    lost = [one for one, each in error.errors.items() if isinstance(each, StartUnknownError)]
    final = (StartUnknownError, MigrationOverError)
    refused = [one for one, each in error.errors.items() if not isinstance(each, final)]
    fields = []
    if lost:
        commands = [query_command(*lost), start_command(*lost, waits=audience.waits)]
        fields.append(Field("then", Sentence("query and start again"), commands))
    if refused or error.untried:
        words = Sentence("fix and run" if refused else "start the others")
        fields.append(Field("then", words, [start_command(*refused, *error.untried, waits=audience.waits)]))
    if audience.waits and error.flows:
        fields.append(Field("then", Sentence("wait for the started"), [wait_for_flow_command(error.flows)]))
    return fields
