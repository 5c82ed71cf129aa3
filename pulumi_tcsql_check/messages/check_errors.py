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
from pulumi_tcsql_check.errors.codes import code_of
from pulumi_tcsql_check.languages.sentence import Sentence, Words
from pulumi_tcsql_check.messages.audience import Audience
from pulumi_tcsql_check.messages.commands import start_command
from pulumi_tcsql_check.messages.layout import Field, Text
from pulumi_tcsql_check.messages.next_step import fix_and_start, start_by_resource
from pulumi_tcsql_check.messages.step_list import step_list
from pulumi_tcsql_check.model.check_flag import CHECKED
from pulumi_tcsql_check.model.progress import StepDetail, place_of, title
from pulumi_tcsql_check.model.remedies import remedy_for
from pulumi_tcsql_check.text import printable


def failure(error: FailedError, audience: Audience) -> Text:
    """Return what failed, what to check, and the next step."""
    flow_input = audience.flow_id if error.flow is not None else ""
    return Text(
        error.sentence,
        _steps_of_failure(error),
        [
            *_what_to_look_at(error),
            fix_and_start(audience, error.migration, flow_input=flow_input),
            Field("code", code_of(error)),
            *request_field(_request_id(error)),
        ],
    )


def timeout(error: CheckTimeoutError, audience: Audience) -> Text:
    """Return how long the gate waited, its last response, what that suggests, and the next step."""
    started = error.progress is not None and error.progress.status() != "not-started"
    looks = [Field("looks", Sentence("step still runs"))] if error.unexplained and not error.looks_stuck else []
    words, commands = action_after(error, audience)
    return Text(
        error.sentence,
        step_list(error.progress) if error.progress is not None and started else (),
        [
            Field("seen", last_seen(error)),
            *looks,
            Field("then", words, commands),
            Field("code", code_of(error)),
            *request_field(error.progress.request_id if error.progress is not None else ""),
        ],
    )


def last_seen(error: CheckTimeoutError) -> Words:
    """Return where the check was at the deadline."""
    words: Words = Sentence("nothing seen")
    if error.trouble is not None:
        words = error.trouble.sentence
    elif error.progress is not None:
        words = place_of(error.progress, error.failed_statuses).sentence
    if error.unexplained is not None:
        words = Sentence("unchanged", words=words, status=error.unexplained, seconds=error.unchanged_seconds)
    if error.flow is not None and error.is_pending:
        words = Sentence("flow pending", words=words, flow=error.flow.sentence)
    if error.flag is not None and error.flag.code is not None:
        key = "flag that opens nothing" if error.flag.code == CHECKED else "last flag"
        words = Sentence(key, words=words, flag=error.flag.sentence)
    return words


def action_after(error: CheckTimeoutError, audience: Audience) -> tuple[Sentence, tuple[str, ...]]:
    """Return the next step for a check that had not passed at the deadline: words, and commands."""
    if isinstance(error.trouble, NotYetFoundError):
        return Sentence("check ids or wait longer", timeout=audience.timeout), ()
    if error.trouble is not None:
        return Sentence("run again once it responds"), (audience.again,)
    if error.never_started:
        return _start_and_run(error, audience)
    if error.unexplained is not None and error.looks_stuck:
        setting = audience.failed_status.format(code=error.unexplained)
        return Sentence("stuck step", status=error.unexplained, setting=setting, timeout=audience.timeout), ()
    return Sentence("wait longer", timeout=audience.timeout), (audience.again,)


def _start_and_run(error: CheckTimeoutError, audience: Audience) -> tuple[Sentence, tuple[str, ...]]:
    if audience.starts:
        return start_by_resource(audience, [error.migration])
    if audience.is_command:
        return Sentence("start and wait"), (start_command(error.migration, waits=True),)
    words = Sentence("start and run")
    if error.flow is not None:
        words = Sentence("start and run with flow", flow_id=audience.flow_id)
    return words, (start_command(error.migration), audience.again)


def request_field(request_id: str) -> list[Field]:
    """Return the request id for Tencent's support, if there is one."""
    return [Field("request", printable(request_id, 64))] if request_id else []


def _steps_of_failure(error: FailedError) -> Sequence[Words]:
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
    """Return the remedy of the first failed step, or of the current one, without naming a cause."""
    if isinstance(error, CheckFailedError):
        return _of_step(error.progress.steps[error.steps[0] - 1])
    if isinstance(error, FlagFailedError):
        number, total = error.progress.current, error.progress.total
        step = error.progress.steps[number - 1]
        return [
            Field("step", Sentence("stands at", number=number, total=total, step=title(step.name))),
            *_of_step(step),
        ]
    if isinstance(error, FlowFailedError) and error.progress is not None:
        states = error.progress.step_states(error.failed_statuses)
        if "failed" in states:
            return _of_step(error.progress.steps[states.index("failed")])
    return [Field("check", Sentence("no cause given"))]


def _of_step(step: StepDetail) -> list[Field]:
    remedy = remedy_for(step.name)
    fields = [Field("check", remedy.sentence)] if remedy else []
    return [*fields, Field("api", f'"{printable(step.message)}"')] if step.message else fields
