"""The accounts of this process, one for each set of credentials and environment."""

import hashlib
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from pulumi_tcsql_check.clock import Clock
from pulumi_tcsql_check.config.provider_config import ProviderConfig
from pulumi_tcsql_check.config.stack_config import StackConfig
from pulumi_tcsql_check.credentials import chain, files, role_credentials
from pulumi_tcsql_check.credentials.account import Account
from pulumi_tcsql_check.model.credentials import Credentials, Source
from pulumi_tcsql_check.tencent.exchange import bound_seconds
from pulumi_tcsql_check.tencent.sts import TokenService

_PREFIXES = ("TENCENTCLOUD_", "TKE_")

_known: dict[object, Account] = {}
_lock = threading.Lock()


def of(  # noqa: PLR0913  # all that the account depends on
    asked: ProviderConfig,
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

        return chain.local_sources(asked, config, environ, home, read)

    found = chain.first(local(deadline))
    seen = tuple(sorted((name, environ[name]) for name in environ if name.startswith(_PREFIXES)))
    unseen = hashlib.sha256(repr(seen).encode()).digest()  # nobody needs to keep the secrets in it
    key = (asked, found, unseen, home, clock)
    with _lock:
        if key not in _known:
            _known[key] = _make(asked, local, dict(seen), clock)
        return _known[key]


def _make(
    asked: ProviderConfig,
    local: Callable[[float], Sequence[Source]],
    environ: Mapping[str, str],
    clock: Clock,
) -> Account:
    service = TokenService(clock)
    cam_role = asked.cam_role.value if asked.cam_role else None
    roles = role_credentials.sources(environ, cam_role, service, clock)

    def find(deadline: float) -> Credentials:
        return chain.find(asked, local(deadline), roles)

    return Account(find, asked, service, clock=clock)
