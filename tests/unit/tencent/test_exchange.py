"""The bounds of one exchange, without the SDK."""

import gzip
import threading
from collections.abc import Callable, Iterator

import pytest
import requests
from harness.scripted_server import Reply, ScriptedServer, answer, join_exchanges, send, silence, trickle

from pulumi_tcsql_check.errors import WaitCancelledError
from pulumi_tcsql_check.tencent import exchange
from pulumi_tcsql_check.tencent.exchange import BoundedAdapter, ExchangeTimeoutError, MalformedBodyError, run_bounded


@pytest.fixture(name="adapter")
def _adapter() -> Iterator[BoundedAdapter]:
    """An adapter whose deadline is far in the future."""
    adapter = BoundedAdapter()
    adapter.begin(5)
    yield adapter
    adapter.close()


def get(adapter: BoundedAdapter, server: ScriptedServer) -> requests.Response:
    """Send a request through the adapter."""
    with requests.Session() as session:
        session.trust_env = False
        session.mount("http://", adapter)
        return session.get(f"http://{server.host}/", timeout=60)


def go_on() -> None:
    """Cancel nothing."""


@pytest.mark.parametrize(("left", "expected"), [(-5, 1), (0, 1), (0.5, 1), (3, 3), (10, 10), (1800, 10)])
def test_an_exchange_has_the_remaining_time_within_its_own_limits(left: float, expected: float) -> None:
    """It has the time until the deadline, but at least one second and at most ten."""
    assert exchange.bound_seconds(left) == expected


def test_the_body_is_read_and_its_type_hidden_from_the_sdk(adapter: BoundedAdapter) -> None:
    """The whole body is returned under a type that the SDK accepts."""
    with ScriptedServer(answer("body", Location="http://elsewhere.test/")) as server:
        response = get(adapter, server)
    assert (response.content, adapter.status) == (b"body", 200)
    assert response.headers["Content-Type"] == "application/octet-stream"
    assert "Location" not in response.headers


def test_a_proxy_is_tracked_once(adapter: BoundedAdapter) -> None:
    """`requests` asks for the manager of a proxy before each request; a long wait sends thousands."""
    pools = [adapter.proxy_manager_for("http://127.0.0.1:9").pool_classes_by_scheme["http"] for _ in range(3)]
    assert pools[0] is pools[1] is pools[2]
    assert len(pools[0].ConnectionCls.__mro__) == len(pools[2].ConnectionCls.__mro__)


def plain(size: int) -> Reply:
    """Send a body of this many bytes."""
    return answer(b" " * size)


def compressed(size: int) -> Reply:
    """Send a body that has this many bytes after decompression."""
    return answer(gzip.compress(b" " * size), Content_Encoding="gzip")


@pytest.mark.parametrize("body", [plain, compressed])
def test_a_body_of_the_limit_is_read(adapter: BoundedAdapter, body: Callable[[int], Reply]) -> None:
    """Exactly the limit is not too large."""
    with ScriptedServer(body(exchange.MAX_BODY_BYTES)) as server:
        assert get(adapter, server).content == b" " * exchange.MAX_BODY_BYTES


@pytest.mark.parametrize("body", [plain, compressed])
@pytest.mark.parametrize("size", [exchange.MAX_BODY_BYTES + 1, 50 * exchange.MAX_BODY_BYTES])
def test_a_larger_body_is_refused(adapter: BoundedAdapter, body: Callable[[int], Reply], size: int) -> None:
    """One byte more than the limit is too large, and the response's status is dropped too."""
    with ScriptedServer(body(size)) as server, pytest.raises(MalformedBodyError, match="the body is larger than"):
        get(adapter, server)
    assert adapter.status == 0


def test_chunks_that_continue_after_the_deadline_are_refused(
    adapter: BoundedAdapter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The body ends at the deadline, although each read is short."""
    monkeypatch.setattr(exchange, "_GRACE_SECONDS", 0.0)
    adapter.begin(0.05)
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    with (
        ScriptedServer(trickle(head, b"1\r\n \r\n")) as server,
        pytest.raises(ExchangeTimeoutError, match="did not end in time"),
    ):
        get(adapter, server)


def test_an_exchange_after_its_deadline_does_not_wait(adapter: BoundedAdapter) -> None:
    """It fails at once instead of waiting for ever."""
    adapter.begin(-60)
    with ScriptedServer(send(b"")) as server, pytest.raises(requests.exceptions.Timeout):
        get(adapter, server)


def test_a_call_within_its_bound_returns_its_result() -> None:
    """None is a valid result."""
    assert run_bounded(lambda: 7, 1, go_on) == 7
    run_bounded(lambda: None, 1, go_on)


def test_a_calls_own_error_is_raised_in_the_waiting_thread() -> None:
    """This includes an exit of the interpreter."""

    def call() -> None:
        raise SystemExit(3)

    with pytest.raises(SystemExit):
        run_bounded(call, 1, go_on)


def test_a_call_that_takes_too_long_is_abandoned() -> None:
    """The wait ends at its bound, and the call continues in its thread."""
    over = threading.Event()
    with pytest.raises(ExchangeTimeoutError, match="no answer in time"):
        run_bounded(over.wait, 0.02, go_on)
    over.set()
    join_exchanges()


def test_a_check_for_a_cancelled_update_does_not_end_the_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """The wait checks several times, and still gets the call's result."""
    monkeypatch.setattr(exchange, "_CANCEL_POLL_SECONDS", 0.01)
    glances: list[None] = []
    over = threading.Event()

    def check_cancelled() -> None:
        glances.append(None)
        if len(glances) == 3:
            over.set()

    assert run_bounded(lambda: over.wait(5), 5, check_cancelled)
    assert len(glances) >= 3


def test_a_cancelled_update_ends_the_wait() -> None:
    """The wait raises the cancellation, and abandons the call."""
    over = threading.Event()

    def check_cancelled() -> None:
        raise WaitCancelledError

    with pytest.raises(WaitCancelledError):
        run_bounded(over.wait, 5, check_cancelled)
    over.set()
    join_exchanges()


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_an_abandoned_exchange_ends_its_thread(scheme: str) -> None:
    """This holds while the server trickles its headers, and while it doesn't respond to a handshake."""
    adapter = BoundedAdapter()
    adapter.begin(60)
    reply = trickle(b"HTTP/1.1 200 OK\r\nX: ", b"x") if scheme == "http" else silence

    def call() -> requests.Response:
        session = requests.Session()  # nothing closes it
        session.trust_env = False
        session.mount(f"{scheme}://", adapter)
        return session.get(f"{scheme}://{server.host}/")

    def give_up() -> None:
        if server.is_connected:
            raise WaitCancelledError

    with ScriptedServer(reply) as server:
        with pytest.raises(WaitCancelledError):
            run_bounded(call, 5, give_up)
        adapter.abandon()
        join_exchanges()
        assert adapter._connection._handle is None, "nothing of it is left open"


def test_an_abandoned_exchange_does_not_connect(adapter: BoundedAdapter) -> None:
    """An exchange that was still resolving a name sends nothing afterwards."""
    adapter.abandon()
    with ScriptedServer(answer("body")) as server, pytest.raises(requests.exceptions.ConnectionError):
        get(adapter, server)
    assert server.requests == []


@pytest.mark.parametrize("encoding", ["br", "zstd", "deflate", "gzip, gzip"])
def test_an_encoding_that_was_not_requested_is_refused(adapter: BoundedAdapter, encoding: str) -> None:
    """The request accepts only gzip, and nothing else is decompressed."""
    with (
        ScriptedServer(answer("body", Content_Encoding=encoding)) as server,
        pytest.raises(requests.exceptions.ContentDecodingError),
    ):
        get(adapter, server)
    assert server.requests[0].headers["accept-encoding"] == "gzip"


def test_a_request_is_sent_once_its_connection_is_open(adapter: BoundedAdapter) -> None:
    """Until then nothing has reached the server; a new exchange begins without a request."""
    seen: list[bool] = []
    with ScriptedServer(answer("body")) as server:
        assert not adapter.has_sent
        get(adapter, server)
        seen.append(adapter.has_sent)
        adapter.begin(5)
        seen.append(adapter.has_sent)
    assert seen == [True, False]


def test_an_abandoned_exchange_sends_no_request(adapter: BoundedAdapter) -> None:
    """Not even if its connection has just opened, so that what `has_sent` says stays right."""
    with ScriptedServer(answer("body")) as server:
        get(adapter, server)
        adapter.begin(5)
        adapter.abandon()
        with pytest.raises(requests.exceptions.ConnectionError):
            get(adapter, server)
        with pytest.raises(ConnectionAbortedError):
            adapter._connection.begin_request()
        assert len(server.requests) == 1
    assert not adapter.has_sent
