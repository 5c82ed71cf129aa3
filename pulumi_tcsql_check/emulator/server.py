"""A running emulator: routes the requests of one port to the APIs of two accounts, and logs them."""

import contextlib
import re
import ssl
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, final

import msgspec

from pulumi_tcsql_check.emulator.accounts import (
    ACCOUNT_ID,
    OTHER_ACCOUNT_ID,
    OTHER_SECRET_ID,
    OTHER_SECRET_KEY,
    Account,
    Keys,
)
from pulumi_tcsql_check.emulator.clock import Clock
from pulumi_tcsql_check.emulator.loading import ScenarioError, load
from pulumi_tcsql_check.emulator.scenario import Scenario
from pulumi_tcsql_check.emulator.sockets import Server
from pulumi_tcsql_check.emulator.sqlserver import Api
from pulumi_tcsql_check.emulator.sts import Metadata, TokenService
from pulumi_tcsql_check.emulator.wire import Reply, Request

DEFAULT_HOST = "127.0.0.1"

_OTHER_HOST = "elsewhere.example"
_SECRET_ID = re.compile(r"Credential=([^/,\s]+)/", re.ASCII)


class Services:
    """The APIs of two accounts, STS and an instance's metadata. Thread-safe."""

    def __init__(self, scenario: Scenario, other: Scenario, keys: Keys, clock: Clock) -> None:
        """Set up both accounts; `keys` are the first one's, `other` is the scenario of the second."""
        first = Account(ACCOUNT_ID, keys, clock)
        second = Account(OTHER_ACCOUNT_ID, Keys(OTHER_SECRET_ID, OTHER_SECRET_KEY), clock)
        self._apis = ((first, Api(scenario, first, clock)), (second, Api(other, second, clock)))
        self._token_service = TokenService((first, second), clock)
        self._metadata = Metadata(first)

    def reply(self, request: Request) -> tuple[Reply, str | None]:
        """Return the reply, and the id of the account whose keys the request names, if it names any."""
        named = _SECRET_ID.search(request.headers.get("authorization", ""))
        owners = [pair for pair in self._apis if named and pair[0].find(named[1])]
        account_id = owners[0][0].account_id if owners else None
        if self._metadata.serves(request):
            return self._metadata.reply(request), None
        if self._token_service.serves(request):
            return self._token_service.reply(request), account_id
        _, api = owners[0] if owners else self._apis[0]
        return api.reply(request), account_id


class RequestLog:
    """One line of JSON for each request, without secrets. Thread-safe."""

    def __init__(self, file: BinaryIO, clock: Clock) -> None:
        """Log to an open file, which the caller closes."""
        self._file = file
        self._clock = clock
        self._lock = threading.Lock()

    def write(self, request: Request, outcome: str, account: str | None = None) -> None:
        """Append a line; an action, region or id that isn't a plain name or number is null."""
        line = msgspec.json.encode(
            {
                "time": datetime.fromtimestamp(self._clock.time(), UTC).isoformat(timespec="milliseconds"),
                "action": request.name("x-tc-action"),
                "migrate_id": request.number("MigrateId"),
                "flow_id": request.number("FlowId"),
                "region": request.name("x-tc-region"),
                "account": account,
                "outcome": outcome,
            }
        )
        with self._lock:
            self._file.write(line + b"\n")
            self._file.flush()


@final
class Emulator:
    """A local endpoint that speaks the API of TencentDB for SQL Server, as far as a migration check needs it.

    Use it in a `with` statement: it listens inside, and is gone after it.

    Attributes:
        scenario: What it plays.
        host: The address it listens on.
        port: The port it listens on.
    """

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
            keys: The keys that clients must sign with; the public dummies if left out.
            clock: The clock to read; this machine's if left out.
            request_log: A file to append one line of JSON to for each request.
            other_scenario: The second account's scenario; the same, played on its own, if left out.
            authority: Where to write the certificate of the authority behind a scenario's TLS, for clients to trust.

        Raises:
            ScenarioError: The scenario can't be played; under TLS it needs `trustme`.
            OSError: The port is taken, or the file can't be opened.
        """
        self.scenario = _load(scenario)
        clock = clock or time
        services = Services(
            self.scenario, self.scenario if other_scenario is None else _load(other_scenario), keys or Keys(), clock
        )
        tls = _tls_context(self.scenario, host, authority) if self.scenario.tls else None
        self._scheme = "https" if tls else "http"
        with contextlib.ExitStack() as cleanup:
            log = RequestLog(cleanup.enter_context(request_log.open("ab")), clock) if request_log else None

            def reply_to(request: Request) -> Reply:
                reply, account = services.reply(request)
                if log:
                    log.write(request, reply.outcome, account)
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

    def __enter__(self) -> "Emulator":
        """Serve from now on."""
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop listening and end every connection."""
        self._server.stopping.set()
        self._thread.join()
        self._server.disconnect()
        self._cleanup.close()


def _load(scenario: Scenario | str | Path) -> Scenario:
    return scenario if isinstance(scenario, Scenario) else load(str(scenario))


def _tls_context(scenario: Scenario, host: str, authority: Path | None) -> ssl.SSLContext:
    """Make a certificate that a client must refuse. Neither it nor its key is stored.

    Raises:
        ScenarioError: `trustme` is not installed.
    """
    try:
        import trustme  # noqa: PLC0415  # an extra
    except ImportError:
        problem = 'it speaks TLS, which needs trustme: install "pulumi-tcsql-check[tls]" or trustme itself'
        raise ScenarioError(scenario.name, problem) from None
    made = trustme.CA()
    if authority is not None:
        made.cert_pem.write_to_path(str(authority))
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.issue_cert(host if scenario.tls == "untrusted" else _OTHER_HOST).configure_cert(server)
    return server
