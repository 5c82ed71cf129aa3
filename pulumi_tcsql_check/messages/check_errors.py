"""The text of an error about one check."""

from pulumi_tcsql_check.errors import (
    CheckFailedError,
    CheckTimeoutError,
    FlagFailedError,
    FlowFailedError,
    NotYetFoundError,
)
from pulumi_tcsql_check.errors.check import FailedError
from pulumi_tcsql_check.messages.audience import Audience
from pulumi_tcsql_check.messages.next_step import run_again, start_command
from pulumi_tcsql_check.messages.step_list import step_list
from pulumi_tcsql_check.model.check_flag import CHECKED, CheckFlag
from pulumi_tcsql_check.model.progress import StepDetail, headline, title
from pulumi_tcsql_check.model.remedies import remedy_for
from pulumi_tcsql_check.text import printable


def failure(error: FailedError, audience: Audience) -> str:
    """Say what failed, what to look at, and what to do."""
    request_id = _request_id(error)
    look = "Look at its steps in the console, fix" if isinstance(error, FlowFailedError) else "Fix"
    return (
        f"{error.migration} {what_failed(error)} {look} the cause, start the check again "
        f"(`{start_command(error.migration)}`), then {run_again(audience, error.flow)}. "
        f"Request {printable(request_id, 64)}."
    )


def what_failed(error: FailedError) -> str:
    """Say what failed and what to look at, from the verb on."""
    if isinstance(error, CheckFailedError):
        total, (number, *others) = error.progress.total, error.steps
        step = error.progress.steps[number - 1]
        more = f" and {len(others)} more" if others else ""
        return f'failed at step {number} of {total}, "{title(step.name)}"{more} {_details(step)}'
    if isinstance(error, FlagFailedError):
        number, total = error.progress.current, error.progress.total
        step = error.progress.steps[number - 1]
        return (
            f"failed: the API says so of the check as a whole (CheckFlag {error.flag.code}), which stands at "
            f'step {number} of {total}, "{title(step.name)}" {_details(step)}'
        )
    where = ""
    if isinstance(error, FlowFailedError) and error.progress is not None:
        where = f" (its steps were last seen at {headline(error.progress, error.failed_statuses)})"
    return f"failed: the API says that {error.flow} has failed, and not why{where}."


def steps_of_failure(error: FailedError, _: Audience) -> str:
    """List the steps of a check that has failed; a flow's failure is not one of theirs."""
    if isinstance(error, FlowFailedError) or error.progress is None:
        return ""
    return step_list(error.progress, error.steps if isinstance(error, CheckFailedError) else ())


def timeout(error: CheckTimeoutError, audience: Audience) -> str:
    """Say how long the gate waited, what it saw last and since when, what that looks like, and what to do."""
    looks = "It looks as if the step still runs. " if error.unexplained is not None and not error.looks_stuck else ""
    request = f" Request {printable(error.progress.request_id, 64)}." if error.progress is not None else ""
    return (
        f"{error.migration} had not passed after {error.timeout_seconds:.10g} s ({audience.timeout}); "
        f"last seen: {last_seen(error)}. {looks}{action_after(error, audience)}{request}"
    )


def last_seen(error: CheckTimeoutError) -> str:
    """Say where the check stood when the time was up, without a full stop."""
    words = "nothing"
    if error.trouble is not None:
        words = str(error.trouble)
    elif error.progress is not None:
        words = headline(error.progress, error.failed_statuses)
    code = error.unexplained
    where = f", with status {code}, for {error.unchanged_seconds:.0f} s" if code is not None else ""
    pending = f", and {error.flow} had not succeeded" if error.is_pending else ""
    return f"{words.rstrip('.')}{where}{pending}{_last_word(error.flag)}"


def action_after(error: CheckTimeoutError, audience: Audience) -> str:
    """Say what to do about a check that had not passed in time."""
    if isinstance(error.trouble, NotYetFoundError):
        return f"Check migrate_id and region, or raise {audience.timeout}."
    if error.trouble is not None:
        return f"Run {audience.again} again once the API answers."
    if error.never_started:
        start = start_command(error.migration)
        return f"No step has started: start the check (`{start}`), then {run_again(audience, error.flow)}."
    if error.unexplained is not None and error.looks_stuck:
        return (
            "It looks like a code that nobody has explained: look at the step in the console. If it has failed, teach "
            f"the gate that with {audience.failed_status.format(code=error.unexplained)}; if it runs, raise "
            f"{audience.timeout}."
        )
    return f"Run {audience.again} again to go on waiting, or raise {audience.timeout}."


def steps_of_timeout(error: CheckTimeoutError, _: Audience) -> str:
    """List the steps of a check that was started."""
    if error.progress is None or error.progress.status() == "not-started":
        return ""
    return step_list(error.progress)


def _request_id(error: FailedError) -> str:
    """Return the id of the request whose response shows the failure."""
    if isinstance(error, CheckFailedError):
        return error.progress.request_id
    if isinstance(error, FlagFailedError):
        return error.flag.request_id
    return error.flow.request_id if error.flow is not None else ""


def _details(step: StepDetail) -> str:
    """Give a step's code, what the API says of it, and what to look at: of that step alone, and no cause."""
    message = f'; the API says "{printable(step.message)}"' if step.message else ""
    remedy = remedy_for(step.name)
    return f"(status {step.status}{message})." + (f" {remedy.sentence}" if remedy else "")


def _last_word(flag: CheckFlag | None) -> str:
    """Quote the API's last word on a check as a whole, if there is one."""
    if flag is None or flag.code is None:
        return ""
    opens_nothing = ", which alone opens nothing" if flag.code == CHECKED else ""
    return f"; the API's last word on the check as a whole was {flag}{opens_nothing}"
