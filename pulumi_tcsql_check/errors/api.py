"""Errors of an API call: no response, or a refusal."""

from collections.abc import Sequence

from pulumi_tcsql_check.errors.root import TcsqlCheckError
from pulumi_tcsql_check.languages.sentence import Sentence, Words
from pulumi_tcsql_check.model.flow import Flow
from pulumi_tcsql_check.model.group import name_of
from pulumi_tcsql_check.model.progress import Migration
from pulumi_tcsql_check.text import printable


class ApiError(TcsqlCheckError):
    """One API call failed; never raised itself.

    Attributes:
        problem: What happened.
        code: The API's error code, or "".
        request_id: The API's id of the request, or "".
        kind: The problem in a few words, or "".
        flow_id: The queried flow, if it was one.
        migrations: The checks of the read that the error ended, if known.
        took_seconds: How long the call took, from its turn to the error; 0 without a turn.
        was_sent: Whether the API may have received the request.
    """

    flow_id: int | None = None
    migrations: Sequence[Migration] = ()
    took_seconds = 0.0
    was_sent = False

    def __init__(self, problem: Words, *, code: str = "", request_id: str = "", kind: Words = "") -> None:
        """Store the attributes."""
        super().__init__(problem)
        self.problem = problem
        self.code = code
        self.kind = kind
        self.request_id = request_id

    @property
    def sentence(self) -> Words:
        """What happened, with the request id for Tencent's support."""
        words = self.problem
        if self.flow_id is not None:
            words = Sentence("about", subject=Flow(self.flow_id).sentence, words=words)
        if self.migrations:
            words = Sentence("about", subject=name_of(self.migrations), words=words)
        if self.request_id:
            words = Sentence("with request", words=words, request_id=printable(self.request_id, 64))
        return words


class ThrottledError(ApiError):
    """The API refused the call because of too many requests; transient."""


class NoTurnError(ThrottledError):
    """The call got no turn in time, and this process sent no request."""


class TransientError(ApiError):
    """There was no connection or no documented response; a retry may succeed."""


class OutageError(TransientError):
    """Every call about `migration` failed for `outage_seconds`, longer than a wait allows; `last` is the last error."""

    def __init__(self, migration: Migration, outage_seconds: float, last: ApiError) -> None:
        """Store the attributes."""
        self.migration = migration
        self.outage_seconds = outage_seconds
        self.last = last
        problem = Sentence("outage", check=migration.sentence, seconds=outage_seconds, last=last.sentence)
        super().__init__(problem, code=last.code)

    @property
    def sentence(self) -> Words:
        """What happened; the problem already names the migration."""
        return self.problem


class NotYetFoundError(TransientError):
    """The API doesn't know a new id yet."""


class PermanentError(ApiError):
    """The API refused the call; a retry doesn't help."""


class ExpiredTokenError(PermanentError):
    """The temporary credentials have expired, and their source has no newer ones."""


class UnanswerableError(PermanentError):
    """The API refused this query, but may accept it for other ids."""


class NotFoundError(UnanswerableError):
    """The API doesn't know the id; `asked_seconds` is how long a new id was queried, None for other ids."""

    asked_seconds: float | None = None

    @property
    def sentence(self) -> Words:
        """What happened, and how long a new id was queried."""
        if self.asked_seconds is None:
            return super().sentence
        return Sentence("not found for long", words=super().sentence, seconds=self.asked_seconds)
