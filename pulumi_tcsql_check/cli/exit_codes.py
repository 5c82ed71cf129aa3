"""The exit codes of the command, and which of them stands for which end. Pure."""

from collections.abc import Iterable

from pulumi_tcsql_check.errors import CheckTimeoutError
from pulumi_tcsql_check.errors.check import FailedError
from pulumi_tcsql_check.model.statuses import Status

PASSED = 0
FAILED = 1
USAGE = 2
NOT_PASSED = 3
TROUBLE = 4
INTERRUPTED = 130
TERMINATED = 143
"""The two last as shells know them: 128 and the number of the signal, SIGINT or SIGTERM."""

MEANINGS = {
    PASSED: "passed, all of them",
    FAILED: "failed, one at least",
    USAGE: "a wrong command line; nothing was asked",
    NOT_PASSED: "not passed yet, or not in time",
    TROUBLE: "no answer that counts: trouble with the API, the credentials, the installation, or the output of --json",
    INTERRUPTED: "interrupted",
    TERMINATED: "told to end (SIGTERM)",
}

_BY_WEIGHT = (FAILED, TROUBLE, NOT_PASSED, PASSED)
"""Which counts where several migrations end differently: the first that there is."""


def of_error(error: Exception) -> int:
    """Return the code of a check that ended with an error."""
    if isinstance(error, FailedError):
        return FAILED
    return NOT_PASSED if isinstance(error, CheckTimeoutError) else TROUBLE


def of_status(status: Status) -> int:
    """Return the code of a check that an answer shows."""
    return {"passed": PASSED, "failed": FAILED}.get(status, NOT_PASSED)


def of_all(codes: Iterable[int]) -> int:
    """Return the code of a command about several migrations: a failure counts before trouble, and a pass last."""
    return min(codes, key=_BY_WEIGHT.index)
