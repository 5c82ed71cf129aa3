"""Cases for faults of the API: what the gate does in each. The documentation's tables of faults are made of them."""

from dataclasses import dataclass

PASSES = "tries again, then passes"
ENDS = "ends at once"
TIMES_OUT = "tries again for up to 120 s"

EVERYTHING_AT_ONCE = ("up", "--yes", "--skip-preview", "--continue-on-error", "--parallel", "64")
"""An update that runs all gates at once, and continues after a refusal."""

NO_ANSWER = "no response from the API"
THROTTLED = "throttled by the API"
INTERNAL_ERROR = "answered InternalError: An internal error occurred"
ALLOW = "Allow the action sqlserver:QueryMigrationCheckProcess"


@dataclass(frozen=True)
class FaultCase:
    """A fault that the emulator plays, and the gate's behavior.

    Attributes:
        scenario: The emulator's built-in scenario.
        fault: Its description in the documentation.
        outcome: What the gate does.
        shows: Text on the gate's row while it waits, or in the error that ends it.
        bound: The bound of each attempt, if the documentation needs one.
    """

    scenario: str
    fault: str
    outcome: str
    shows: str
    bound: str = ""

    @property
    def row(self) -> tuple[str, str, str, str]:
        """The cells of its row in the documentation."""
        outcome = f"{self.outcome}; {self.bound}" if self.bound else self.outcome
        return (self.fault, f"`{self.scenario}`", outcome, f"`{self.shows}`")


TEN_SECONDS = "each attempt takes 10 s at most"
ONE_MIB = "1 MiB of it is read"

FAULTS_BY_GROUP = {
    "connection": (
        FaultCase("refused", "connections are refused", PASSES, NO_ANSWER),
        FaultCase("reset", "connections are accepted and reset", PASSES, NO_ANSWER),
        FaultCase("silent", "connections are accepted, and nothing comes", PASSES, NO_ANSWER, TEN_SECONDS),
        FaultCase("trickled-headers", "headers come a byte a second", PASSES, NO_ANSWER, TEN_SECONDS),
        FaultCase("trickled-body", "a body comes a byte a second", PASSES, NO_ANSWER, TEN_SECONDS),
        FaultCase("cut-off", "the connection ends in mid-body", PASSES, NO_ANSWER),
    ),
    "http": (
        FaultCase("http-500", "HTTP 500", PASSES, NO_ANSWER),
        FaultCase("http-502", "HTTP 502", PASSES, NO_ANSWER),
        FaultCase("http-503", "HTTP 503", PASSES, NO_ANSWER),
        FaultCase("redirect", "a redirect", ENDS, "answered with HTTP status 302, which is no response of the API"),
    ),
    "body": (
        FaultCase("html", "a page under HTTP 200", PASSES, NO_ANSWER),
        FaultCase("empty", "an empty body", PASSES, NO_ANSWER),
        FaultCase("not-utf-8", "a body that is not UTF-8", PASSES, NO_ANSWER),
        FaultCase("wrong-shape", "JSON of another shape", PASSES, NO_ANSWER),
        FaultCase("huge", "a body of 50 MB", PASSES, NO_ANSWER, ONE_MIB),
        FaultCase("broken-gzip", "a body that is declared as gzip and is not", PASSES, NO_ANSWER),
    ),
    "api": (
        FaultCase("throttled", "`RequestLimitExceeded`", "tries again until the deadline, then passes", THROTTLED),
        FaultCase("internal-error", "`InternalError` for a while", PASSES, "the API says InternalError"),
        FaultCase("internal-error-forever", "`InternalError` without end", TIMES_OUT, INTERNAL_ERROR),
        FaultCase("wrong-type", "an error of the API under `text/html`", ENDS, "answered UnauthorizedOperation"),
        FaultCase("charset", "an error under `application/json; charset=utf-8`", ENDS, "answered AuthFailure"),
        FaultCase("clock-off", "`AuthFailure.SignatureExpire`", ENDS, "Set this machine's clock"),
        FaultCase("unauthorized", "`UnauthorizedOperation`", ENDS, ALLOW),
        FaultCase("not-found", "`ResourceNotFound.DBNotFound`", ENDS, "Check MigrateId, the region"),
    ),
    "tls": (
        FaultCase("tls-untrusted", "a certificate that no client trusts", TIMES_OUT, "its certificate was refused"),
        FaultCase("tls-wrong-name", "the certificate of another host", TIMES_OUT, "IP address mismatch"),
    ),
}  # fmt: skip

FAULTS = tuple(case for group in FAULTS_BY_GROUP.values() for case in group)
