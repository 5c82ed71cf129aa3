"""The options of the commands, validated with the resource's own functions before the first query."""

import re
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click

from pulumi_tcsql_check.config import endpoints, validation
from pulumi_tcsql_check.config.check_inputs import CheckInputs
from pulumi_tcsql_check.config.language import VARIABLE
from pulumi_tcsql_check.errors import InvalidInputError
from pulumi_tcsql_check.languages.sentence import Sentence
from pulumi_tcsql_check.model.flow import Flow
from pulumi_tcsql_check.model.progress import Migration

Command = TypeVar("Command", bound=Callable[..., Any])

DEFAULT_TIMEOUT = f"{validation.DEFAULT_TIMEOUT_SECONDS:g}"
DEFAULT_POLL_INTERVAL = f"{validation.DEFAULT_POLL_INTERVAL_SECONDS:g}"


VERBOSE = click.option("-v", "--verbose", is_flag=True, help="Log each query and its outcome to stderr.")
ENDPOINT = click.option("--endpoint", metavar="URL", help="A bare host, or https://host[:port]. [default: Tencent's]")
REGION = click.option(
    "--region",
    metavar="NAME",
    envvar="TENCENTCLOUD_REGION",
    show_envvar=True,
    help='The region of the migrations, such as "ap-guangzhou".',
)
LANGUAGE = click.option(
    "--language",
    metavar="CODE",
    help=f"en or zh: the language of messages; logs, JSON and this help are English. [env var: {VARIABLE}]",
)


def with_common_options(command: Command, *, of_flow: bool = True) -> Command:
    """Add the options and the argument that commands about several checks share; `of_flow` is for `--flow-id`."""
    flow_id = click.option(
        "--flow-id", metavar="NUMBER", help="The FlowId of the start that must have succeeded as well."
    )
    for add in (
        VERBOSE,
        click.option("--json", "as_json", is_flag=True, help="Write JSON to stdout, and nothing else."),
        click.option(
            "--report",
            metavar="FILE",
            help="Write a report for a change ticket: Markdown, JUnit XML or JSON, by the ending .md, .xml or .json.",
        ),
        *([flow_id] if of_flow else []),
        click.option(
            "--failed-status",
            "failed_statuses",
            metavar="CODE",
            multiple=True,
            help='A raw step code that means "failed" in your account; may be given again.',
        ),
        ENDPOINT,
        REGION,
        LANGUAGE,
        click.argument("ids", nargs=-1, required=True, metavar="ID..."),
    ):
        command = add(command)
    return command


def with_wait_options(command: Command) -> Command:
    """Add the options of a wait."""
    for add in (
        click.option(
            "--poll-interval-seconds",
            metavar="SECONDS",
            help="The pause between two queries, "
            f"{validation.MIN_POLL_INTERVAL_SECONDS:g} to {validation.MAX_POLL_INTERVAL_SECONDS:g}. "
            f"[default: {DEFAULT_POLL_INTERVAL}]",
        ),
        click.option(
            "--timeout-seconds",
            metavar="SECONDS",
            help=f"The longest wait, more than 0. [default: {DEFAULT_TIMEOUT}]",
        ),
    ):
        command = add(command)
    return command


def check_inputs(  # noqa: PLR0913  # one for each option, by name
    ids: Sequence[str],
    *,
    region: str | None,
    endpoint: str | None,
    failed_statuses: Sequence[str],
    flow_id: str | None,
    timeout_seconds: str | None = None,
    poll_interval_seconds: str | None = None,
) -> CheckInputs:
    """Validate the options; raises `InvalidInputError` with the option's name as the user types it."""
    if region is None:
        raise InvalidInputError("--region", None, Sentence("given or variable", variable="TENCENTCLOUD_REGION"))
    where = validation.region(region, "--region")
    chosen = validation.endpoint(endpoint, "--endpoint") if endpoint is not None else None
    option = endpoints.option(chosen, where) if chosen is not None else ""
    migrations = tuple(Migration(number, where, option) for number in _numbers(ids))
    if flow_id is not None and len(migrations) > 1:
        raise InvalidInputError("--flow-id", _number(flow_id), Sentence("one id alone"))
    return CheckInputs(
        migrations=migrations,
        endpoint=chosen,
        failed_statuses=tuple(_code(text) for text in failed_statuses),
        flows=(Flow(validation.flow_id(_number(flow_id), "--flow-id")),) if flow_id is not None else (),
        timeout_seconds=validation.timeout_seconds(_seconds(timeout_seconds, DEFAULT_TIMEOUT), "--timeout-seconds"),
        poll_interval_seconds=validation.poll_interval_seconds(
            _seconds(poll_interval_seconds, DEFAULT_POLL_INTERVAL), "--poll-interval-seconds"
        ),
    )


def start_inputs(ids: Sequence[str], *, waits: bool, report: str | None, **options: Any) -> CheckInputs:  # noqa: ANN401  # as click gives them
    """Validate the options of `start` as `check_inputs` does; `waits` is whether it waits, as some options require."""
    for option, value in (
        ("--report", report),
        ("--timeout-seconds", options["timeout_seconds"]),
        ("--poll-interval-seconds", options["poll_interval_seconds"]),
        ("--failed-status", next(iter(options["failed_statuses"]), None)),
    ):
        if value is not None and not waits:
            raise InvalidInputError(option, value, Sentence("with wait alone"))
    return check_inputs(ids, flow_id=None, **options)


def _numbers(ids: Sequence[str]) -> list[int]:
    if len(ids) > validation.MAX_MIGRATIONS:
        raise InvalidInputError(
            Sentence("number of ids"), len(ids), Sentence("from to", most=validation.MAX_MIGRATIONS)
        )
    numbers: dict[int, None] = {}
    for text in ids:
        number = validation.migrate_id(text, "ID")
        if number in numbers:
            raise InvalidInputError("ID", number, Sentence("given once"))
        numbers[number] = None
    return list(numbers)


def _code(text: str) -> int:
    try:
        return validation.failed_statuses([_number(text)])[0]
    except InvalidInputError:
        raise InvalidInputError("--failed-status", _number(text), Sentence("failed status")) from None


def _number(text: str) -> int | str:
    """Parse a whole number; return other text unchanged, so that the validation rejects it."""
    return int(text) if re.fullmatch("-?[0-9]{1,19}", text) else text


def _seconds(text: str | None, default: str) -> float | str:
    text = default if text is None else text
    try:
        return float(text)
    except ValueError:
        return text
