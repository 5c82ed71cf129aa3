"""What can go wrong, as a tree; each error carries facts, and `str(error)` is a short sentence made of them.

TcsqlCheckError                 the root, never raised itself
├── InvalidInputError           an input is outside its range
├── CredentialsError            no usable credentials were found
├── AccountError                the credentials are another account's than the configuration allows
├── CheckFailedError            a step of the check has failed
├── FlagFailedError             the API calls the check as a whole failed
├── FlowFailedError             the flow that the check runs in has failed
├── CheckTimeoutError           the deadline passed before the check did
├── GroupFailedError            some checks of a group have failed, or can't be looked up
├── GroupTimeoutError           the deadline passed before all checks of a group did
├── WaitCancelledError          the update was cancelled, or failed at another gate, while this one waited
└── ApiError                    one call of the API brought no answer
    ├── ThrottledError          too many requests; passes by itself
    │   └── NoTurnError         ... of this process, so that this one was not sent
    ├── TransientError          no connection, no sensible answer; may pass by itself
    │   ├── OutageError         ... and has not for too long
    │   └── NotYetFoundError    an id that was just made is not known yet
    └── PermanentError          asking again would not help
        ├── ExpiredTokenError   the temporary credentials have expired, and there are no newer ones
        └── UnanswerableError   ... about this one, while others may have an answer
            └── NotFoundError   there is no such thing

Each is loaded when it is first asked for: a program needs one of them.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pulumi_tcsql_check.errors.api import (
        ApiError,
        ExpiredTokenError,
        NotFoundError,
        NoTurnError,
        NotYetFoundError,
        OutageError,
        PermanentError,
        ThrottledError,
        TransientError,
        UnanswerableError,
    )
    from pulumi_tcsql_check.errors.check import (
        CheckFailedError,
        CheckTimeoutError,
        FlagFailedError,
        FlowFailedError,
    )
    from pulumi_tcsql_check.errors.group import GroupFailedError, GroupTimeoutError
    from pulumi_tcsql_check.errors.root import TcsqlCheckError, WaitCancelledError
    from pulumi_tcsql_check.errors.setup import AccountError, CredentialsError, InvalidInputError
else:
    from pulumi_tcsql_check import lazy_import

    _HOMES = {
        "AccountError": "setup",
        "ApiError": "api",
        "CheckFailedError": "check",
        "CheckTimeoutError": "check",
        "CredentialsError": "setup",
        "ExpiredTokenError": "api",
        "FlagFailedError": "check",
        "FlowFailedError": "check",
        "GroupFailedError": "group",
        "GroupTimeoutError": "group",
        "InvalidInputError": "setup",
        "NoTurnError": "api",
        "NotFoundError": "api",
        "NotYetFoundError": "api",
        "OutageError": "api",
        "PermanentError": "api",
        "TcsqlCheckError": "root",
        "ThrottledError": "api",
        "TransientError": "api",
        "UnanswerableError": "api",
        "WaitCancelledError": "root",
    }
    __getattr__, __dir__ = lazy_import.names(__name__, _HOMES)


__all__ = [
    "AccountError",
    "ApiError",
    "CheckFailedError",
    "CheckTimeoutError",
    "CredentialsError",
    "ExpiredTokenError",
    "FlagFailedError",
    "FlowFailedError",
    "GroupFailedError",
    "GroupTimeoutError",
    "InvalidInputError",
    "NoTurnError",
    "NotFoundError",
    "NotYetFoundError",
    "OutageError",
    "PermanentError",
    "TcsqlCheckError",
    "ThrottledError",
    "TransientError",
    "UnanswerableError",
    "WaitCancelledError",
]
