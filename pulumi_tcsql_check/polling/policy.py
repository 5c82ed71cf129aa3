"""How long to wait for a check, and how often to poll it."""

import msgspec


class PollPolicy(msgspec.Struct, frozen=True):
    """How long to wait for a check, and how often to poll it.

    Attributes:
        failed_statuses: Raw status codes that count as failed.
        migrate_id_is_new: Whether the API may not know the migration yet.
        once: Whether any response ends the wait. `timeout_seconds` then bounds the retries of each call, from the start
            of its first attempt: the wait for its turn under the rate limit is not counted.
        retries: Whether a call that failed with a transient error is retried when `once` is set.
    """

    timeout_seconds: float
    interval_seconds: float
    failed_statuses: tuple[int, ...] = ()
    migrate_id_is_new: bool = False
    once: bool = False
    retries: bool = True
