"""A running emulator: routes the requests of one port to the APIs of two accounts, and logs them."""

import contextlib
import re
import ssl
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Self, final

import msgspec

from pulumi_tcsql_check.emulator.accounts import ACCOUNT_ID, OTHER_ACCOUNT_ID, OTHER_KEYS, Account, Keys
from pulumi_tcsql_check.emulator.clock import Clock
from pulumi_tcsql_check.emulator.loading import ScenarioError, load
from pulumi_tcsql_check.emulator.scenario import Scenario
from pulumi_tcsql_check.emulator.sockets import Server
from pulumi_tcsql_check.emulator.sqlserver import Api
from pulumi_tcsql_check.emulator.sts import Metadata, TokenService
from pulumi_tcsql_check.emulator.wire import Reply, Request

DEFAULT_HOST = "127.0.0.1"

_SECRET_ID = re.compile(r"Credential=([^/,\s]+)/", re.ASCII)


class Services:
    """The APIs of two accounts, STS and an instance's metadata."""

    def __init__(self, scenario: Scenario, other: Scenario, keys: Keys, clock: Clock) -> None:
        """Set up both accounts; `keys` are the first one's, `other` is the scenario of the second."""
        first = Account(ACCOUNT_ID, keys, clock)
        second = Account(OTHER_ACCOUNT_ID, OTHER_KEYS, clock)
        self._apis = (Api(scenario, first, clock), Api(other, second, clock))
        self._token_service = TokenService((first, second), clock)
        self._metadata = Metadata(first)

    def reply(self, request: Request) -> tuple[Reply, str | None]:
        """Return the reply, and the id of the account whose keys the request names, if it names any."""
        if self._metadata.serves(request):
            return self._metadata.reply(request), None
        named = _SECRET_ID.search(request.headers.get("authorization", ""))
        owner = next((api for api in self._apis if named and named[1] in api.account.keys), None)
        account_id = owner.account.account_id if owner else None
        if self._token_service.serves(request):
            return self._token_service.reply(request), account_id
        return (owner or self._apis[0]).reply(request), account_id


def log_line(request: Request, outcome: str, account: str | None, now: float) -> bytes:
    """Return a line of JSON without secrets; an action, region or id that isn't a plain name or number is null."""
    entry = {
        "time": datetime.fromtimestamp(now, UTC).isoformat(timespec="milliseconds"),
        "action": request.name("x-tc-action"),
        "migrate_id": request.number("MigrateId"),
        "flow_id": request.number("FlowId"),
        "region": request.name("x-tc-region"),
        "account": account,
        "outcome": outcome,
    }
    return msgspec.json.encode(entry) + b"\n"


@final
class Emulator:
    """A local endpoint that speaks the API of TencentDB for SQL Server; it serves requests inside a `with` block."""

    def __init__(  # noqa: PLR0913 - all are optional, and all but the first are given by name
        self,
        scenario: Scenario | str | Path = "pass",
        *,
        host: str = DEFAULT_HOST,
        port: int = 0,
        keys: Keys | None = None,
        clock: Clock | None = None,
        request_log: Path | None = None,
        other_scenario: Scenario | str | Path | None = None,
        authority: Path | None = None,
    ) -> None:
        """Take the port and open the log; serve no request yet.

        Args:
            scenario: A scenario, the name of a built-in one, or the path of a file.
            host: The address to listen on.
            port: The port to listen on, 0 to 65535; 0 takes a free one.
            keys: The keys that clients must sign with; by default the public dummies.
            clock: The clock to read; by default this machine's.
            request_log: A file to which each request appends one line of JSON.
            other_scenario: The second account's scenario; by default the same, played on its own.
            authority: Where to write the certificate of the authority behind a scenario's TLS, for clients to trust.

        Raises:
            ScenarioError: The scenario can't be played; under TLS it needs `trustme`.
            OSError: The port is taken, or the file can't be opened.
        """
        self.scenario = _load(scenario)
        other = self.scenario if other_scenario is None else _load(other_scenario)
        clock = clock or time
        services = Services(self.scenario, other, keys or Keys(), clock)
        lock = threading.Lock()
        tls = _tls_context(self.scenario, host, authority) if self.scenario.tls else None
        self._scheme = "https" if tls else "http"
        with contextlib.ExitStack() as cleanup:
            log = cleanup.enter_context(request_log.open("ab", buffering=0)) if request_log else None

            def reply_to(request: Request) -> Reply:
                with lock:  # each connection has a thread; nothing below is thread-safe by itself
                    reply, account = services.reply(request)
                    if log:
                        log.write(log_line(request, reply.outcome, account, clock.time()))
                return reply

            self._server = cleanup.enter_context(Server((host, port), reply_to, tls))
            self._cleanup = cleanup.pop_all()
        self.host, self.port = host, self._server.socket.getsockname()[1]
        self._thread = threading.Thread(target=self._server.serve, name="emulator", daemon=True)

    @property
    def endpoint(self) -> str:
        """Host and port, as the SDK's `HttpProfile(endpoint=...)` wants them."""
        return f"{self.host}:{self.port}"

    @property
    def url(self) -> str:
        """The address with its scheme, as `MigrationCheck(endpoint=...)` wants it."""
        return f"{self._scheme}://{self.endpoint}"

    def __enter__(self) -> Self:
        """Serve from now on."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop listening and end every connection."""
        self._server.stopping.set()
        self._thread.join()
        self._server.disconnect()
        self._cleanup.close()


def _load(scenario: Scenario | str | Path) -> Scenario:
    return scenario if isinstance(scenario, Scenario) else load(str(scenario))


def _tls_context(scenario: Scenario, host: str, authority: Path | None) -> ssl.SSLContext:
    """Make a certificate that a client must refuse; raises `ScenarioError` if `trustme` is not installed."""
    try:
        import trustme  # noqa: PLC0415  # an extra
    except ImportError:
        problem = 'it speaks TLS, which needs trustme: install "pulumi-tcsql-check[tls]" or trustme itself'
        raise ScenarioError(scenario.name, problem) from None
    made = trustme.CA()
    if authority is not None:
        made.cert_pem.write_to_path(str(authority))
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.issue_cert(host if scenario.tls == "untrusted" else "elsewhere.example").configure_cert(server)
    return server
