"""What can go wrong, as a tree; each error is one sentence for the screen, with its facts as attributes.

TcsqlCheckError                 the root, never raised itself
├── InvalidInputError           an input is outside its range
├── CredentialsError            no usable credentials were found
├── AccountError                the credentials are another account's than the configuration allows
├── CheckFailedError            a step of the check has failed
├── FlowFailedError             the flow that the check runs in has failed
├── CheckTimeoutError           the deadline passed before the check did
├── WaitCancelledError          the update was cancelled while the gate waited
└── ApiError                    one call of the API brought no answer
    ├── ThrottledError          too many requests; passes by itself
    ├── TransientError          no connection, no sensible answer; may pass by itself
    │   ├── OutageError         ... and has not for too long
    │   └── NotYetFoundError    an id that was just made is not known yet
    └── PermanentError          asking again would not help
        └── NotFoundError       there is no such thing
"""

from collections.abc import Sequence

from pulumi_tcsql_check.flow import Flow
from pulumi_tcsql_check.progress import Migration, Progress, printable
from pulumi_tcsql_check.remedies import remedy_for


class TcsqlCheckError(Exception):
    """The root of everything this package raises."""


class InvalidInputError(TcsqlCheckError, ValueError):
    """An input is outside its range.

    Attributes:
        name: The input's name.
        value: What was given.
    """

    def __init__(self, name: str, value: object, allowed: str) -> None:
        """Say which input it is, what it was, and what it may be."""
        self.name = name
        self.value = value
        super().__init__(f"{name} is {_shown(value)}, but must be {allowed}.")


def _shown(value: object) -> str:
    try:
        return printable(repr(value), 80)
    except ValueError:  # Python refuses to write out a number of thousands of digits
        return "a number far too large"


class CredentialsError(TcsqlCheckError):
    """No usable credentials were found.

    Attributes:
        tried: The sources that were looked at, in order.
    """

    def __init__(self, problem: str, tried: Sequence[str] = ()) -> None:
        """Say what is missing and where it was looked for."""
        self.tried = tuple(tried)
        looked = f" Tried, in this order: {'; '.join(tried)}." if tried else ""
        super().__init__(f"{problem}{looked}")


class AccountError(TcsqlCheckError):
    """The credentials are another account's than the configuration allows.

    Attributes:
        account_id: Whose they are.
    """

    def __init__(self, account_id: str, credentials: object, key: str, *, forbidden: bool) -> None:
        """Say whose they are, and which key keeps them from being used."""
        self.account_id = account_id
        rule = "forbids" if forbidden else "does not list"
        super().__init__(
            f"The credentials {credentials} belong to account {account_id}, which {key} {rule}; nothing was asked with "
            "them about the migration. Use those of an allowed account, then run `pulumi up` again."
        )


class CheckFailedError(TcsqlCheckError):
    """A step of the check has failed.

    Attributes:
        migration: Which migration.
        progress: The answer that showed it.
        steps: The failed steps, counted from 1.
    """

    def __init__(
        self, migration: Migration, progress: Progress, steps: Sequence[int], flow: Flow | None = None
    ) -> None:
        """Name the first failed step, count the others, and say what to look at and what to do."""
        self.migration = migration
        self.progress = progress
        self.steps = tuple(steps)
        step = progress.steps[steps[0] - 1]
        others = f" and {len(steps) - 1} more" if len(steps) > 1 else ""
        said = f'; the API says "{printable(step.message)}"' if step.message else ""
        remedy = remedy_for(step.name)
        look = f" {remedy.sentence}" if remedy else ""
        super().__init__(
            f'{migration} failed at step {steps[0]} of {progress.total}, "{printable(step.name)}"{others} '
            f"(status {step.status}{said}).{look} Fix the cause, "
            f"start the check again (`{start_command(migration)}`), "
            f"then {_up_again(flow)}. Request {printable(progress.request_id, 64)}."
        )


class FlowFailedError(TcsqlCheckError):
    """The flow that the check runs in has failed, whatever the steps say.

    Attributes:
        migration: Which migration.
        flow: The flow, with the answer that showed it.
        progress: The last answer about the steps, if there was any.
    """

    def __init__(self, migration: Migration, flow: Flow, last_seen: str = "", progress: Progress | None = None) -> None:
        """Say what was seen of the steps, since the API gives no reason, and what to do."""
        self.migration = migration
        self.flow = flow
        self.progress = progress
        steps = f" (its steps were last seen at {last_seen})" if last_seen else ""
        super().__init__(
            f"{migration} failed: the API says that {flow} has failed, and not why{steps}. Look at its steps in the "
            f"console, fix the cause, start the check again (`{start_command(migration)}`), then {_up_again(flow)}. "
            f"Request {printable(flow.request_id, 64)}."
        )


class CheckTimeoutError(TcsqlCheckError):
    """The deadline passed before the check did.

    Attributes:
        migration: Which migration.
        timeout_seconds: How long the gate waited, in seconds.
        progress: The last answer, if there was any.
        trouble: The error of the last call, if it brought no answer.
        flow: The flow that had to succeed as well, if there was one, with its last answer.
    """

    def __init__(  # noqa: PLR0913, PLR0917  # all that is known at the end of a wait
        self,
        migration: Migration,
        timeout_seconds: float,
        last_seen: str,
        progress: Progress | None = None,
        trouble: "ApiError | None" = None,
        flow: Flow | None = None,
    ) -> None:
        """Say how long it waited, what it saw last, and what to do."""
        self.migration = migration
        self.timeout_seconds = timeout_seconds
        self.progress = progress
        self.trouble = trouble
        self.flow = flow
        pending = flow is not None and not flow.succeeded
        last_seen = last_seen.rstrip(".") + (f", and {flow} had not succeeded" if pending else "")
        action = "Run `pulumi up` again to go on waiting, or raise timeout_seconds."
        if isinstance(trouble, NotYetFoundError):
            action = "Check migrate_id and region, or raise timeout_seconds."
        elif trouble is not None:
            action = "Run `pulumi up` again once the API answers."
        elif progress is not None and progress.status() == "not-started" and not pending:
            action = f"No step has started: start the check (`{start_command(migration)}`), then {_up_again(flow)}."
        request = f" Request {printable(progress.request_id, 64)}." if progress is not None else ""
        super().__init__(
            f"{migration} had not passed after {timeout_seconds:.10g} s (timeout_seconds); "
            f"last seen: {last_seen}. {action}{request}"
        )


class WaitCancelledError(TcsqlCheckError):
    """The update was cancelled while the gate waited."""

    def __init__(self) -> None:
        """Say that nothing behind the gate has changed."""
        super().__init__(
            "The wait for the migration check was cancelled; nothing behind the gate was changed. "
            "Run `pulumi up` again to wait for it anew."
        )


class ApiError(TcsqlCheckError):
    """One call of the API brought no answer; never raised itself.

    Attributes:
        code: The API's own error code, or "" where it gave none.
        request_id: The API's number for the call, or "" where it gave none.
    """

    def __init__(self, problem: str, *, code: str = "", request_id: str = "") -> None:
        """Say what happened, with what support needs to find the call."""
        self.code = code
        self.request_id = request_id
        request = f" Request {printable(request_id, 64)}." if request_id else ""
        super().__init__(f"{problem}{request}")


class ThrottledError(ApiError):
    """The API refused the call because there were too many; it passes by itself."""


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
            "Run `pulumi up` again once the API can be reached.",
            code=last.code,
        )


class NotYetFoundError(TransientError):
    """The API doesn't know an id that was just made, and may in a moment."""


class PermanentError(ApiError):
    """The API refused the call for a reason that asking again does not change."""


class NotFoundError(PermanentError):
    """The API knows no such thing."""


def start_command(migration: Migration) -> str:
    """Give the shell command that starts the check of a migration anew."""
    return f"tccli sqlserver StartMigrationCheck --MigrateId {migration.migrate_id} --region {migration.region}"


def _up_again(flow: Flow | None) -> str:
    """Say how to try again: a flow is of one start alone, so that the next one has another number."""
    return "run `pulumi up` again" + (" with the new FlowId as flow_id" if flow is not None else "")
