"""A running emulator: routes the requests of one port to the APIs of two accounts, and logs them."""

import contextlib
import re
import ssl
import threading
import time
from collections import defaultdict, deque
from datetime import UTC, datetime
from pathlib import Path
from typing import Self, final

import msgspec

from pulumi_tcsql_check.emulator import sqlserver, sts
from pulumi_tcsql_check.emulator.accounts import OTHER_ACCOUNT_ID, OTHER_KEYS, Keys, verify
from pulumi_tcsql_check.emulator.loading import ScenarioError, load
from pulumi_tcsql_check.emulator.playback import Clock, Playback
from pulumi_tcsql_check.emulator.scenario import Scenario
from pulumi_tcsql_check.emulator.sockets import Server
from pulumi_tcsql_check.emulator.wire import RefusalError, Reply, Request, answer

DEFAULT_HOST = "127.0.0.1"

_WINDOW_SECONDS = 1.0

_PLAIN_NAME = re.compile(r"[A-Za-z0-9-]{1,64}", re.ASCII)
_SECRET_ID = re.compile(r"Credential=([^/,\s]+)/", re.ASCII)


class Services:
    """The APIs of two accounts, STS and the metadata of an instance of the first; not thread-safe."""

    def __init__(self, scenario: Scenario, other: Scenario, keys: Keys, clock: Clock) -> None:
        """Set up both accounts; `keys` are the first one's, `other` is the scenario of the second."""
        self._clock = clock
        self._account_id = keys.account_id
        # All keys by secret id; temporary ones join them, and stay when they have expired.
        self._ring = {each.secret_id: each for each in (OTHER_KEYS, keys)}
        self._playbacks = {OTHER_ACCOUNT_ID: Playback(other, clock), keys.account_id: Playback(scenario, clock)}
        self._admitted = defaultdict[tuple[str, str], deque[float]](lambda: deque(maxlen=sqlserver.REQUESTS_PER_SECOND))

    def reply(self, request: Request) -> tuple[Reply, str | None]:
        """Return the reply, and the id of the account whose keys the request names, if it names any."""
        named = _SECRET_ID.search(request.headers.get("authorization", ""))
        signer = self._ring.get(named[1]) if named else None
        try:
            reply = self._reply(request)
        except RefusalError as refusal:
            reply = answer({"Error": {"Code": refusal.code, "Message": refusal.message}}, refusal.code)
        return reply, signer.account_id if signer else None

    def _reply(self, request: Request) -> Reply:
        now = self._clock.time()
        if request.method == "GET" and request.target.startswith(sts.METADATA_PATH):
            return sts.reply_to_metadata(request, self._ring, self._account_id, now)
        if request.headers.get("x-tc-action") in sts.ACTIONS:
            return sts.reply_to_action(request, self._ring, now)
        content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if (request.method, request.target, content_type) != ("POST", "/", "application/json"):
            message = "The emulator serves only POST requests to / whose Content-Type is application/json."
            raise RefusalError("UnsupportedProtocol", message)
        action = request.header("x-tc-action")
        account_id = verify(request, self._ring, now).account_id
        request.check(sqlserver.VERSION, sqlserver.ACTIONS)
        self._limit(self._admitted[account_id, action])
        return sqlserver.ACTIONS[action](request, self._playbacks[account_id])

    def _limit(self, admitted: deque[float]) -> None:
        """Refuse a request if the action's limit is reached in a window of one second; refused ones don't count."""
        now = self._clock.monotonic()
        if len(admitted) == admitted.maxlen and now - admitted[0] < _WINDOW_SECONDS:
            message = (
                f"Your current request times equals to `{admitted.maxlen + 1}` in a second, which exceeds the "
                f"frequency limit `{admitted.maxlen}` for a second. Please reduce the frequency of calls."
            )
            raise RefusalError("RequestLimitExceeded", message)
        admitted.append(now)


def log_line(request: Request, outcome: str, account: str | None, now: float) -> bytes:
    """Return a line of JSON without secrets; an action, region or id that isn't a plain name or number is null."""
    names = {name: value for name, value in request.headers.items() if _PLAIN_NAME.fullmatch(value)}
    numbers = {name: value for name, value in (request.decode() or {}).items() if type(value) is int}
    entry = {
        "time": datetime.fromtimestamp(now, UTC).isoformat(timespec="milliseconds"),
        "action": names.get("x-tc-action"),
        "migrate_id": numbers.get("MigrateId"),
        "flow_id": numbers.get("FlowId"),
        "region": names.get("x-tc-region"),
        "account": account,
        "outcome": outcome,
    }
    return msgspec.json.encode(entry) + b"\n"


@final
class Emulator:
    """A local endpoint that speaks the API of TencentDB for SQL Server; it serves requests inside a `with` block.

    Attributes:
        endpoint: Host and port, as the SDK's `HttpProfile(endpoint=...)` wants them.
        url: The address with its scheme, as `MigrationCheck(endpoint=...)` wants it.
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
        self.endpoint = f"{host}:{self.port}"
        self.url = f"{'https' if tls else 'http'}://{self.endpoint}"
        self._thread = threading.Thread(target=self._server.serve, name="emulator", daemon=True)

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
