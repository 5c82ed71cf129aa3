"""What the API's list of migrations says of a check as a whole, `CheckFlag`, as a value.

It is documented, unlike the codes of a step that runs or has failed: the page of `DescribeMigrations`, field
`MigrateTaskSet[].CheckFlag` (seen 2025-10-28). It can end a wait as failed, never open a gate. Everything here is pure.
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
    """What the list said of one check.

    Attributes:
        code: The flag; None where the list doesn't say it, or contradicts itself.
        request_id: The API's number for the call that brought it.
    """

    code: int | None = None
    request_id: str = ""

    @property
    def failed(self) -> bool:
        """Whether it says so."""
        return self.code == FAILED

    @property
    def sentence(self) -> Sentence:
        """The flag in a text, with the meaning of a published code."""
        if self.code not in _PUBLISHED:
            return Sentence("flag", code=self.code)
        return Sentence("flag with meaning", code=self.code, meaning=Sentence(f"flag {self.code}"))


class _Listed(msgspec.Struct, frozen=True, rename="pascal"):
    """The two fields of a listed migration that are looked at; the others, some of them private, aren't even decoded.

    Another migration's fields may be of any type without making the list useless.
    """

    migrate_id: Any = None
    check_flag: Any = None


class MigrationPage(msgspec.Struct, frozen=True, rename="pascal"):
    """One page of `DescribeMigrations`."""

    migrate_task_set: tuple[_Listed, ...]
    request_id: str

    @property
    def is_last(self) -> bool:
        """Whether nothing can follow: it is not full."""
        return len(self.migrate_task_set) < PAGE_SIZE

    def flags(self) -> dict[int, CheckFlag]:
        """Return what the page says of each check that it lists.

        A flag that isn't a whole number, or two that differ for the same migration, say nothing.
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
    """Tell whether some JSON is a whole number: neither `true` nor `2.0` nor `"2"` is."""
    return type(value) is int


def is_unexplained(progress: Progress) -> bool:
    """Tell whether the current step shows a code that is not published."""
    number = progress.current
    if not 1 <= number <= len(progress.steps):
        return False
    return progress.steps[number - 1].status not in (PASSED, NOT_STARTED)
