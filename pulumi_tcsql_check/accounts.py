"""The accounts of this process: one for each environment and what is found in it, shared by all its gates."""

import hashlib
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from pulumi_tcsql_check import bounded_file, credential_sources, host, role_credentials
from pulumi_tcsql_check.account import Account
from pulumi_tcsql_check.credentials import Credentials, Source
from pulumi_tcsql_check.errors import WaitCancelledError
from pulumi_tcsql_check.exchange import bound_seconds
from pulumi_tcsql_check.gate import SystemClock
from pulumi_tcsql_check.provider_config import ProviderConfig
from pulumi_tcsql_check.stack_config import StackConfig
from pulumi_tcsql_check.sts import TokenService

_PREFIXES = ("TENCENTCLOUD_", "TKE_")

_known: dict[object, Account] = {}
_lock = threading.Lock()


def of(asked: ProviderConfig, config: StackConfig, environ: Mapping[str, str], home: Path, deadline: float) -> Account:
    """Return the account that a gate asks as; the same one for the same credentials and environment.

    A process may live long (Automation API), and a file that was written anew meanwhile holds for the next gate.

    Args:
        asked: What the provider's keys say.
        config: The stack's configuration.
        environ: The provider process's environment.
        home: The user's home folder.
        deadline: The instant, on the machine's monotonic clock, that bounds the read of each file.

    Raises:
        CredentialsError: A source on this machine is unusable.
        WaitCancelledError: The update was cancelled.
    """
    clock = SystemClock(host.CANCELLED)

    def local(until: float) -> Sequence[Source]:
        def read(path: Path) -> str | None:
            return bounded_file.read(path, bound_seconds(until - clock.monotonic()), raise_if_cancelled)

        return credential_sources.local_sources(asked, config, environ, home, read)

    found = credential_sources.first(local(deadline))
    seen = tuple(sorted((name, environ[name]) for name in environ if name.startswith(_PREFIXES)))
    unseen = hashlib.sha256(repr(seen).encode()).digest()  # nobody needs to keep the secrets in it
    key = (asked, found, unseen, home)
    with _lock:
        if key not in _known:
            _known[key] = _make(asked, local, dict(seen), clock)
        return _known[key]


def _make(
    asked: ProviderConfig, local: Callable[[float], Sequence[Source]], environ: Mapping[str, str], clock: SystemClock
) -> Account:
    service = TokenService(clock, host.CANCELLED)
    cam_role = asked.cam_role.value if asked.cam_role else None
    roles = role_credentials.sources(environ, cam_role, service, clock, raise_if_cancelled)

    def find(deadline: float) -> Credentials:
        return credential_sources.find(asked, local(deadline), roles)

    return Account(find, asked, service, clock=clock, check_cancelled=raise_if_cancelled)


def raise_if_cancelled() -> None:
    """Raise when the update was cancelled."""
    if host.CANCELLED.is_set():
        raise WaitCancelledError
