"""The accounts of this process: one for each configuration, environment and files, shared by all its gates."""

import hashlib
import threading
from collections.abc import Mapping
from pathlib import Path

from pulumi_tcsql_check import credential_sources, host, role_credentials
from pulumi_tcsql_check.account import Account
from pulumi_tcsql_check.credentials import Credentials
from pulumi_tcsql_check.errors import WaitCancelledError
from pulumi_tcsql_check.gate import SystemClock
from pulumi_tcsql_check.provider_config import ProviderConfig
from pulumi_tcsql_check.stack_config import CONFIG_NAMESPACE, StackConfig
from pulumi_tcsql_check.sts import TokenService

_PREFIXES = ("TENCENTCLOUD_", "TKE_")
_KEYS = ("secretId", "secretKey", "securityToken")

_known: dict[object, Account] = {}
_lock = threading.Lock()


def of(asked: ProviderConfig, config: StackConfig, environ: Mapping[str, str], home: Path) -> Account:
    """Return the account that a gate asks as; the same one for the same configuration, environment and files.

    A process may live long (Automation API), and a file that was written anew meanwhile holds for the next gate.

    Args:
        asked: What the provider's keys say.
        config: The stack's configuration.
        environ: The provider process's environment.
        home: The user's home folder.
    """
    seen = tuple(sorted((name, environ[name]) for name in environ if name.startswith(_PREFIXES)))
    given = tuple(str(config.get(f"{CONFIG_NAMESPACE}:{name}")) for name in _KEYS)
    written = tuple(_content(path) for path in credential_sources.files(asked, home))
    unseen = hashlib.sha256(repr((given, seen, written)).encode()).digest()  # nobody needs to keep the secrets in it
    key = (asked, unseen, home)
    with _lock:
        if key not in _known:
            _known[key] = _make(asked, config, dict(seen), home)
        return _known[key]


def _content(path: Path) -> bytes | None:
    """Read a file; None where it can't be, of which whoever looks for credentials in it will tell."""
    try:
        return path.read_bytes()
    except (OSError, ValueError):
        return None


def _make(asked: ProviderConfig, config: StackConfig, environ: Mapping[str, str], home: Path) -> Account:
    clock = SystemClock(host.CANCELLED)
    service = TokenService(clock, host.CANCELLED)
    cam_role = asked.cam_role.value if asked.cam_role else None
    roles = role_credentials.sources(environ, cam_role, service, clock, raise_if_cancelled)

    def find() -> Credentials:
        return credential_sources.find(asked, config, environ, home, roles)

    return Account(find, asked, service, clock=clock, check_cancelled=raise_if_cancelled)


def raise_if_cancelled() -> None:
    """Raise when the update was cancelled."""
    if host.CANCELLED.is_set():
        raise WaitCancelledError
