"""How long to wait for a check, and how often to ask."""

import msgspec


class PollPolicy(msgspec.Struct, frozen=True):
    """How long to wait in all, and how often to ask, in seconds.

    Attributes:
        failed_statuses: Raw codes that mean "failed".
        migrate_id_is_new: Whether the API may not know the migration yet.
        once: Whether any answer will do, so that there is no wait for the verdict. Then `timeout_seconds` is for how
            long a call that failed in passing is repeated, counted from its turn: the turn itself may take any time.
        tries_again: Whether a call that failed in passing is repeated.
    """

    timeout_seconds: float
    interval_seconds: float
    failed_statuses: tuple[int, ...] = ()
    migrate_id_is_new: bool = False
    once: bool = False
    tries_again: bool = True
