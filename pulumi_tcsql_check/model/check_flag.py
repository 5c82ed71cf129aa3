"""`CheckFlag`: the status of a check as a whole, from the list of migrations. Pure.

It is documented, unlike the codes of a step that runs or has failed: the page of `DescribeMigrations`, field
`MigrateTaskSet[].CheckFlag` (seen 2025-10-28). It can end a wait as failed, never open a gate.
"""

from typing import Any

import msgspec

from pulumi_tcsql_check.languages.sentence import Sentence
from pulumi_tcsql_check.model.progress import Progress
from pulumi_tcsql_check.model.statuses import NOT_STARTED, PASSED

NOT_CHECKED, CHECKED, FAILED, CHECKING = 0, 1, 2, 3
"""The published codes; what any other means, nobody has said."""

PAGE_SIZE = 100
"""How many migrations a full page lists: the most that the API gives (its parameter `Limit`)."""

_PUBLISHED = (NOT_CHECKED, CHECKED, FAILED, CHECKING)


class CheckFlag(msgspec.Struct, frozen=True):
    """The flag of one check.

    Attributes:
        code: None if the list doesn't have it, or contradicts itself.
        request_id: The id of the request.
    """

    code: int | None = None
    request_id: str = ""

    @property
    def failed(self) -> bool:
        """Whether the flag says that the check has failed."""
        return self.code == FAILED

    @property
    def sentence(self) -> Sentence:
        """The flag in a text, with the meaning of a published code."""
        if self.code not in _PUBLISHED:
            return Sentence("flag", code=self.code)
        return Sentence("flag with meaning", code=self.code, meaning=Sentence(f"flag {self.code}"))


class _Listed(msgspec.Struct, frozen=True, rename="pascal"):
    """The two fields of a listed migration that are decoded; the others may be private, or of any type."""

    migrate_id: Any = None
    check_flag: Any = None


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


def _is_whole(value: object) -> bool:
    """Return whether a JSON value is a whole number: neither `true` nor `2.0` nor `"2"` is."""
    return type(value) is int


def is_unexplained(progress: Progress) -> bool:
    """Return whether the current step has a code that is not published."""
    number = progress.current
    if not 1 <= number <= len(progress.steps):
        return False
    return progress.steps[number - 1].status not in (PASSED, NOT_STARTED)
