"""What a gate reports of its checks: a row while it waits, and a sentence in a preview and at the end."""

from collections.abc import Callable, Mapping, Sequence

from pulumi_tcsql_check.config.check_inputs import CheckInputs
from pulumi_tcsql_check.errors import CheckTimeoutError, GroupFailedError, GroupTimeoutError, TcsqlCheckError
from pulumi_tcsql_check.languages.sentence import Sentence
from pulumi_tcsql_check.messages.duration import span
from pulumi_tcsql_check.model.group import Tally, name_of, status_of
from pulumi_tcsql_check.polling.watch import Watch
from pulumi_tcsql_check.reading.rows import Board, place_for
from pulumi_tcsql_check.text import printable

HEARTBEAT_SECONDS = 20.0
"""After how long an unchanged line is repeated; not once per poll, since each line may go into a log."""

GROUP_SECONDS = 5.0
"""The shortest time between two lines of a group, since its numbers change with every response."""

COUNT_SECONDS = 5.0
"""How often the number of queried checks is shown."""


def words_of(watches: Sequence[Watch], inputs: CheckInputs) -> Sentence:
    """Describe the progress of checks that were queried once."""
    seen = watches[0].end
    if not inputs.is_group and seen is not None:
        return place_for(inputs.migrations[0], seen, inputs.failed_statuses).sentence
    return Tally([watch.member for watch in watches], inputs.failed_statuses).words()


def forecast_of(watches: Sequence[Watch], inputs: CheckInputs) -> Sentence | None:
    """Describe in a preview what the update will do; None if all checks have passed."""
    status = status_of(watch.status for watch in watches)
    if status == "passed":
        return None
    if status == "failed":
        return Sentence("will refuse", words=words_of(watches, inputs))
    return Sentence("will wait", words=words_of(watches, inputs), timeout=span(inputs.timeout_seconds))


def pass_after(watches: Sequence[Watch], seconds: float) -> Sentence:
    """Describe the pass of all checks after a wait; of a single one with the flow and the request that prove it."""
    checks, took = name_of([watch.migration for watch in watches]), span(seconds)
    seen = watches[0].end
    if len(watches) > 1 or seen is None:
        return Sentence("have passed", checks=checks, took=took)
    request = Sentence("request", request_id=printable(seen.progress.request_id, 64))
    proof = [seen.flow.sentence, request] if seen.flow is not None else [request]
    return Sentence("with cause", words=Sentence("has passed", checks=checks, took=took), cause=tuple(proof))


def dated(words: Sentence, started_at: str | None) -> Sentence:
    """Add when the check was started, if a start without triggers did that."""
    if started_at is None:
        return words
    return Sentence("and then", first=words, then=Sentence("started at", time=printable(started_at, 32)))


def row_of(watches: Sequence[Watch], inputs: CheckInputs, show: Callable[[Sentence], None]) -> Callable[[float], None]:
    """Return a callback that updates the row during the wait; its argument is an instant of the clock."""
    board = Board(watches, inputs.failed_statuses, inputs.timeout_seconds)
    pause = GROUP_SECONDS if len(watches) > 1 else 0.0
    shown: object = None
    shown_at = float("-inf")

    def update(now: float) -> None:
        nonlocal shown, shown_at
        if now - shown_at < pause and not all(watch.end is not None for watch in watches):
            return
        gist = board.gist(now)
        if gist != shown or now - shown_at >= HEARTBEAT_SECONDS:
            shown, shown_at = gist, now
            show(board.line(now))

    return update


def count_of(watches: Sequence[Watch], show: Callable[[Sentence], object]) -> Callable[[float], None]:
    """Return a callback that shows how many of several checks have been queried, if that is slow."""
    shown_at = watches[0].began

    def count(now: float) -> None:
        nonlocal shown_at
        if len(watches) > 1 and now - shown_at >= COUNT_SECONDS:
            shown_at = now
            done = sum(watch.end is not None for watch in watches)
            show(Sentence("queried of", count=done, total=len(watches)))

    return count


def error_of(watches: Sequence[Watch], errors: Mapping[Watch, TcsqlCheckError]) -> TcsqlCheckError:
    """Combine the errors of checks, at least one, into one error."""
    if len(watches) == 1:
        (error,) = errors.values()
        return error
    members = [watch.member for watch in watches]
    ended = {watch.migration: errors[watch] for watch in watches if watch in errors}
    times_up = {one: error for one, error in ended.items() if isinstance(error, CheckTimeoutError)}
    others = {one: error for one, error in ended.items() if one not in times_up}
    return GroupFailedError(members, others) if others else GroupTimeoutError(members, times_up)
