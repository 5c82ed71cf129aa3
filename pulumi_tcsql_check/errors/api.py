"""A call of the API that brought no response, or a refusal."""

from collections.abc import Sequence

from pulumi_tcsql_check.errors.root import TcsqlCheckError
from pulumi_tcsql_check.model.group import name_of
from pulumi_tcsql_check.model.progress import Migration
from pulumi_tcsql_check.text import printable


class ApiError(TcsqlCheckError):
    """One call of the API failed; never raised itself.

    Attributes:
        problem: What happened, as a sentence.
        code: The API's own error code; "" if it gave none.
        request_id: The API's id of the request; "" if it gave none.
        kind: The problem in two or three words, for where there is no room; "" if it has none.
        flow_id: The flow that was queried; None if it was something else.
        migrations: The checks of the read that the call ended; empty if they are not known.
        took_seconds: How long the call took, from its turn to the error; 0 if it had no turn.
    """

    flow_id: int | None = None
    migrations: Sequence[Migration] = ()
    took_seconds = 0.0

    def __init__(self, problem: str, *, code: str = "", request_id: str = "", kind: str = "") -> None:
        """Take the facts."""
        super().__init__(problem)
        self.problem = problem
        self.code = code
        self.kind = kind
        self.request_id = request_id

    def __str__(self) -> str:
        """Say what happened, with the id that support needs to find the request."""
        flow = f"flow {self.flow_id}: " if self.flow_id is not None else ""
        request = f" Request {printable(self.request_id, 64)}." if self.request_id else ""
        about = f"{name_of(self.migrations)}: " if self.migrations else ""
        return f"{about}{flow}{self.problem}{request}"


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
        super().__init__(f"{migration} could not be looked up for {outage_seconds:g} s: {last}", code=last.code)

    def __str__(self) -> str:
        """Say what happened; the problem names the migration already."""
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

    def __str__(self) -> str:
        """Say so, and for how long an id that may have been new was queried."""
        if self.asked_seconds is None:
            return super().__str__()
        asked = f"The number came from an output and may have been new, so it was asked for {self.asked_seconds:.0f} s."
        return f"{super().__str__()} {asked}"
