"""`CheckFlag`: the status of a check as a whole, from the list of migrations. Pure.

It is documented, unlike the codes of a step that runs or has failed: the page of `DescribeMigrations`, field
`MigrateTaskSet[].CheckFlag` (seen 2025-10-28). It can end a wait as failed, never open a gate.
"""

import msgspec

from pulumi_tcsql_check.languages.sentence import Sentence
from pulumi_tcsql_check.model.progress import Progress
from pulumi_tcsql_check.model.statuses import NOT_STARTED, PASSED

NOT_CHECKED, CHECKED, FAILED, CHECKING = 0, 1, 2, 3
"""The published codes; what any other means, nobody has said."""

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


def is_unexplained(progress: Progress) -> bool:
    """Return whether the current step has a code that is not published."""
    number = progress.current
    if not 1 <= number <= len(progress.steps):
        return False
    return progress.steps[number - 1].status not in (PASSED, NOT_STARTED)
