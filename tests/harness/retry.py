"""A retry loop around one call, with the package's backoff."""

from collections.abc import Callable
from typing import TypeVar

from pulumi_tcsql_check.clock import Clock
from pulumi_tcsql_check.errors import ApiError, ThrottledError, TransientError
from pulumi_tcsql_check.polling.backoff import Backoff

T = TypeVar("T")


def call_with_retries(
    call: Callable[[], T],
    *,
    deadline: float,
    clock: Clock,
    on_trouble: Callable[[ApiError], None],
) -> T:
    """Call until one attempt succeeds; `on_trouble` gets each error that is followed by another attempt.

    No attempt starts after the deadline, an instant on the clock.

    Raises:
        ThrottledError: The last attempt, at the deadline, was throttled.
        TransientError: The same, or the outage has lasted longer than `OUTAGE_SECONDS`.
        PermanentError: At once, on the attempt that raised it.
    """
    backoff = Backoff(deadline)
    while True:
        try:
            return call()
        except (ThrottledError, TransientError) as error:
            pause = backoff.pause(error, clock.monotonic())
            if pause is None:
                raise
            on_trouble(error)
        clock.sleep(max(0.0, min(pause, deadline - clock.monotonic())))
