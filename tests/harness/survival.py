"""What the gate does in each fault: the README's table "What it survives", and what the tests of each fault expect."""

from dataclasses import dataclass

PASSES = "tries again, then passes"
ENDS = "ends at once"
TIMES_OUT = "tries again for up to 120 s"

EVERYTHING_AT_ONCE = ("up", "--yes", "--skip-preview", "--continue-on-error", "--parallel", "64")
"""An update with all gates at once, that goes on where one is refused."""

NO_ANSWER = "no response from the API"
THROTTLED = "throttled by the API"


@dataclass(frozen=True)
class Survival:
    """One fault.

    Attributes:
        scenario: The built-in scenario that plays it.
        fault: What happens, in the README's words.
        outcome: What the gate does.
        shows: What stands on the gate's row meanwhile, or in the sentence that it ends with.
        bound: What bounds each try, in the README's words, where that is not plain.
    """

    scenario: str
    fault: str
    outcome: str
    shows: str
    bound: str = ""

    @property
    def row(self) -> str:
        """Its row in the README."""
        outcome = f"{self.outcome}; {self.bound}" if self.bound else self.outcome
        return f"| {self.fault} | `{self.scenario}` | {outcome} | `{self.shows}` |"


TEN_SECONDS = "each try takes 10 s at most"
ONE_MIB = "1 MiB of it is read"

FAULTS = (
    Survival("refused", "connections are refused", PASSES, NO_ANSWER),
    Survival("reset", "connections are accepted and reset", PASSES, NO_ANSWER),
    Survival("silent", "connections are accepted, and nothing comes", PASSES, NO_ANSWER, TEN_SECONDS),
    Survival("trickled-headers", "headers come a byte a second", PASSES, NO_ANSWER, TEN_SECONDS),
    Survival("trickled-body", "a body comes a byte a second", PASSES, NO_ANSWER, TEN_SECONDS),
    Survival("cut-off", "the connection ends in mid-body", PASSES, NO_ANSWER),
    Survival("http-500", "HTTP 500", PASSES, NO_ANSWER),
    Survival("http-502", "HTTP 502", PASSES, NO_ANSWER),
    Survival("http-503", "HTTP 503", PASSES, NO_ANSWER),
    Survival("html", "a page under HTTP 200", PASSES, NO_ANSWER),
    Survival("empty", "an empty body", PASSES, NO_ANSWER),
    Survival("not-utf-8", "a body that is not UTF-8", PASSES, NO_ANSWER),
    Survival("wrong-shape", "JSON of another shape", PASSES, NO_ANSWER),
    Survival("huge", "a body of 50 MB", PASSES, NO_ANSWER, ONE_MIB),
    Survival("broken-gzip", "a body that is not the gzip it says", PASSES, NO_ANSWER),
    Survival("throttled", "`RequestLimitExceeded`", "tries again until the deadline, then passes", THROTTLED),
    Survival("internal-error", "`InternalError` for a while", PASSES, "the API says InternalError"),
    Survival("internal-error-forever", "`InternalError` for ever", TIMES_OUT, "answered InternalError: An internal"),
    Survival("redirect", "a redirect", ENDS, "answered with HTTP status 302, which is no response of the API"),
    Survival("wrong-type", "an error of the API under `text/html`", ENDS, "answered UnauthorizedOperation"),
    Survival("charset", "an error under `application/json; charset=utf-8`", ENDS, "answered AuthFailure"),
    Survival("clock-off", "`AuthFailure.SignatureExpire`", ENDS, "Set this machine's clock"),
    Survival("unauthorized", "`UnauthorizedOperation`", ENDS, "Allow the action sqlserver:QueryMigrationCheckProcess"),
    Survival("not-found", "`ResourceNotFound.DBNotFound`", ENDS, "Check migrate_id, region"),
    Survival("tls-untrusted", "TLS, a certificate that nobody trusts", TIMES_OUT, "its certificate was refused"),
    Survival("tls-wrong-name", "TLS, the certificate of another host", TIMES_OUT, "IP address mismatch"),
)
