"""The account that a process queries as: finds, verifies, caches and renews its credentials.

All gates of a process share it.
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
"""How long before credentials expire new ones are fetched; at most a tenth of their lifetime."""

AGAIN_SECONDS = 10.0
"""The pause between two attempts to fetch new credentials while the old ones are still valid."""

_TURN_SECONDS = 0.1


class _Held(msgspec.Struct, frozen=True):
    """Credentials in use; `renew_at` is in seconds since 1970."""

    credentials: Credentials
    renew_at: float


class Account:
    """Finds credentials and caches them; thread-safe."""

    def __init__(
        self,
        find: Callable[[float], Credentials],
        asked: ProviderConfig,
        service: TokenService,
        *,
        clock: Clock,
        now: Callable[[], float] = time.time,
    ) -> None:
        """Prepare; nothing is read yet.

        `find` reads the sources until a deadline on the clock; `now` returns seconds since 1970, as the token service
        counts.
        """
        self._find = find
        self._asked = asked
        self._service = service
        self._clock = clock
        self._now = now
        self._lock = threading.Lock()
        self._held: _Held | None = None

    def current(self, deadline: float) -> Credentials:
        """Return the credentials, renewed if they are about to expire; `deadline` bounds each request and each file.

        Raises:
            CredentialsError: No source has credentials.
            AccountError: They belong to an account that is not allowed.
            ApiError: The token service did not respond, or refused.
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
        """Return newer credentials than the refused ones, or None if their source has none; errors as in `current`."""
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
        """Acquire the lock, or give up at the deadline or a cancel: its holder may wait for a response."""
        while not self._lock.acquire(timeout=_TURN_SECONDS):
            self._clock.check_cancelled()
            if self._clock.monotonic() >= deadline:
                raise TransientError(Sentence("credentials late"))

    def _fetch_or_keep(self, held: _Held | None, deadline: float) -> _Held:
        """Fetch new credentials; if that fails, keep those in use until they expire."""
        try:
            return self._prepare(self._find(deadline), deadline)
        except (ApiError, CredentialsError):
            if held is None or self._now() >= (held.credentials.expires_at or 0):
                raise
            return _Held(held.credentials, self._now() + AGAIN_SECONDS)

    def _prepare(self, found: Credentials, deadline: float) -> _Held:
        """Assume the roles, and verify the account."""
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
        """Refuse an account that is not allowed, before a query is sent with its credentials."""
        allowed, forbidden = self._asked.allowed, self._asked.forbidden
        if not allowed and not forbidden:
            return
        account_id = self._service.account_of(found, deadline)
        if allowed and account_id not in allowed:
            raise AccountError(account_id, found.sentence, f"{CONFIG_NAMESPACE}:allowedAccountIds", forbidden=False)
        if account_id in forbidden:
            raise AccountError(account_id, found.sentence, f"{CONFIG_NAMESPACE}:forbiddenAccountIds", forbidden=True)
