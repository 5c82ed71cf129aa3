"""What a command is asked for: each option, validated with the resource's own functions before anything is asked.

A refusal names the option as it stands on the command line.
"""

import re
from collections.abc import Callable, Sequence
from typing import TypeVar

import msgspec

from pulumi_tcsql_check.config import validation
from pulumi_tcsql_check.errors import InvalidInputError
from pulumi_tcsql_check.model.endpoint import Endpoint
from pulumi_tcsql_check.model.flow import Flow
from pulumi_tcsql_check.model.progress import Migration

T = TypeVar("T")


class Request(msgspec.Struct, frozen=True):
    """One command's checks.

    Attributes:
        migrations: Which ones, each once.
        endpoint: Whom to ask, where it was given.
        failed_statuses: Raw codes that mean "failed" in this account.
        flow: The flow that must succeed as well; with one migration alone.
        timeout_seconds: The longest wait, in seconds.
        poll_interval_seconds: The pause between two queries about a check, in seconds.
    """

    migrations: tuple[Migration, ...]
    endpoint: Endpoint | None
    failed_statuses: tuple[int, ...]
    flow: Flow | None
    timeout_seconds: float = validation.DEFAULT_TIMEOUT_SECONDS
    poll_interval_seconds: float = validation.DEFAULT_POLL_INTERVAL_SECONDS


def make(  # noqa: PLR0913  # one for each option, by name
    ids: Sequence[str],
    *,
    region: str | None,
    endpoint: str | None,
    failed_statuses: Sequence[str],
    flow_id: str | None,
    timeout_seconds: str | None = None,
    poll_interval_seconds: str | None = None,
) -> Request:
    """Validate a command line, whose values are text or, where an option was left out, None.

    Raises:
        InvalidInputError: One is outside its range; the sentence names the option, the value, and what it may be.
    """
    if region is None:
        raise InvalidInputError("--region", None, "given, or set as TENCENTCLOUD_REGION")
    where = _as("--region", lambda: validation.region(region))
    migrations = tuple(Migration(number, where) for number in _numbers(ids))
    if flow_id is not None and len(migrations) > 1:
        raise InvalidInputError("--flow-id", _number(flow_id), "given with one ID alone: a flow is of one start")
    return Request(
        migrations=migrations,
        endpoint=validation.endpoint(endpoint, "--endpoint") if endpoint is not None else None,
        failed_statuses=tuple(_code(text) for text in failed_statuses),
        flow=Flow(validation.flow_id(_number(flow_id), "--flow-id")) if flow_id is not None else None,
        timeout_seconds=validation.DEFAULT_TIMEOUT_SECONDS
        if timeout_seconds is None
        else _as("--timeout-seconds", lambda: validation.timeout_seconds(_seconds(timeout_seconds))),
        poll_interval_seconds=validation.DEFAULT_POLL_INTERVAL_SECONDS
        if poll_interval_seconds is None
        else _as("--poll-interval-seconds", lambda: validation.poll_interval_seconds(_seconds(poll_interval_seconds))),
    )


def _numbers(ids: Sequence[str]) -> list[int]:
    if len(ids) > validation.MAX_MIGRATIONS:
        raise InvalidInputError("The number of IDs", len(ids), f"from 1 to {validation.MAX_MIGRATIONS}")
    numbers: dict[int, None] = {}
    for text in ids:
        number = validation.migrate_id(text, "ID")
        if number in numbers:
            raise InvalidInputError("ID", number, "given once; it is there twice")
        numbers[number] = None
    return list(numbers)


def _code(text: str) -> int:
    try:
        return validation.failed_statuses([_number(text)])[0]
    except InvalidInputError:
        allowed = "a whole number other than 0 (passed) and -2 (not started)"
        raise InvalidInputError("--failed-status", _number(text), allowed) from None


def _as(option: str, validate: Callable[[], T]) -> T:
    """Validate, and name the option in the sentence as it was typed."""
    try:
        return validate()
    except InvalidInputError as error:
        error.name = option
        raise


def _number(text: str) -> int | str:
    """Read a whole number; what is none is left for whoever validates it to refuse."""
    return int(text) if re.fullmatch("-?[0-9]{1,19}", text) else text


def _seconds(text: str) -> float | str:
    """Read a number of seconds; what is none is left for whoever validates it to refuse."""
    try:
        return float(text)
    except ValueError:
        return text
