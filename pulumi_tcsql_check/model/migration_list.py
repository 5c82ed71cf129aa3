"""The list of migrations: the flag of each check, and whether a migration is past its check. Pure.

Both are documented: the page of `DescribeMigrations`, `MigrateTaskSet[].CheckFlag` and `.Status` (seen 2025-10-28).
"""

from typing import Any

import msgspec

from pulumi_tcsql_check.model.check_flag import CheckFlag

PAGE_SIZE = 100
"""How many migrations a full page lists: the most that the API gives (its parameter `Limit`)."""

SEARCHED_PAGES = 5
"""How many pages, the newest migrations first, are searched for one or a few."""

PAST_CHECK = frozenset({4, 6, 8, 9, 10, 11, 12})
"""The statuses of a migration that is past its check.

4 is migrating, 6 succeeded, 8 deleted, 9 stopping, 10 completing, 11 failed to stop, 12 failed to complete. The others
are 1 initializing, 5 failed and 7 stopped: such a migration can be checked and run again.
"""


class _Listed(msgspec.Struct, frozen=True, rename="pascal"):
    """The fields of a listed migration that are decoded; the others may be private, or of any type."""

    migrate_id: Any = None
    check_flag: Any = None
    status: Any = None


class MigrationPage(msgspec.Struct, frozen=True, rename="pascal"):
    """One page of `DescribeMigrations`."""

    migrate_task_set: tuple[_Listed, ...]
    request_id: str

    @property
    def is_last(self) -> bool:
        """Whether no page follows: this one is not full."""
        return len(self.migrate_task_set) < PAGE_SIZE

    def flags(self) -> dict[int, CheckFlag]:
        """Return the flags of the listed migrations.

        A flag that isn't a whole number, or two that differ for the same migration, have no code.
        """
        found: dict[int, CheckFlag] = {}
        for one in self.migrate_task_set:
            if _is_whole(one.migrate_id):
                flag = CheckFlag(one.check_flag if _is_whole(one.check_flag) else None, self.request_id)
                found[one.migrate_id] = (
                    flag if found.get(one.migrate_id, flag) == flag else CheckFlag(None, self.request_id)
                )
        return found

    def status(self, migrate_id: int) -> int | None:
        """Return the `Status` of a migration; None if the page lists it with none or with two, or not at all.

        Of two, one that is past the check counts.
        """
        listed = [one for one in self.migrate_task_set if _is_whole(one.migrate_id) and one.migrate_id == migrate_id]
        statuses = {one.status for one in listed if _is_whole(one.status)}
        past = statuses & PAST_CHECK
        return min(past) if past else statuses.pop() if len(statuses) == 1 else None


def _is_whole(value: object) -> bool:
    """Return whether a JSON value is a whole number: neither `true` nor `2.0` nor `"2"` is."""
    return type(value) is int
