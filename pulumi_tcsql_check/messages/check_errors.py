"""The text of an error about one check."""

from collections.abc import Sequence

from pulumi_tcsql_check.errors import (
    CheckFailedError,
    CheckTimeoutError,
    FlagFailedError,
    FlowFailedError,
    NotYetFoundError,
)
from pulumi_tcsql_check.errors.check import FailedError
from pulumi_tcsql_check.messages.audience import Audience
from pulumi_tcsql_check.messages.codes import code_of
from pulumi_tcsql_check.messages.layout import Field, Text
from pulumi_tcsql_check.messages.next_step import fix_and_start, start_command
from pulumi_tcsql_check.messages.step_list import step_list
from pulumi_tcsql_check.model.check_flag import CHECKED, CheckFlag
from pulumi_tcsql_check.model.progress import StepDetail, headline, title
from pulumi_tcsql_check.model.remedies import remedy_for
from pulumi_tcsql_check.text import printable


def failure(error: FailedError, audience: Audience) -> Text:
    """Say what failed, what to look at, and what to do."""
    flow_ids = audience.flow_id if error.flow is not None else ""
    return Text(
        str(error),
        _steps_of_failure(error),
        [
            *_what_to_look_at(error),
            fix_and_start(audience, error.migration, flow_ids=flow_ids),
            Field("Code", code_of(error)),
            *request_field(_request_id(error)),
        ],
    )


def timeout(error: CheckTimeoutError, audience: Audience) -> Text:
    """Say how long the gate waited, what it saw last, what that looks like, and what to do."""
    started = error.progress is not None and error.progress.status() != "not-started"
    looks = [Field("Looks", "as if the step still runs")] if error.unexplained and not error.looks_stuck else []
    words, commands = action_after(error, audience)
    return Text(
        str(error),
        step_list(error.progress) if error.progress is not None and started else (),
        [
            Field("Seen", last_seen(error)),
            *looks,
            Field("Then", words, commands),
            Field("Code", code_of(error)),
            *request_field(error.progress.request_id if error.progress is not None else ""),
        ],
    )


def last_seen(error: CheckTimeoutError) -> str:
    """Say where the check stood when the time was up."""
    words = "nothing"
    if error.trouble is not None:
        words = str(error.trouble)
    elif error.progress is not None:
        words = headline(error.progress, error.failed_statuses)
    code = error.unexplained
    where = f", with status {code}, for {error.unchanged_seconds:.0f} s" if code is not None else ""
    pending = f", and {error.flow} had not succeeded" if error.is_pending else ""
    return f"{words.rstrip('.')}{where}{pending}{_last_word(error.flag)}"


def action_after(error: CheckTimeoutError, audience: Audience) -> tuple[str, tuple[str, ...]]:
    """Say what to do about a check that had not passed in time: words, and commands."""
    if isinstance(error.trouble, NotYetFoundError):
        return f"check migrate_id and region, or raise {audience.timeout}", ()
    if error.trouble is not None:
        return "once the API answers, run again:", (audience.again,)
    if error.never_started:
        new = f" with the new FlowId as {audience.flow_id}" if error.flow is not None else ""
        return f"start the check, then run again{new}:", (start_command(error.migration), audience.again)
    if error.unexplained is not None and error.looks_stuck:
        teach = audience.failed_status.format(code=error.unexplained)
        return (
            f"look at the step in the console: status {error.unexplained} is not documented. If it has failed, teach "
            f"the gate that with {teach}; if it runs, raise {audience.timeout}"
        ), ()
    return f"raise {audience.timeout}, or run again to go on waiting:", (audience.again,)


def request_field(request_id: str) -> list[Field]:
    """Return the id that support needs to find the request, if there is one."""
    return [Field("Request", printable(request_id, 64))] if request_id else []


def _steps_of_failure(error: FailedError) -> Sequence[str]:
    if error.progress is None:
        return ()
    if isinstance(error, FlowFailedError):
        return step_list(error.progress, failed_statuses=error.failed_statuses)
    return step_list(error.progress, error.steps if isinstance(error, CheckFailedError) else ())


def _request_id(error: FailedError) -> str:
    """Return the id of the request whose response shows the failure."""
    if isinstance(error, CheckFailedError):
        return error.progress.request_id
    if isinstance(error, FlagFailedError):
        return error.flag.request_id
    return error.flow.request_id if error.flow is not None else ""


def _what_to_look_at(error: FailedError) -> list[Field]:
    """Return what is known of the first failed step, or of the current one: of that step alone, and no cause."""
    if isinstance(error, CheckFailedError):
        return _of_step(error.progress.steps[error.steps[0] - 1])
    if isinstance(error, FlagFailedError):
        number, total = error.progress.current, error.progress.total
        step = error.progress.steps[number - 1]
        return [Field("Step", f"it stands at step {number} of {total}, {title(step.name)}"), *_of_step(step)]
    return [Field("Check", "the API doesn't say why; look at the steps in the console")]


def _of_step(step: StepDetail) -> list[Field]:
    remedy = remedy_for(step.name)
    fields = [Field("Check", remedy.sentence)] if remedy else []
    return [*fields, Field("API", f'"{printable(step.message)}"')] if step.message else fields


def _last_word(flag: CheckFlag | None) -> str:
    """Quote the API's last word on a check as a whole, if there is one."""
    if flag is None or flag.code is None:
        return ""
    opens_nothing = ", which alone opens nothing" if flag.code == CHECKED else ""
    return f"; the API's last word on the check as a whole was {flag}{opens_nothing}"
