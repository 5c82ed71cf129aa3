"""What came instead of an answer: one call's refusal, or that nobody could be reached."""

from pulumi_tcsql_check.errors.root import TcsqlCheckError
from pulumi_tcsql_check.messages import audience
from pulumi_tcsql_check.model.progress import Migration
from pulumi_tcsql_check.text import printable


class ApiError(TcsqlCheckError):
    """One call of the API brought no answer; never raised itself.

    Attributes:
        code: The API's own error code, or "" where it gave none.
        request_id: The API's number for the call, or "" where it gave none.
        kind: The problem in two or three words, for where there is no room; "" where it has none.
        took_seconds: How long the call went on, from its turn to this; 0 where it had none.
    """

    took_seconds = 0.0

    def __init__(self, problem: str, *, code: str = "", request_id: str = "", kind: str = "") -> None:
        """Say what happened, with what support needs to find the call."""
        self.code = code
        self.kind = kind
        self.request_id = request_id
        request = f" Request {printable(request_id, 64)}." if request_id else ""
        super().__init__(f"{problem}{request}")


class ThrottledError(ApiError):
    """The API refused the call because there were too many; it passes by itself."""


class NoTurnError(ThrottledError):
    """This process had no turn for the call in time, so that the API was not asked at all."""


class TransientError(ApiError):
    """There was no connection or no sensible answer; it may pass by itself."""


class OutageError(TransientError):
    """No call has brought an answer for longer than a wait puts up with.

    Attributes:
        migration: Which migration.
        last: The error of the last call.
    """

    def __init__(self, migration: Migration, outage_seconds: float, last: ApiError) -> None:
        """Say how long it has been, and why the last call failed."""
        self.migration = migration
        self.last = last
        super().__init__(
            f"{migration} could not be looked up for {outage_seconds:g} s: {last} "
            f"Run {audience.current().again} again once the API can be reached.",
            code=last.code,
        )


class NotYetFoundError(TransientError):
    """The API doesn't know an id that was just made, and may in a moment."""


class PermanentError(ApiError):
    """The API refused the call for a reason that asking again does not change."""


class UnanswerableError(PermanentError):
    """The API refused to answer about this one, and may answer about others."""


class NotFoundError(UnanswerableError):
    """The API knows no such thing."""
