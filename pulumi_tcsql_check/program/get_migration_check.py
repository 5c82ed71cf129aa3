"""Queries a check once from the program's own process, without a gate; the first query loads the SDK."""

import asyncio
import contextvars
import functools
import threading
import warnings
from collections.abc import Mapping, Sequence
from typing import Any, cast

import pulumi

from pulumi_tcsql_check import daemon_thread
from pulumi_tcsql_check.config.stack_config import Stack
from pulumi_tcsql_check.errors import InvalidInputError, TcsqlCheckError
from pulumi_tcsql_check.languages.sentence import Sentence
from pulumi_tcsql_check.messages.audience import PROGRAM
from pulumi_tcsql_check.messages.layout import Text
from pulumi_tcsql_check.messages.next_step import not_loaded
from pulumi_tcsql_check.program import refusal, shutdown
from pulumi_tcsql_check.program.results import MigrationCheckResult, Step
from pulumi_tcsql_check.program.stack import default_region, in_unit_test, stack_language

TOKEN = "tcsql:index:getMigrationCheck"  # noqa: S105  # the name of a function
"""The token of the call that a unit test mocks."""

_NEVER_CANCELLED = threading.Event()


class QueryError(TcsqlCheckError, pulumi.RunError):
    """A query failed; Pulumi prints the text without a traceback."""

    def __init__(self, text: Text, line: Sentence) -> None:
        """Add the user's line to the headline, in the stack's language."""
        headline = Sentence("at line", words=text.headline, line=line)
        super().__init__(text._replace(headline=headline).render(stack_language()))


def get_migration_check(
    migrate_id: int | str,
    region: str | None = None,
    *,
    endpoint: str | None = None,
    failed_statuses: Sequence[int] = (),
) -> MigrationCheckResult:
    """Query a migration check once, and return its current result.

    This is not a gate: it holds nothing, doesn't wait for the check to finish, and returns a failed check as a result.
    To hold resources until the check has passed, use `MigrationCheck`. The program's own process sends the query on
    every preview and up, with the credentials and to the endpoint that a gate uses. It retries transient errors for at
    most 10 seconds. Under `pulumi.runtime.set_mocks`, the mock's `call` returns the result for the token
    `tcsql:index:getMigrationCheck`.

    Example:
        Export the current step::

            seen = get_migration_check(1066, "ap-guangzhou")
            pulumi.export("step", f"{seen.current}/{seen.total}")

    Args:
        migrate_id: The migration's number (`MigrateId`), from 1; digits as text are accepted.
        region: The migration's region; by default the stack's `tencentcloud:region`, then `TENCENTCLOUD_REGION`.
        endpoint: A bare host, `https://host[:port]`, or `http://` for a loopback address; by default the stack's
            `tcsql-check:endpoint`, then Tencent's host for the region.
        failed_statuses: Raw step codes that mean "failed" in your account; none by default.

    Raises:
        InvalidInputError: A value is outside its range, or is an output; also a `pulumi.RunError`.
        pulumi.RunError: There was no response, or the API refused the request.
    """
    line = refusal.users_line()
    refusal.accept_language()
    given = _given(migrate_id, region, endpoint, failed_statuses)
    for name, value in given.items():
        if not refusal.is_plain(value):
            allowed = Sentence("plain value", function="get_migration_check_output")
            raise refusal.InputError(InvalidInputError(name, type(value).__name__, allowed))
        refusal.accept(name, value, to_be_known=False)
    if in_unit_test():
        return _from_mocks(given)
    shutdown.prepare()
    _load(line)
    return _query(given, line)


def get_migration_check_output(
    migrate_id: pulumi.Input[int | str],
    region: pulumi.Input[str] | None = None,
    *,
    endpoint: pulumi.Input[str] | None = None,
    failed_statuses: pulumi.Input[Sequence[int]] = (),
) -> pulumi.Output[MigrationCheckResult]:
    """Query a migration check once, as `get_migration_check` does, as soon as all inputs are known.

    This is not a gate either: resources that depend on the result wait for the query, but not for a pass. While an
    input is unknown, as in the preview that would create the migration, no query is sent and the result is unknown.

    Example:
        Export the status of a migration whose number is an output::

            number = pulumi.Output.from_input(1066)
            seen = get_migration_check_output(number, "ap-guangzhou")
            pulumi.export("status", seen.status)

    Args:
        migrate_id: The migration's number (`MigrateId`), from 1; digits as text are accepted.
        region: The migration's region; by default the stack's `tencentcloud:region`, then `TENCENTCLOUD_REGION`.
        endpoint: A bare host, `https://host[:port]`, or `http://` for a loopback address; by default the stack's
            `tcsql-check:endpoint`, then Tencent's host for the region.
        failed_statuses: Raw step codes that mean "failed" in your account; none by default.

    Raises:
        InvalidInputError: A plain value is outside its range. Other errors end the program with a `pulumi.RunError`.
    """
    line = refusal.users_line()
    refusal.accept_language()
    mocked = in_unit_test()
    given = _given(migrate_id, region, endpoint, failed_statuses)
    needed = {name: refusal.accept(name, value, to_be_known=False) for name, value in given.items()}
    if not mocked:
        shutdown.prepare()

    async def query(known: Mapping[str, Any]) -> MigrationCheckResult:
        if mocked:
            return _from_mocks(known)
        _load(line)
        send = functools.partial(contextvars.copy_context().run, _query, known, line)
        return await asyncio.wrap_future(daemon_thread.begin(send, "tcsql-check-query"))  # the event loop continues

    return pulumi.Output.all(**needed).apply(query)


def _given(migrate_id: object, region: object, endpoint: object, failed_statuses: object) -> dict[str, Any]:
    return {
        "migrate_id": migrate_id,
        "region": region if region is not None else default_region(),
        "endpoint": endpoint,
        "failed_statuses": list(failed_statuses) if isinstance(failed_statuses, tuple) else failed_statuses,
    }


def _from_mocks(given: Mapping[str, Any]) -> MigrationCheckResult:
    answer = pulumi.runtime.invoke(TOKEN, dict(given), typ=MigrationCheckResult)
    return cast("MigrationCheckResult", answer.value)


def _load(line: Sentence) -> None:
    try:
        with warnings.catch_warnings():  # the SDK changes the program's own filters when it is imported
            from pulumi_tcsql_check.reading import reader  # noqa: F401, PLC0415  # loads the SDK
    except ImportError as error:
        raise QueryError(Text(Sentence("not queried", why=not_loaded(error, PROGRAM))), line) from error


class _Screen:
    def show(self, text: Sentence | Text) -> None:
        """Show nothing: there is no row."""

    note = show

    def warn(self, text: Text) -> None:
        pulumi.log.warn(text.render(stack_language()))


def _query(given: Mapping[str, Any], line: Sentence) -> MigrationCheckResult:
    """Send the query, and add the user's line to every error."""
    from pulumi_tcsql_check.reading import reader  # noqa: PLC0415  # loaded by `_load`

    # Not `pulumi.Config`: there a variable named PULUMI_CONFIG_... may set a key that the stack doesn't.
    config = dict(pulumi.runtime.config.CONFIG.get())
    stack = Stack(config, pulumi.get_project(), tuple(config))
    try:
        seen = reader.read({**given, "wait": False}, stack, _Screen(), _NEVER_CANCELLED)
    except InvalidInputError as error:
        raise refusal.InputError(error, line) from None
    except TcsqlCheckError as error:
        from pulumi_tcsql_check.messages.errors import text_of  # noqa: PLC0415  # as above

        raise QueryError(text_of(error, PROGRAM), line) from error
    except Exception as error:
        raise QueryError(Text(Sentence("query failed", error=type(error).__name__)), line) from error
    seen["steps"] = [Step(**step) for step in seen["steps"]]
    return MigrationCheckResult(**{name: seen[name] for name in MigrationCheckResult.__annotations__})
