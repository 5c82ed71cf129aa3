"""What a gate says of its checks: of one in words of its own, of a group in numbers."""

from collections.abc import Callable, Mapping, Sequence

from pulumi_tcsql_check.config.check_inputs import CheckInputs
from pulumi_tcsql_check.errors import CheckTimeoutError, GroupFailedError, GroupTimeoutError, TcsqlCheckError
from pulumi_tcsql_check.model.flow import Evidence
from pulumi_tcsql_check.model.group import Member, Tally, status_of
from pulumi_tcsql_check.polling.watch import Watch
from pulumi_tcsql_check.reading.group_row import WaveLine
from pulumi_tcsql_check.reading.row import StatusLine, forecast, words_for

COUNT_SECONDS = 5.0
"""How often it is told how many have been looked at."""


def words_of(seen: Sequence[Evidence | None], inputs: CheckInputs) -> str:
    """Say where the checks are; None is one of which nothing is known."""
    known = seen[0]
    if not inputs.is_group and known is not None:
        return words_for(inputs.migrations[0], known, inputs.failed_statuses)
    return Tally(_members(seen, inputs), inputs.failed_statuses).words()


def forecast_of(seen: Sequence[Evidence], inputs: CheckInputs) -> str:
    """Say in a preview what the update will do about checks that have not passed; nothing if all have."""
    status = status_of(one.status(inputs.failed_statuses) for one in seen)
    return forecast(words_of(seen, inputs), status, inputs.timeout_seconds)


def row_of(watches: Sequence[Watch], inputs: CheckInputs, show: Callable[[str], None]) -> Callable[[float], None]:
    """Make what keeps the row up to date while the checks are waited for; it is told the instant, on the clock."""
    began = watches[0].began
    if inputs.is_group:
        wave = WaveLine(show, watches, inputs.timeout_seconds, inputs.failed_statuses)
        return lambda now: wave.update(now - began)
    line = StatusLine(show, inputs.migrations[0], inputs.timeout_seconds, inputs.failed_statuses)
    return lambda now: line.update(watches[0].seen(now))


def count_of(watches: Sequence[Watch], show: Callable[[str], object]) -> Callable[[float], None]:
    """Make what shows how many of several checks have been looked at, where that takes longer than a moment."""
    shown_at = watches[0].began

    def tell(now: float) -> None:
        nonlocal shown_at
        if len(watches) > 1 and now - shown_at >= COUNT_SECONDS:
            shown_at = now
            show(f"{sum(watch.end is not None for watch in watches)} of {len(watches)} looked at")

    return tell


def error_of(watches: Sequence[Watch], errors: Mapping[Watch, TcsqlCheckError]) -> TcsqlCheckError:
    """Make one error of those that checks ended with.

    Args:
        watches: All checks.
        errors: What those ended with that have not passed, at least one.
    """
    if len(watches) == 1:
        (error,) = errors.values()
        return error
    members = [watch.member for watch in watches]
    ended = {watch.migration: errors[watch] for watch in watches if watch in errors}
    times_up = {one: error for one, error in ended.items() if isinstance(error, CheckTimeoutError)}
    others = {one: error for one, error in ended.items() if one not in times_up}
    return GroupFailedError(members, others) if others else GroupTimeoutError(members, times_up)


def _members(seen: Sequence[Evidence | None], inputs: CheckInputs) -> list[Member]:
    return [
        Member(migration, known.progress, known.status(inputs.failed_statuses))
        if known is not None
        else Member(migration, None, "unknown")
        for migration, known in zip(inputs.migrations, seen, strict=True)
    ]
