"""The text of an error about a group of checks."""

from collections.abc import Collection

from pulumi_tcsql_check.errors import CheckFailedError, GroupFailedError, GroupTimeoutError
from pulumi_tcsql_check.errors.check import FailedError
from pulumi_tcsql_check.messages.audience import Audience
from pulumi_tcsql_check.messages.check_errors import action_after, last_seen
from pulumi_tcsql_check.messages.codes import code_of
from pulumi_tcsql_check.messages.layout import Field, Text, listed
from pulumi_tcsql_check.messages.next_step import fix_and_start, start_command
from pulumi_tcsql_check.model.group import Tally, enumeration
from pulumi_tcsql_check.model.progress import Migration, title

MOST_LINES = 10
"""How many checks are listed."""


def failure(error: GroupFailedError, audience: Audience) -> Text:
    """Name the checks that failed and those that could not be looked up, count the others, and say what to do."""
    failed, lost = error.failed, error.lost
    lines = [f"✗ {one.migrate_id} {_what_failed(each)}" for one, each in failed.items()]
    lines += [f"✗ {one.migrate_id}: {each}" for one, each in lost.items()]
    others = [one for one in error.members if one.migration not in error.errors]
    flow_ids = "flow_ids" if any(one.flow for one in failed.values()) else ""
    return Text(
        str(error),
        listed(lines, MOST_LINES),
        [
            *([Field("Others", Tally(others).numbers())] if others else []),
            *([fix_and_start(audience, *failed, flow_ids=flow_ids)] if failed else []),
            Field("Code", code_of(error)),
        ],
    )


def timeout(error: GroupTimeoutError, audience: Audience) -> Text:
    """Name the checks that had not passed, say how long the gate waited, and what to do."""
    late = error.errors
    idle = [one for one, each in late.items() if each.never_started and each.flow is None]
    advice = dict.fromkeys(action_after(each, audience) for one, each in late.items() if one not in idle)
    count = len(error.members) - len(late)
    started = Field("Start", f"no step of {_ids(idle)} has started:", [start_command(*idle)]) if idle else None
    return Text(
        str(error),
        listed([f"▸ {one.migrate_id}: {last_seen(each)}" for one, each in late.items()], MOST_LINES),
        [
            Field("Others", f"{count} {'has' if count == 1 else 'have'} passed"),
            *([started] if started else []),
            *(Field("Then", words, commands) for words, commands in advice),
            Field("Code", code_of(error)),
        ],
    )


def _what_failed(error: FailedError) -> str:
    """Say what failed, from the verb on, with the first step that did."""
    what = str(error).removeprefix(f"{error.migration} ")
    if not isinstance(error, CheckFailedError):
        return what
    step = error.progress.steps[error.steps[0] - 1]
    return f"{what}: {title(step.name)} (status {step.status})"


def _ids(migrations: Collection[Migration]) -> str:
    return enumeration([str(one.migrate_id) for one in migrations])
