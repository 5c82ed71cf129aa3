"""A call of the API that brought no response, or a refusal."""

from collections.abc import Sequence

from pulumi_tcsql_check.errors.root import TcsqlCheckError
from pulumi_tcsql_check.languages.sentence import Sentence, Words
from pulumi_tcsql_check.model.flow import Flow
from pulumi_tcsql_check.model.group import name_of
from pulumi_tcsql_check.model.progress import Migration
from pulumi_tcsql_check.text import printable


class ApiError(TcsqlCheckError):
    """One call of the API failed; never raised itself.

    Attributes:
        problem: What happened.
        code: The API's own error code; "" if it gave none.
        request_id: The API's id of the request; "" if it gave none.
        kind: The problem in a few words, for where there is no room; "" if it has none.
        flow_id: The flow that was queried; None if it was something else.
        migrations: The checks of the read that the call ended; empty if they are not known.
        took_seconds: How long the call took, from its turn to the error; 0 if it had no turn.
    """

    flow_id: int | None = None
    migrations: Sequence[Migration] = ()
    took_seconds = 0.0

    def __init__(self, problem: Words, *, code: str = "", request_id: str = "", kind: Words = "") -> None:
        """Take the facts."""
        super().__init__(problem)
        self.problem = problem
        self.code = code
        self.kind = kind
        self.request_id = request_id

    @property
    def sentence(self) -> Words:
        """What happened, with the id that support needs to find the request."""
        words = self.problem
        if self.flow_id is not None:
            words = Sentence("about", subject=Flow(self.flow_id).sentence, words=words)
        if self.migrations:
            words = Sentence("about", subject=name_of(self.migrations), words=words)
        if self.request_id:
            words = Sentence("with request", words=words, request_id=printable(self.request_id, 64))
        return words


class ThrottledError(ApiError):
    """The API refused the call because there were too many; this passes by itself."""


class NoTurnError(ThrottledError):
    """The call got no turn in this process in time, so that no request was sent."""


class TransientError(ApiError):
    """There was no connection or no documented response; this may pass by itself."""


class OutageError(TransientError):
    """No call has succeeded for longer than a wait allows.

    Attributes:
        migration: Which migration.
        outage_seconds: How long, in seconds.
        last: The error of the last call.
    """

    def __init__(self, migration: Migration, outage_seconds: float, last: ApiError) -> None:
        """Take the facts."""
        self.migration = migration
        self.outage_seconds = outage_seconds
        self.last = last
        problem = Sentence("outage", check=migration.sentence, seconds=outage_seconds, last=last.sentence)
        super().__init__(problem, code=last.code)

    @property
    def sentence(self) -> Words:
        """What happened; the problem names the migration already."""
        return self.problem


class NotYetFoundError(TransientError):
    """The API doesn't know an id that was just made, and may know it in a moment."""


class PermanentError(ApiError):
    """The API refused the call for a reason that a repetition doesn't change."""


class ExpiredTokenError(PermanentError):
    """The temporary credentials have expired, and their source has no newer ones."""


class UnanswerableError(PermanentError):
    """The API refused the query for this one, and may answer it for others."""


class NotFoundError(UnanswerableError):
    """The API knows no such thing.

    Attributes:
        asked_seconds: For how long an id that may have been new was queried; None for any other id.
    """

    asked_seconds: float | None = None

    @property
    def sentence(self) -> Words:
        """What happened, and for how long an id that may have been new was queried."""
        if self.asked_seconds is None:
            return super().sentence
        return Sentence("not found for long", words=super().sentence, seconds=self.asked_seconds)
