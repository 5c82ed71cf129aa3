"""The text of an error about a group of checks."""

from collections.abc import Mapping, Sequence

from pulumi_tcsql_check.errors import (
    ApiError,
    CheckFailedError,
    GroupFailedError,
    GroupTimeoutError,
    OutageError,
    TcsqlCheckError,
)
from pulumi_tcsql_check.errors.check import FailedError
from pulumi_tcsql_check.errors.codes import code_of
from pulumi_tcsql_check.languages.sentence import Sentence, Words
from pulumi_tcsql_check.messages.audience import Audience
from pulumi_tcsql_check.messages.check_errors import action_after, last_seen
from pulumi_tcsql_check.messages.commands import start_command
from pulumi_tcsql_check.messages.layout import Field, Text, listed
from pulumi_tcsql_check.messages.next_step import fix_and_start, start_by_resource
from pulumi_tcsql_check.model.group import Tally
from pulumi_tcsql_check.model.progress import Migration, title

MOST_LINES = 10
"""The most checks in the list."""

MOST_NUMBERS = 5
"""The most numbers in one line of the list."""


def failure(error: GroupFailedError, audience: Audience) -> Text:
    """Return the failed checks, those that could not be queried, the count of the others, and the next step."""
    failed, lost = error.failed, error.lost
    lines: list[Words] = [
        Sentence("failed one", migrate_id=one.migrate_id, words=_what_failed(each)) for one, each in failed.items()
    ]
    lines += _lost_lines(lost)
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


def _lost_lines(lost: Mapping[Migration, TcsqlCheckError]) -> list[Sentence]:
    """Return a line for each cause, in the words of the first check that has it."""
    alike: dict[Words, list[Migration]] = {}
    for one, error in lost.items():
        alike.setdefault(_cause(error), []).append(one)
    return [
        Sentence("lost one", migrate_id=_numbers(migrations), words=lost[migrations[0]].sentence)
        for migrations in alike.values()
    ]


def _cause(error: TcsqlCheckError) -> Words:
    """Return what checks that could not be queried have in common: the API's code, or else the whole problem."""
    last = error.last if isinstance(error, OutageError) else error
    return last.code or last.problem if isinstance(last, ApiError) else last.sentence


def _numbers(migrations: Sequence[Migration]) -> Sentence:
    numbers = tuple(one.migrate_id for one in migrations)
    more = len(numbers) - MOST_NUMBERS
    if more > 0:
        return Sentence("items and more", items=numbers[:MOST_NUMBERS], count=more)
    return Sentence("items", items=numbers)


def _what_failed(error: FailedError) -> Sentence:
    """Return what failed, from the verb on, with the first failed step."""
    if not isinstance(error, CheckFailedError):
        return error.what_failed
    step = error.progress.steps[error.steps[0] - 1]
    words = Sentence("which step", words=error.what_failed, step=title(step.name))
    return Sentence("with status", words=words, status=step.status)
