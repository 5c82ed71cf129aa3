"""What several checks together said: which of them have failed, or had not passed before the time was up."""

from collections.abc import Collection, Mapping, Sequence
from typing import TypeAlias

from pulumi_tcsql_check.errors.check import CheckFailedError, CheckTimeoutError, FlagFailedError, FlowFailedError
from pulumi_tcsql_check.errors.root import TcsqlCheckError
from pulumi_tcsql_check.messages import audience
from pulumi_tcsql_check.messages.next_step import start_command
from pulumi_tcsql_check.model.group import Member, Tally, enumeration
from pulumi_tcsql_check.model.progress import Migration

MOST_LINES = 10
"""Of how many checks the list below the sentence tells; the sentence itself names all that have failed."""

Failure: TypeAlias = CheckFailedError | FlagFailedError | FlowFailedError


class GroupFailedError(TcsqlCheckError):
    """Some checks of a group have failed, or could not be looked up.

    Attributes:
        errors: Why, for each of these.
        members: All checks of the group, as they were last seen.
    """

    def __init__(self, members: Sequence[Member], errors: Mapping[Migration, TcsqlCheckError]) -> None:
        """Name those that failed and those that could not be looked up, and count the others."""
        self.members = tuple(members)
        self.errors = dict(errors)
        failed = {migration: error for migration, error in errors.items() if isinstance(error, Failure)}
        lost = {migration: error for migration, error in errors.items() if migration not in failed}
        region = members[0].migration.region
        names = f"of {len(members)} migration checks ({region})"
        parts = [f"{len(failed)} {names} failed: {_ids(failed)}"] if failed else []
        if lost:
            parts.append(f"{len(lost)} {'' if failed else names + ' '}could not be looked up: {_ids(lost)}")
        others = [one for one in members if one.migration not in errors]
        the_others = f" Of the others: {Tally(others).numbers()}." if others else ""
        self.steps_seen = _list(
            [f"✗ {one.migrate_id} {error.what}" for one, error in failed.items()]
            + [f"✗ {one.migrate_id}: {error}" for one, error in lost.items()]
        )
        super().__init__(f"{'; '.join(parts)}.{the_others} {_repair(failed, lost)}")


class GroupTimeoutError(TcsqlCheckError):
    """The deadline passed before all checks of a group did.

    Attributes:
        errors: What was last seen of each that had not passed.
        members: All checks of the group, as they were last seen.
        timeout_seconds: How long the gate waited, in seconds.
    """

    def __init__(self, members: Sequence[Member], errors: Mapping[Migration, CheckTimeoutError]) -> None:
        """Name those that had not passed, say how long it waited, and what to do."""
        self.members = tuple(members)
        self.errors = dict(errors)
        self.timeout_seconds = next(iter(errors.values())).timeout_seconds
        idle = [one for one, error in errors.items() if _is_idle(error)]
        it = "it" if len(idle) == 1 else "them"
        actions = [f"No step of {_ids(idle)} has started: start {it} (`{start_command(*idle)}`)."] if idle else []
        actions += dict.fromkeys(error.action for error in errors.values() if not _is_idle(error))
        self.steps_seen = _list([f"▸ {one.migrate_id}: {error.last_seen}" for one, error in errors.items()])
        count = len(members) - len(errors)
        passed = f"{count} {'has' if count == 1 else 'have'} passed"
        bound = f"{self.timeout_seconds:.10g} s ({audience.current().timeout})"
        super().__init__(
            f"{len(errors)} of {len(members)} migration checks ({members[0].migration.region}) had not passed after "
            f"{bound}: {_ids(errors)}; {passed}. {' '.join(actions)}"
        )


def _is_idle(error: CheckTimeoutError) -> bool:
    """Tell one that seems never to have been started; with a flow it was."""
    progress = error.progress
    return error.trouble is None and error.flow is None and progress is not None and progress.status() == "not-started"


def _repair(failed: Mapping[Migration, Failure], lost: Collection[Migration]) -> str:
    """Say what to do; for those that could not be looked up, each line of the list does."""
    if not failed:
        return "What to do about each is said below."
    causes, checks = ("causes", "these checks") if len(failed) > 1 else ("cause", "the check")
    below = " and see below what to do about those that could not be looked up," if lost else ""
    new_flows = " with the new FlowIds in flow_ids" if any(error.flow for error in failed.values()) else ""
    again = f"{below} then run {audience.current().again} again{new_flows}"
    return f"Fix the {causes}, start {checks} again (`{start_command(*failed)}`),{again}."


def _ids(migrations: Collection[Migration]) -> str:
    return enumeration([str(one.migrate_id) for one in migrations])


def _list(lines: Sequence[str]) -> str:
    """Write a line for each, and count those that have no room."""
    more = len(lines) - MOST_LINES
    shown = [*lines[:MOST_LINES], *([f"... and {more} more"] if more > 0 else [])]
    return "".join(f"\n  {line}" for line in shown)
