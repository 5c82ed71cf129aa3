"""Who asks: finds credentials, makes sure of the account, keeps them while they last, and fetches them again.

One process asks as one account, so all its gates share one of these.
"""

import threading
import time
from collections.abc import Callable

import msgspec

from pulumi_tcsql_check.clock import Clock
from pulumi_tcsql_check.config.provider_config import ProviderConfig
from pulumi_tcsql_check.config.stack_config import CONFIG_NAMESPACE
from pulumi_tcsql_check.credentials.pair import from_session
from pulumi_tcsql_check.errors import AccountError, ApiError, CredentialsError, TransientError
from pulumi_tcsql_check.languages.sentence import Sentence
from pulumi_tcsql_check.model.credentials import Credentials
from pulumi_tcsql_check.model.role import Role
from pulumi_tcsql_check.tencent.sts import TokenService

EARLY_SECONDS = 300.0
"""How long before they run out new credentials are fetched; a tenth of their time where that is less."""

AGAIN_SECONDS = 10.0
"""How long after an attempt to fetch new ones, while the old ones still last, the next one begins."""

_TURN_SECONDS = 0.1


class _Held(msgspec.Struct, frozen=True):
    """Credentials in use, and when to look for new ones, in seconds since 1970."""

    credentials: Credentials
    renew_at: float


class Account:
    """Finds credentials and keeps them; any number of threads may use it."""

    def __init__(
        self,
        find: Callable[[float], Credentials],
        asked: ProviderConfig,
        service: TokenService,
        *,
        clock: Clock,
        now: Callable[[], float] = time.time,
    ) -> None:
        """Prepare; nothing is looked for yet.

        Args:
            find: Looks through the sources until an instant on the clock.
            asked: The role to assume, and the accounts that are allowed.
            service: The token service.
            clock: The time in which to await a turn while another thread looks.
            now: Tells the time in seconds since 1970, as the service counts.
        """
        self._find = find
        self._asked = asked
        self._service = service
        self._clock = clock
        self._now = now
        self._lock = threading.Lock()
        self._held: _Held | None = None

    def current(self, deadline: float) -> Credentials:
        """Return the credentials to ask with, fetched anew where the old ones are about to run out.

        Args:
            deadline: The instant, on the clock, that bounds each request and each file this takes.

        Raises:
            CredentialsError: There are none.
            AccountError: They are another account's.
            ApiError: The token service gave no answer, or refused.
        """
        self._take_turn(deadline)
        try:
            held = self._held
            if held is None or self._now() >= held.renew_at:
                held = self._held = self._fetch_or_keep(held, deadline)
            return held.credentials
        finally:
            self._lock.release()

    def renew(self, refused: Credentials, deadline: float) -> Credentials | None:
        """Return newer credentials than those that were refused, or None where their source has none.

        Args:
            refused: What was asked with.
            deadline: The instant, on the clock, that bounds each request and each file this takes.

        Raises:
            CredentialsError: There are none any more.
            AccountError: The new ones are another account's.
            ApiError: The token service gave no answer, or refused.
        """
        self._take_turn(deadline)
        try:
            if self._held is None or self._held.credentials == refused:
                found = self._find(deadline)
                if found == refused and self._asked.role is None:
                    return None  # to ask whose they are would be refused as well, with another sentence
                self._held = self._prepare(found, deadline)
            newer = self._held.credentials
            return newer if newer != refused else None
        finally:
            self._lock.release()

    def _take_turn(self, deadline: float) -> None:
        """Take the lock, unless the update is cancelled or time is up: whoever has it may be waiting for an answer."""
        while not self._lock.acquire(timeout=_TURN_SECONDS):
            self._clock.check_cancelled()
            if self._clock.monotonic() >= deadline:
                raise TransientError(Sentence("credentials late"))

    def _fetch_or_keep(self, held: _Held | None, deadline: float) -> _Held:
        """Fetch new credentials; those in use go on being used as long as they last."""
        try:
            return self._prepare(self._find(deadline), deadline)
        except (ApiError, CredentialsError):
            if held is None or self._now() >= (held.credentials.expires_at or 0):
                raise
            return _Held(held.credentials, self._now() + AGAIN_SECONDS)

    def _prepare(self, found: Credentials, deadline: float) -> _Held:
        """Make of what was found what to ask with: the roles assumed, the account made sure of."""
        for role in (found.role, self._asked.role):
            if role is not None:
                found = self._assume(found, role, deadline)
        self._verify(found, deadline)
        if found.expires_at is None:
            return _Held(found, float("inf"))
        left = found.expires_at - self._now()
        early = max(0.0, min(EARLY_SECONDS, left / 10))
        return _Held(found, max(found.expires_at - early, self._now() + min(AGAIN_SECONDS, early)))

    def _assume(self, who: Credentials, role: Role, deadline: float) -> Credentials:
        found = from_session(self._service.assume_role(who, role, deadline), Sentence("source role", role=role.arn))
        if found is None:
            raise CredentialsError(Sentence("nothing for role", role=role.arn))
        return found

    def _verify(self, found: Credentials, deadline: float) -> None:
        """Make sure of the account, before anything is asked as it."""
        allowed, forbidden = self._asked.allowed, self._asked.forbidden
        if not allowed and not forbidden:
            return
        account_id = self._service.account_of(found, deadline)
        if allowed and account_id not in allowed:
            raise AccountError(account_id, found.sentence, f"{CONFIG_NAMESPACE}:allowedAccountIds", forbidden=False)
        if account_id in forbidden:
            raise AccountError(account_id, found.sentence, f"{CONFIG_NAMESPACE}:forbiddenAccountIds", forbidden=True)
