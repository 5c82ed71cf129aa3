"""What the check itself said: that it has failed, or nothing final before the time was up."""

from collections.abc import Sequence

from pulumi_tcsql_check.errors.api import ApiError, NotYetFoundError
from pulumi_tcsql_check.errors.root import TcsqlCheckError
from pulumi_tcsql_check.messages import audience
from pulumi_tcsql_check.messages.next_step import start_command, up_again
from pulumi_tcsql_check.messages.step_list import step_list
from pulumi_tcsql_check.model.check_flag import CHECKED, CHECKING, CheckFlag, is_unexplained
from pulumi_tcsql_check.model.flow import Flow
from pulumi_tcsql_check.model.progress import Migration, Progress, StepDetail, title
from pulumi_tcsql_check.model.remedies import remedy_for
from pulumi_tcsql_check.text import printable

_STUCK = 0.5
"""Who has stood at a step for more than this share of the whole wait is probably not at work there."""


class CheckFailedError(TcsqlCheckError):
    """A step of the check has failed.

    Attributes:
        migration: Which migration.
        progress: The answer that showed it.
        steps: The failed steps, counted from 1.
        flow: The flow that had to succeed as well, if there was one.
        what: What the sentence says after the name: what failed, and what to look at.
    """

    def __init__(
        self, migration: Migration, progress: Progress, steps: Sequence[int], flow: Flow | None = None
    ) -> None:
        """Name the first failed step, count the others, and say what to look at and what to do."""
        self.migration = migration
        self.progress = progress
        self.flow = flow
        self.steps = tuple(steps)
        self.steps_seen = step_list(progress, steps)
        step = progress.steps[steps[0] - 1]
        others = f" and {len(steps) - 1} more" if len(steps) > 1 else ""
        self.what = f'failed at step {steps[0]} of {progress.total}, "{title(step.name)}"{others} {_said_of(step)}'
        super().__init__(
            f"{migration} {self.what} Fix the cause, start the check again (`{start_command(migration)}`), "
            f"then {up_again(flow)}. Request {printable(progress.request_id, 64)}."
        )


class FlagFailedError(TcsqlCheckError):
    """The API's own word on the check as a whole is that it has failed, whatever its steps say.

    Attributes:
        migration: Which migration.
        progress: The last answer about the steps; the current one is not known to be what failed.
        flag: The answer that said so.
        flow: The flow that had to succeed as well, if there was one.
        what: What the sentence says after the name: what failed, and what to look at.
    """

    def __init__(self, migration: Migration, progress: Progress, flag: CheckFlag, flow: Flow | None = None) -> None:
        """Say who says so, where the steps stand, what to look at there, and what to do."""
        self.migration = migration
        self.progress = progress
        self.flow = flow
        self.flag = flag
        self.steps_seen = step_list(progress)
        step = progress.steps[progress.current - 1]
        self.what = (
            f"failed: the API says so of the check as a whole (CheckFlag {flag.code}), which stands at "
            f'step {progress.current} of {progress.total}, "{title(step.name)}" {_said_of(step)}'
        )
        super().__init__(
            f"{migration} {self.what} Fix the cause, start the check again (`{start_command(migration)}`), "
            f"then {up_again(flow)}. Request {printable(flag.request_id, 64)}."
        )


class FlowFailedError(TcsqlCheckError):
    """The flow that the check runs in has failed, whatever the steps say.

    Attributes:
        migration: Which migration.
        flow: The flow, with the answer that showed it.
        progress: The last answer about the steps, if there was any.
        what: What the sentence says after the name: what failed.
    """

    def __init__(self, migration: Migration, flow: Flow, last_seen: str = "", progress: Progress | None = None) -> None:
        """Say what was seen of the steps, since the API gives no reason, and what to do."""
        self.migration = migration
        self.flow = flow
        self.progress = progress
        steps = f" (its steps were last seen at {last_seen})" if last_seen else ""
        self.what = f"failed: the API says that {flow} has failed, and not why{steps}."
        super().__init__(
            f"{migration} {self.what} Look at its steps in the console, fix the cause, start the check again "
            f"(`{start_command(migration)}`), then {up_again(flow)}. "
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
        flag: What the API said last of the check as a whole, if it was asked and told.
        unchanged_seconds: For how long the last answers had been the same.
        last_seen: What was seen last, in the words of the sentence.
        action: What to do, in a sentence.
    """

    def __init__(  # noqa: PLR0913, PLR0917  # all that is known at the end of a wait
        self,
        migration: Migration,
        timeout_seconds: float,
        last_seen: str,
        progress: Progress | None = None,
        trouble: ApiError | None = None,
        flow: Flow | None = None,
        flag: CheckFlag | None = None,
        unchanged_seconds: float = 0.0,
    ) -> None:
        """Say how long it waited, what it saw last and since when, what that looks like, and what to do."""
        self.migration = migration
        self.timeout_seconds = timeout_seconds
        self.progress = progress
        self.trouble = trouble
        self.flow = flow
        self.flag = flag
        self.unchanged_seconds = unchanged_seconds
        started = progress is not None and progress.status() != "not-started"
        self.steps_seen = step_list(progress) if progress is not None and started else ""
        pending = flow is not None and not flow.succeeded
        speaking = audience.current()
        action = f"Run {speaking.again} again to go on waiting, or raise {speaking.timeout}."
        where = looks = ""
        if isinstance(trouble, NotYetFoundError):
            action = f"Check migrate_id and region, or raise {speaking.timeout}."
        elif trouble is not None:
            action = f"Run {speaking.again} again once the API answers."
        elif progress is None or pending:
            pass
        elif progress.status() == "not-started":
            action = f"No step has started: start the check (`{start_command(migration)}`), then {up_again(flow)}."
        elif is_unexplained(progress):
            code = progress.steps[progress.current - 1].status
            where = f", with status {code}, for {unchanged_seconds:.0f} s"
            is_stuck = unchanged_seconds > timeout_seconds * _STUCK and (flag is None or flag.code != CHECKING)
            action, looks = (_teach(code), "") if is_stuck else (action, "It looks as if the step still runs. ")
        pending_words = f", and {flow} had not succeeded" if pending else ""
        self.action = action
        self.last_seen = f"{last_seen.rstrip('.')}{where}{pending_words}{_said_by(flag)}"
        request = f" Request {printable(progress.request_id, 64)}." if progress is not None else ""
        super().__init__(
            f"{migration} had not passed after {timeout_seconds:.10g} s ({speaking.timeout}); "
            f"last seen: {self.last_seen}. {looks}{action}{request}"
        )


def _teach(code: int) -> str:
    """Say what a code that nobody has explained may mean, and how to tell the gate."""
    speaking = audience.current()
    return (
        "It looks like a code that nobody has explained: look at the step in the console. If it has failed, teach the "
        f"gate that with {speaking.failed_status.format(code=code)}; if it runs, raise {speaking.timeout}."
    )


def _said_of(step: StepDetail) -> str:
    """Give a step's code, what the API says of it and what to look at: claimed of that step alone, and no cause."""
    said = f'; the API says "{printable(step.message)}"' if step.message else ""
    remedy = remedy_for(step.name)
    return f"(status {step.status}{said})." + (f" {remedy.sentence}" if remedy else "")


def _said_by(flag: CheckFlag | None) -> str:
    """Quote the API's last word on a check as a whole, if it has said one."""
    if flag is None or flag.code is None:
        return ""
    opens_nothing = ", which alone opens nothing" if flag.code == CHECKED else ""
    return f"; the API's last word on the check as a whole was {flag}{opens_nothing}"
