"""Several checks of which some have failed, or had not passed when the time was up."""

from collections.abc import Mapping, Sequence

from pulumi_tcsql_check.errors.check import CheckTimeoutError, FailedError
from pulumi_tcsql_check.errors.root import TcsqlCheckError
from pulumi_tcsql_check.languages.sentence import Sentence
from pulumi_tcsql_check.model.group import Member
from pulumi_tcsql_check.model.progress import Migration


class GroupFailedError(TcsqlCheckError):
    """Some checks of a group have failed, or could not be looked up.

    Attributes:
        members: All checks of the group, as they were last seen.
        errors: The error of each that failed or could not be looked up.
    """

    def __init__(self, members: Sequence[Member], errors: Mapping[Migration, TcsqlCheckError]) -> None:
        """Take the facts."""
        super().__init__()
        self.members = tuple(members)
        self.errors = dict(errors)

    @property
    def sentence(self) -> Sentence:
        """How many failed, and how many could not be looked up."""
        facts = {"total": len(self.members), "region": self.members[0].migration.region}
        if not self.failed:
            return Sentence("some lost", count=len(self.lost), **facts)
        failed = Sentence("some failed", count=len(self.failed), **facts)
        return Sentence("and some lost", words=failed, count=len(self.lost)) if self.lost else failed

    @property
    def failed(self) -> dict[Migration, FailedError]:
        """The errors of those that have failed."""
        return {migration: error for migration, error in self.errors.items() if isinstance(error, FailedError)}

    @property
    def lost(self) -> dict[Migration, TcsqlCheckError]:
        """The errors of those that could not be looked up."""
        return {migration: error for migration, error in self.errors.items() if not isinstance(error, FailedError)}


class GroupTimeoutError(TcsqlCheckError):
    """The deadline passed before all checks of a group did.

    Attributes:
        members: All checks of the group, as they were last seen.
        errors: The error of each that had not passed.
        timeout_seconds: How long the gate waited, in seconds.
    """

    def __init__(self, members: Sequence[Member], errors: Mapping[Migration, CheckTimeoutError]) -> None:
        """Take the facts."""
        super().__init__()
        self.members = tuple(members)
        self.errors = dict(errors)
        self.timeout_seconds = next(iter(errors.values())).timeout_seconds

    @property
    def sentence(self) -> Sentence:
        """How many had not passed, and how long the gate waited."""
        region = self.members[0].migration.region
        facts = {"count": len(self.errors), "total": len(self.members), "region": region}
        return Sentence("some not passed in time", seconds=self.timeout_seconds, **facts)
