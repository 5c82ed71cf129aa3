"""Errors of a start of one check or of several."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pulumi_tcsql_check.errors.root import TcsqlCheckError
from pulumi_tcsql_check.languages.sentence import Sentence
from pulumi_tcsql_check.model.flow import Flow
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
    """The migration is past its check, which is not started: `status` is the migration's `Status`."""

    migration: Migration
    status: int

    @property
    def sentence(self) -> Sentence:
        """Which migration, and its status."""
        meaning = Sentence(f"status {self.status}")
        return Sentence("migration over", check=self.migration.sentence, status=self.status, meaning=meaning)


@dataclass(eq=False, repr=False)
class SomeNotStartedError(TcsqlCheckError):
    """Some checks of several got no flow.

    Attributes:
        migrations: All checks, in the order given.
        flows: The flow of each check that was started.
        errors: The error of each other check that was tried.
        stop: The error that concerns all checks and ended the starts, if there is one; it is in `errors`, too.
    """

    migrations: Sequence[Migration]
    flows: Mapping[Migration, Flow]
    errors: Mapping[Migration, TcsqlCheckError]
    stop: TcsqlCheckError | None = None

    @property
    def sentence(self) -> Sentence:
        """How many checks got no flow."""
        total = len(self.migrations)
        return Sentence(
            "some not started", count=total - len(self.flows), total=total, region=self.migrations[0].region
        )

    @property
    def untried(self) -> list[Migration]:
        """The checks for which no request was sent."""
        return [one for one in self.migrations if one not in self.flows and one not in self.errors]
