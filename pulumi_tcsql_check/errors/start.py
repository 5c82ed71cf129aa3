"""Errors of a start of a check."""

from dataclasses import dataclass

from pulumi_tcsql_check.errors.root import TcsqlCheckError
from pulumi_tcsql_check.languages.sentence import Sentence
from pulumi_tcsql_check.model.progress import Migration


@dataclass(eq=False, repr=False)
class StartUnknownError(TcsqlCheckError):
    """A request to start a check may have started it.

    Attributes:
        migration: The migration.
        cause: How the request ended; None for one that was refused here, since an earlier one of this update ended so.
    """

    migration: Migration
    cause: TcsqlCheckError | None

    @property
    def sentence(self) -> Sentence:
        """Which check, and how the request ended."""
        if self.cause is None:
            return Sentence("not started again", check=self.migration.sentence)
        return Sentence("start unknown", check=self.migration.sentence, cause=self.cause.sentence)


@dataclass(eq=False, repr=False)
class MigrationOverError(TcsqlCheckError):
    """The migration has gone on since its check: `status` is the API's `Status` of it."""

    migration: Migration
    status: int

    @property
    def sentence(self) -> Sentence:
        """Which migration, and its status."""
        meaning = Sentence(f"status {self.status}")
        return Sentence("migration over", check=self.migration.sentence, status=self.status, meaning=meaning)
