"""The options of a command, validated with the resource's own functions before the first query."""

import re
from collections.abc import Sequence
from typing import Any

from pulumi_tcsql_check.config import validation
from pulumi_tcsql_check.config.check_inputs import CheckInputs
from pulumi_tcsql_check.errors import InvalidInputError
from pulumi_tcsql_check.languages.sentence import Sentence
from pulumi_tcsql_check.model.flow import Flow
from pulumi_tcsql_check.model.progress import Migration

DEFAULT_TIMEOUT = f"{validation.DEFAULT_TIMEOUT_SECONDS:g}"
DEFAULT_POLL_INTERVAL = f"{validation.DEFAULT_POLL_INTERVAL_SECONDS:g}"


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
    migrations = tuple(Migration(number, where) for number in _numbers(ids))
    if flow_id is not None and len(migrations) > 1:
        raise InvalidInputError("--flow-id", _number(flow_id), Sentence("one id alone"))
    return CheckInputs(
        migrations=migrations,
        endpoint=validation.endpoint(endpoint, "--endpoint") if endpoint is not None else None,
        failed_statuses=tuple(_code(text) for text in failed_statuses),
        flows=(Flow(validation.flow_id(_number(flow_id), "--flow-id")),) if flow_id is not None else (),
        timeout_seconds=validation.timeout_seconds(_seconds(timeout_seconds, DEFAULT_TIMEOUT), "--timeout-seconds"),
        poll_interval_seconds=validation.poll_interval_seconds(
            _seconds(poll_interval_seconds, DEFAULT_POLL_INTERVAL), "--poll-interval-seconds"
        ),
    )


def start_inputs(ids: Sequence[str], *, waits: bool, **options: Any) -> CheckInputs:  # noqa: ANN401  # as click gives them
    """Validate the options of `start` as `check_inputs` does; `waits` is whether it waits, as some options require."""
    for option, value in (
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
