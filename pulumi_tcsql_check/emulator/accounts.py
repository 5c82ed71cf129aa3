"""The emulator's two accounts: each has a key pair of its own, and gives out temporary ones."""

import threading
import uuid

from pulumi_tcsql_check.emulator.clock import Clock
from pulumi_tcsql_check.emulator.keys import Keys

ACCOUNT_ID = "100000000001"
"""The account that every rehearsal asks as, unless it says otherwise."""

OTHER_ACCOUNT_ID = "100000000002"
"""Another account, in which the same numbers may name other migrations."""

OTHER_SECRET_ID = "AKIDemulator222222222222222222222222"  # noqa: S105 - a public constant that opens nothing
OTHER_SECRET_KEY = "emulator-other-key"  # noqa: S105 - a public constant that opens nothing

TEMPORARY_ID, TEMPORARY_KEY, TEMPORARY_TOKEN = "AKIDtemporary", "temporary-key-", "temporary-token-"
"""How temporary keys begin, so that whoever finds one where it doesn't belong knows what it is."""


class Account:
    """One account. Safe to use from many threads.

    Attributes:
        account_id: The account's number.
    """

    def __init__(self, account_id: str, keys: Keys, clock: Clock) -> None:
        """Begin with no temporary keys given out."""
        self.account_id = account_id
        self._clock = clock
        self._keys = {keys.secret_id: keys}
        self._lock = threading.Lock()

    def find(self, secret_id: str) -> Keys | None:
        """Return the keys of that name, if they are this account's."""
        with self._lock:
            return self._keys.get(secret_id)

    def give_out(self, seconds: int) -> Keys:
        """Make temporary keys.

        Args:
            seconds: How long they last.
        """
        name, key, token = (f"{kind}{uuid.uuid4().hex}" for kind in (TEMPORARY_ID, TEMPORARY_KEY, TEMPORARY_TOKEN))
        keys = Keys(name, key, token, int(self._clock.time()) + seconds)
        with self._lock:
            self._keys[keys.secret_id] = keys
        return keys
