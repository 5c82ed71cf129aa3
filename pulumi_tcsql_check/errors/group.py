"""Errors of a group in which checks failed, or had not passed at the deadline."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pulumi_tcsql_check.errors.check import CheckTimeoutError, FailedError
from pulumi_tcsql_check.errors.root import TcsqlCheckError
from pulumi_tcsql_check.languages.sentence import Sentence
from pulumi_tcsql_check.model.group import Member
from pulumi_tcsql_check.model.progress import Migration


@dataclass(eq=False, repr=False)
class GroupFailedError(TcsqlCheckError):
    """Some checks of a group have failed, or queries for them have.

    Attributes:
        members: All checks of the group, with their last responses.
        errors: The error of each check that failed or could not be queried.
    """

    members: Sequence[Member]
    errors: Mapping[Migration, TcsqlCheckError]

    @property
    def sentence(self) -> Sentence:
        """How many checks failed, and how many could not be queried."""
        facts = {"total": len(self.members), "region": self.members[0].migration.region}
        if not self.failed:
            return Sentence("some lost", count=len(self.lost), **facts)
        failed = Sentence("some failed", count=len(self.failed), **facts)
        return Sentence("and some lost", words=failed, count=len(self.lost)) if self.lost else failed

    @property
    def failed(self) -> dict[Migration, FailedError]:
        """The errors of the checks that failed."""
        return {migration: error for migration, error in self.errors.items() if isinstance(error, FailedError)}

    @property
    def lost(self) -> dict[Migration, TcsqlCheckError]:
        """The errors of the checks that could not be queried."""
        return {migration: error for migration, error in self.errors.items() if not isinstance(error, FailedError)}


@dataclass(eq=False, repr=False)
class GroupTimeoutError(TcsqlCheckError):
    """Some checks of a group had not passed at the deadline.

    Attributes:
        members: All checks of the group, with their last responses.
        errors: The error of each check that had not passed.
    """

    members: Sequence[Member]
    errors: Mapping[Migration, CheckTimeoutError]

    @property
    def timeout_seconds(self) -> float:
        """How long the gate waited."""
        return next(iter(self.errors.values())).timeout_seconds

    @property
    def sentence(self) -> Sentence:
        """How many checks had not passed, and how long the gate waited."""
        region = self.members[0].migration.region
        facts = {"count": len(self.errors), "total": len(self.members), "region": region}
        return Sentence("some not passed in time", seconds=self.timeout_seconds, **facts)
