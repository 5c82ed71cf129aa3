"""The text of an error about a group of checks."""

from collections.abc import Collection, Sequence

from pulumi_tcsql_check.errors import CheckTimeoutError, GroupFailedError, GroupTimeoutError
from pulumi_tcsql_check.messages.audience import Audience
from pulumi_tcsql_check.messages.check_errors import action_after, last_seen, what_failed
from pulumi_tcsql_check.messages.next_step import start_command
from pulumi_tcsql_check.model.group import Tally, enumeration
from pulumi_tcsql_check.model.progress import Migration

MOST_LINES = 10
"""How many checks the list below the sentence has; the sentence itself names all that have failed."""


def failure(error: GroupFailedError, audience: Audience) -> str:
    """Name the checks that failed and those that could not be looked up, count the others, and say what to do."""
    failed, lost = error.failed, error.lost
    names = f"of {len(error.members)} migration checks ({error.members[0].migration.region})"
    parts = [f"{len(failed)} {names} failed: {_ids(failed)}"] if failed else []
    if lost:
        parts.append(f"{len(lost)} {'' if failed else names + ' '}could not be looked up: {_ids(lost)}")
    others = [one for one in error.members if one.migration not in error.errors]
    the_others = f" Of the others: {Tally(others).numbers()}." if others else ""
    return f"{'; '.join(parts)}.{the_others} {_repair(error, audience)}"


def failed_members(error: GroupFailedError, lost: Sequence[str]) -> str:
    """List what failed in each, a line each.

    Args:
        error: The error.
        lost: The text of each that could not be looked up.
    """
    lines = [f"✗ {one.migrate_id} {what_failed(failed)}" for one, failed in error.failed.items()]
    lines += [f"✗ {one.migrate_id}: {text}" for one, text in zip(error.lost, lost, strict=True)]
    return _list(lines)


def timeout(error: GroupTimeoutError, audience: Audience) -> str:
    """Name the checks that had not passed, say how long the gate waited, and what to do."""
    idle = [one for one, late in error.errors.items() if _is_idle(late)]
    it = "it" if len(idle) == 1 else "them"
    actions = [f"No step of {_ids(idle)} has started: start {it} (`{start_command(*idle)}`)."] if idle else []
    actions += dict.fromkeys(action_after(late, audience) for late in error.errors.values() if not _is_idle(late))
    count = len(error.members) - len(error.errors)
    passed = f"{count} {'has' if count == 1 else 'have'} passed"
    region = error.members[0].migration.region
    return (
        f"{len(error.errors)} of {len(error.members)} migration checks ({region}) had not passed after "
        f"{error.timeout_seconds:.10g} s ({audience.timeout}): {_ids(error.errors)}; {passed}. {' '.join(actions)}"
    )


def late_members(error: GroupTimeoutError, _: Audience) -> str:
    """List where each stood that had not passed, a line each."""
    return _list([f"▸ {one.migrate_id}: {last_seen(late)}" for one, late in error.errors.items()])


def _is_idle(error: CheckTimeoutError) -> bool:
    """Whether it seems that the check was never started; with a flow it was."""
    return error.never_started and error.flow is None


def _repair(error: GroupFailedError, audience: Audience) -> str:
    """Say what to do; for a check that could not be looked up, its line in the list does."""
    failed = error.failed
    if not failed:
        return "What to do about each is said below."
    causes, checks = ("causes", "these checks") if len(failed) > 1 else ("cause", "the check")
    below = " and see below what to do about those that could not be looked up," if error.lost else ""
    new_flows = " with the new FlowIds in flow_ids" if any(one.flow for one in failed.values()) else ""
    again = f"{below} then run {audience.again} again{new_flows}"
    return f"Fix the {causes}, start {checks} again (`{start_command(*failed)}`),{again}."


def _ids(migrations: Collection[Migration]) -> str:
    return enumeration([str(one.migrate_id) for one in migrations])


def _list(lines: Sequence[str]) -> str:
    """Write a line for each, and count those that don't fit."""
    more = len(lines) - MOST_LINES
    shown = [*lines[:MOST_LINES], *([f"... and {more} more"] if more > 0 else [])]
    return "".join(f"\n  {line}" for line in shown)
