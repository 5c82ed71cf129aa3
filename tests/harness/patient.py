"""A caller that is as patient as a wait is, for as long as one call fails in passing."""

from collections.abc import Callable
from typing import TypeVar

from pulumi_tcsql_check.clock import Clock
from pulumi_tcsql_check.errors import ApiError, ThrottledError, TransientError
from pulumi_tcsql_check.polling.backoff import Patience

T = TypeVar("T")


def until_answered(
    call: Callable[[], T],
    *,
    deadline: float,
    clock: Clock,
    on_trouble: Callable[[ApiError], None],
) -> T:
    """Call until there is an answer.

    Args:
        call: One attempt.
        deadline: The instant, on the clock, after which no further attempt begins.
        clock: The time to live in.
        on_trouble: Told of each error that is followed by another attempt.

    Raises:
        ThrottledError: The last attempt, at the deadline, was throttled.
        TransientError: The same, or the outage has lasted longer than `OUTAGE_SECONDS`.
        PermanentError: At once, on the attempt that raised it.
    """
    patience = Patience(deadline)
    while True:
        try:
            return call()
        except (ThrottledError, TransientError) as error:
            pause = patience.pause(error, clock.monotonic())
            if pause is None:
                raise
            on_trouble(error)
        clock.sleep(max(0.0, min(pause, deadline - clock.monotonic())))
