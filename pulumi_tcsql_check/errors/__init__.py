"""What can go wrong, as a tree. An error carries facts; `str(error)` is a short sentence made of them.

::

    TcsqlCheckError                 the root, never raised itself
    ├── InvalidInputError           an input is outside its range
    ├── StaleInputError             an input is unknown, or not of this update
    ├── CredentialsError            there are no usable credentials
    ├── AccountError                the configuration doesn't allow the credentials' account
    ├── CheckFailedError            a step of the check has failed
    ├── FlagFailedError             the API reports the check as a whole as failed
    ├── FlowFailedError             the flow of the check has failed
    ├── CheckTimeoutError           the check had not passed at the deadline
    ├── GroupFailedError            checks of a group have failed, or their queries have
    ├── GroupTimeoutError           some checks of a group had not passed at the deadline
    ├── StartUnknownError           a request to start a check may have started it
    ├── MigrationOverError          the migration is past its check, which is not started
    ├── SomeNotStartedError         some checks of several got no flow
    ├── WaitCancelledError          the update was cancelled, or failed at another gate
    └── ApiError                    one API call failed
        ├── ThrottledError          too many requests; transient
        │   └── NoTurnError         ... in this process, which did not send this one
        ├── TransientError          no documented response; a retry may succeed
        │   ├── OutageError         ... and none has for too long
        │   └── NotYetFoundError    the API doesn't know a new id yet
        └── PermanentError          a retry doesn't help
            ├── ExpiredTokenError   the temporary credentials have expired
            └── UnanswerableError   ... for this query; others may succeed
                └── NotFoundError   the API doesn't know the id

Each type is imported at its first use.
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
    from pulumi_tcsql_check.errors.setup import AccountError, CredentialsError, InvalidInputError, StaleInputError
    from pulumi_tcsql_check.errors.start import MigrationOverError, SomeNotStartedError, StartUnknownError
else:
    from pulumi_tcsql_check import lazy_import

    _NAMES = {
        "root": ("TcsqlCheckError", "WaitCancelledError"),
        "setup": ("AccountError", "CredentialsError", "InvalidInputError", "StaleInputError"),
        "api": (
            *("ApiError", "ThrottledError", "NoTurnError", "TransientError", "OutageError", "NotYetFoundError"),
            *("PermanentError", "ExpiredTokenError", "UnanswerableError", "NotFoundError"),
        ),
        "check": ("CheckFailedError", "CheckTimeoutError", "FlagFailedError", "FlowFailedError"),
        "group": ("GroupFailedError", "GroupTimeoutError"),
        "start": ("MigrationOverError", "SomeNotStartedError", "StartUnknownError"),
    }
    _HOMES = {name: module for module, names in _NAMES.items() for name in names}
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
    "MigrationOverError",
    "NoTurnError",
    "NotFoundError",
    "NotYetFoundError",
    "OutageError",
    "PermanentError",
    "SomeNotStartedError",
    "StaleInputError",
    "StartUnknownError",
    "TcsqlCheckError",
    "ThrottledError",
    "TransientError",
    "UnanswerableError",
    "WaitCancelledError",
]
