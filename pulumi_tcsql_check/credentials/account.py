"""The account that a process queries as: finds, verifies, caches and renews its credentials.

All gates of a process with the same settings and environment share it.
"""

import hashlib
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec

from pulumi_tcsql_check.clock import Clock
from pulumi_tcsql_check.config import CONFIG_NAMESPACE
from pulumi_tcsql_check.config.provider_config import ProviderConfig
from pulumi_tcsql_check.config.stack_config import StackConfig
from pulumi_tcsql_check.credentials import chain, files, role_credentials
from pulumi_tcsql_check.credentials.pair import from_session
from pulumi_tcsql_check.errors import AccountError, ApiError, CredentialsError, TransientError
from pulumi_tcsql_check.languages.sentence import Sentence
from pulumi_tcsql_check.model.credentials import Caller, Credentials, Source
from pulumi_tcsql_check.tencent.exchange import bound_seconds
from pulumi_tcsql_check.tencent.sts import TokenService

EARLY_SECONDS = 300.0
"""How long before credentials expire new ones are fetched; at most a tenth of their lifetime."""

RETRY_SECONDS = 10.0
"""The pause between two attempts to fetch new credentials while the old ones are still valid."""

_LOCK_POLL_SECONDS = 0.1

_PREFIXES = ("TENCENTCLOUD_", "TKE_")

_accounts: dict[object, "Account"] = {}
_accounts_lock = threading.Lock()


class _Held(msgspec.Struct, frozen=True):
    """Credentials in use; `renew_at` is in seconds since 1970, and `account_id` is known if a setting needs it."""

    credentials: Credentials
    renew_at: float
    account_id: str | None = None


@dataclass(eq=False, repr=False)
class Account:
    """Finds credentials and caches them; thread-safe. Nothing is read before the first call.

    Attributes:
        find: Reads the sources until a deadline on the clock.
        now: Returns seconds since 1970, as the token service counts.
    """

    find: Callable[[float], Credentials]
    settings: ProviderConfig
    clock: Clock
    now: Callable[[], float] = time.time

    def __post_init__(self) -> None:
        """Start without credentials."""
        self._lock = threading.Lock()
        self._held: _Held | None = None

    @property
    def caller(self) -> Caller | None:
        """Who sends requests now; None before the first credentials are found."""
        held = self._held
        return held.credentials.caller(held.account_id) if held is not None else None

    def current(self, deadline: float) -> Credentials:
        """Return the credentials, renewed if they are about to expire; `deadline` bounds each request and each file.

        Raises:
            CredentialsError: No source has credentials.
            AccountError: They belong to an account that is not allowed.
            ApiError: The token service did not respond, or refused.
        """
        with self._locked(deadline):
            if self._held is None or self.now() >= self._held.renew_at:
                self._held = self._fetch_or_keep(self._held, deadline)
            return self._held.credentials

    def renew(self, refused: Credentials, deadline: float) -> Credentials | None:
        """Return newer credentials than the refused ones, or None if their source has none; errors as in `current`."""
        with self._locked(deadline):
            if self._held is None or self._held.credentials == refused:
                found = self.find(deadline)
                if found == refused and self.settings.role is None:
                    return None  # to ask whose they are would be refused as well, with another sentence
                self._held = self._prepare(found, deadline)
            newer = self._held.credentials
            return newer if newer != refused else None

    @contextmanager
    def _locked(self, deadline: float) -> Iterator[None]:
        """Hold the lock, or give up at the deadline or a cancel: its holder may wait for a response."""
        while not self._lock.acquire(timeout=_LOCK_POLL_SECONDS):
            self.clock.check_cancelled()
            if self.clock.monotonic() >= deadline:
                raise TransientError(Sentence("credentials late"))
        try:
            yield
        finally:
            self._lock.release()

    def _fetch_or_keep(self, held: _Held | None, deadline: float) -> _Held:
        """Fetch new credentials; if that fails, keep those in use until they expire."""
        try:
            return self._prepare(self.find(deadline), deadline)
        except (ApiError, CredentialsError):
            if held is None or self.now() >= (held.credentials.expires_at or 0):
                raise
            return _Held(held.credentials, self.now() + RETRY_SECONDS, held.account_id)

    def _prepare(self, found: Credentials, deadline: float) -> _Held:
        """Assume the roles, and verify the account."""
        service = TokenService(self.clock)
        account_id = None
        for role in (found.role, self.settings.role):
            if role is not None:
                session = service.assume_role(found, role, deadline)
                assumed = from_session(session, Sentence("source role", role=role.arn))
                if assumed is None:
                    raise CredentialsError(Sentence("nothing for role", role=role.arn))
                found, account_id = assumed, role.account_id
        account_id = self._verify(found, service, deadline) or account_id
        if found.expires_at is None:
            return _Held(found, float("inf"), account_id)
        left = found.expires_at - self.now()
        early = max(0.0, min(EARLY_SECONDS, left / 10))
        return _Held(found, max(found.expires_at - early, self.now() + min(RETRY_SECONDS, early)), account_id)

    def _verify(self, found: Credentials, service: TokenService, deadline: float) -> str | None:
        """Refuse an account that is not allowed, before a query is sent with its credentials.

        Returns the account; None if every account is allowed, since then no request is sent for it.
        """
        allowed, forbidden = self.settings.allowed, self.settings.forbidden
        if not allowed and not forbidden:
            return None
        account_id = service.account_of(found, deadline)
        if allowed and account_id not in allowed:
            raise AccountError(account_id, found.sentence, f"{CONFIG_NAMESPACE}:allowedAccountIds", forbidden=False)
        if account_id in forbidden:
            raise AccountError(account_id, found.sentence, f"{CONFIG_NAMESPACE}:forbiddenAccountIds", forbidden=True)
        return account_id


def shared_account(  # noqa: PLR0913  # all that the account depends on
    settings: ProviderConfig,
    config: StackConfig | None,
    environ: Mapping[str, str],
    home: Path,
    deadline: float,
    *,
    clock: Clock,
) -> Account:
    """Return the account for these credentials and this environment; all gates that find the same share it.

    A process may live long (Automation API): the next gate sees a file that has changed meanwhile.

    Raises:
        CredentialsError: A source on this machine is unusable.
        WaitCancelledError: The update was cancelled.
    """

    def local(until: float) -> Sequence[Source]:
        def read(path: Path) -> str | None:
            return files.read_bounded(path, bound_seconds(until - clock.monotonic()), clock.check_cancelled)

        return chain.local_sources(settings, config, environ, home, read)

    found = chain.first(local(deadline))
    seen = tuple(sorted((name, environ[name]) for name in environ if name.startswith(_PREFIXES)))
    unseen = hashlib.sha256(repr(seen).encode()).digest()  # keeps no secret
    cam_role = settings.cam_role.value if settings.cam_role else None
    roles = role_credentials.sources(dict(seen), cam_role, clock)
    account = Account(lambda until: chain.find(settings, local(until), roles), settings, clock)
    with _accounts_lock:
        return _accounts.setdefault((settings, found, unseen, home, clock), account)
