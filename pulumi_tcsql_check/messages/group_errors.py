"""The text of an error about a group of checks."""

from pulumi_tcsql_check.errors import CheckFailedError, GroupFailedError, GroupTimeoutError
from pulumi_tcsql_check.errors.check import FailedError
from pulumi_tcsql_check.errors.codes import code_of
from pulumi_tcsql_check.languages.sentence import Sentence, Words
from pulumi_tcsql_check.messages.audience import Audience
from pulumi_tcsql_check.messages.check_errors import action_after, last_seen
from pulumi_tcsql_check.messages.commands import start_command
from pulumi_tcsql_check.messages.layout import Field, Text, listed
from pulumi_tcsql_check.messages.next_step import fix_and_start, start_by_resource
from pulumi_tcsql_check.model.group import Tally
from pulumi_tcsql_check.model.progress import title

MOST_LINES = 10
"""The most checks in the list."""


def failure(error: GroupFailedError, audience: Audience) -> Text:
    """Return the failed checks, those that could not be queried, the count of the others, and the next step."""
    failed, lost = error.failed, error.lost
    lines: list[Words] = [
        Sentence("failed one", migrate_id=one.migrate_id, words=_what_failed(each)) for one, each in failed.items()
    ]
    lines += [Sentence("lost one", migrate_id=one.migrate_id, words=each.sentence) for one, each in lost.items()]
    others = [one for one in error.members if one.migration not in error.errors]
    flow_input = audience.flow_ids if any(one.flow for one in failed.values()) else ""
    return Text(
        error.sentence,
        listed(lines, MOST_LINES),
        [
            *([Field("others", Tally(others).numbers())] if others else []),
            *([fix_and_start(audience, *failed, flow_input=flow_input)] if failed else []),
            Field("code", code_of(error)),
        ],
    )


def timeout(error: GroupTimeoutError, audience: Audience) -> Text:
    """Return the checks that had not passed, how long the gate waited, and the next step."""
    late = error.errors
    idle = [one for one, each in late.items() if each.never_started and (each.flow is None or audience.starts)]
    advice = dict.fromkeys(action_after(each, audience) for one, each in late.items() if one not in idle)
    count = len(error.members) - len(late)
    ids = Sentence("items", items=[one.migrate_id for one in idle])
    started = []
    if idle and audience.starts:
        started.append(Field("then", *start_by_resource(audience, idle)))
    elif idle:
        started.append(Field("start", Sentence("none started", ids=ids), [start_command(*idle)]))
    lines = [Sentence("late one", migrate_id=one.migrate_id, words=last_seen(each)) for one, each in late.items()]
    return Text(
        error.sentence,
        listed(lines, MOST_LINES),
        [
            Field("others", Sentence("one has passed" if count == 1 else "many have passed", count=count)),
            *started,
            *(Field("then", words, commands) for words, commands in advice),
            Field("code", code_of(error)),
        ],
    )


def _what_failed(error: FailedError) -> Sentence:
    """Return what failed, from the verb on, with the first failed step."""
    if not isinstance(error, CheckFailedError):
        return error.what_failed
    step = error.progress.steps[error.steps[0] - 1]
    words = Sentence("which step", words=error.what_failed, step=title(step.name))
    return Sentence("with status", words=words, status=step.status)
