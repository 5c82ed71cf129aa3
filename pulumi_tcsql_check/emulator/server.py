"""A running emulator: a listening socket, under TLS where the scenario wants it, and an orderly end."""

import contextlib
import functools
import socket
import socketserver
import ssl
import threading
import weakref
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import final

from pulumi_tcsql_check.emulator import certificates
from pulumi_tcsql_check.emulator.accounts import Keys
from pulumi_tcsql_check.emulator.clock import Clock, SystemClock
from pulumi_tcsql_check.emulator.handler import Handler
from pulumi_tcsql_check.emulator.loading import load
from pulumi_tcsql_check.emulator.request_log import RequestLog
from pulumi_tcsql_check.emulator.scenario import Scenario
from pulumi_tcsql_check.emulator.services import Services
from pulumi_tcsql_check.emulator.wire import Reply, Request

DEFAULT_HOST = "127.0.0.1"

_JOIN_SECONDS = 5.0
_POLL_SECONDS = 0.02


class _Server(socketserver.ThreadingMixIn, socketserver.TCPServer):
    """Knows its open connections, so that stopping ends them; the base class forgets those of daemon threads."""

    allow_reuse_address = True
    request_queue_size = 128
    timeout = _POLL_SECONDS

    def __init__(
        self, address: tuple[str, int], handler: functools.partial[Handler], tls: ssl.SSLContext | None
    ) -> None:
        self.stopping = threading.Event()
        self._tls = tls
        self._refuses: Callable[[], bool] | None = None
        self._connections = weakref.WeakSet[socket.socket]()
        self._handlers = weakref.WeakSet[threading.Thread]()
        super().__init__(address, handler)

    def serve(self) -> None:
        """Serve until the emulator stops; a fault may close the door for a while."""
        while not self.stopping.is_set():
            if self._refuses is None:
                self.handle_request()
            else:
                self._refuse(self._refuses)

    def refuse_while(self, holds: Callable[[], bool]) -> None:
        self._refuses = holds

    def _refuse(self, holds: Callable[[], bool]) -> None:
        """Hold the port without listening, so that whoever connects is refused."""
        address = self.socket.getsockname()
        self.server_close()
        self.socket = socket.socket(self.address_family, self.socket_type)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(address)
        self._hang_up()
        while holds() and not self.stopping.is_set():
            self.stopping.wait(_POLL_SECONDS)
        self._refuses = None
        self.server_activate()

    def get_request(self) -> tuple[socket.socket, object]:
        connection, address = super().get_request()
        if self._tls is not None:
            connection = self._tls.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
        self._connections.add(connection)
        return connection, address

    def process_request(self, request: socket.socket | tuple[bytes, socket.socket], client_address: object) -> None:
        thread = threading.Thread(target=self.process_request_thread, args=(request, client_address), daemon=True)
        self._handlers.add(thread)
        thread.start()

    def _hang_up(self) -> None:
        for connection in list(self._connections):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def disconnect(self) -> None:
        self._hang_up()
        for thread in list(self._handlers):
            thread.join(_JOIN_SECONDS)


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
        """Take the port and open the log; serve nothing yet.

        Args:
            scenario: A scenario, the name of a built-in one, or the path of a file.
            host: The address to listen on.
            port: The port to listen on, 0 to 65535; 0 takes a free one.
            keys: What clients must sign with; the public dummies if left out.
            clock: The clocks to read; this machine's if left out.
            request_log: A file to append one line of JSON to for each request.
            other_scenario: What the second account sees; the same scenario, played on its own, if left out.
            authority: Where to write the certificate of the authority behind a scenario's TLS, for clients to trust.

        Raises:
            ScenarioError: The scenario can't be played; under TLS that takes `trustme`.
            OSError: The port or the file can't be had.
        """
        self.scenario = _load(scenario)
        clock = clock or SystemClock()
        services = Services(
            self.scenario, self.scenario if other_scenario is None else _load(other_scenario), keys or Keys(), clock
        )
        tls = certificates.context(self.scenario, host, authority) if self.scenario.tls else None
        self._scheme = "https" if tls else "http"
        with contextlib.ExitStack() as cleanup:
            log = RequestLog(cleanup.enter_context(request_log.open("ab")), clock) if request_log else None

            def reply_to(request: Request) -> Reply:
                reply, account = services.reply(request)
                if log:
                    log.write(request, reply.outcome, account)
                return reply

            self._server = cleanup.enter_context(_Server((host, port), functools.partial(Handler, reply_to), tls))
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
