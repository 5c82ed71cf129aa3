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
    """An adapter whose deadline is far enough."""
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
def test_an_exchange_is_bounded_by_what_is_left_and_by_its_own_limits(left: float, expected: float) -> None:
    """It gets what is left until the deadline, but one second at least and ten at most."""
    assert exchange.bound_seconds(left) == expected


def test_the_body_is_read_and_its_type_hidden(adapter: BoundedAdapter) -> None:
    """The whole body is there, under the type that the SDK doesn't judge."""
    with ScriptedServer(answer("body", Location="http://elsewhere.test/")) as server:
        response = get(adapter, server)
    assert (response.content, adapter.status) == (b"body", 200)
    assert response.headers["Content-Type"] == "application/octet-stream"
    assert "Location" not in response.headers


def plain(size: int) -> Reply:
    """Send a body of so many bytes."""
    return answer(b" " * size)


def compressed(size: int) -> Reply:
    """Send a body that has so many bytes after decompression."""
    return answer(gzip.compress(b" " * size), Content_Encoding="gzip")


@pytest.mark.parametrize("body", [plain, compressed])
def test_a_body_of_the_limit_is_read(adapter: BoundedAdapter, body: Callable[[int], Reply]) -> None:
    """Exactly the limit is not too large."""
    with ScriptedServer(body(exchange.MAX_BODY_BYTES)) as server:
        assert get(adapter, server).content == b" " * exchange.MAX_BODY_BYTES


@pytest.mark.parametrize("body", [plain, compressed])
@pytest.mark.parametrize("size", [exchange.MAX_BODY_BYTES + 1, 50 * exchange.MAX_BODY_BYTES])
def test_a_larger_body_is_refused(adapter: BoundedAdapter, body: Callable[[int], Reply], size: int) -> None:
    """One byte more than the limit is too large, and then there is no status of an answer either."""
    with ScriptedServer(body(size)) as server, pytest.raises(MalformedBodyError, match="the body is larger than"):
        get(adapter, server)
    assert adapter.status == 0


def test_chunks_that_go_on_past_the_deadline_are_refused(
    adapter: BoundedAdapter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A body that keeps coming ends at the deadline, though no single read takes long."""
    monkeypatch.setattr(exchange, "_GRACE_SECONDS", 0.0)
    adapter.begin(0.05)
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    with (
        ScriptedServer(trickle(head, b"1\r\n \r\n")) as server,
        pytest.raises(ExchangeTimeoutError, match="did not end in time"),
    ):
        get(adapter, server)


def test_a_deadline_that_has_passed_still_allows_no_waiting(adapter: BoundedAdapter) -> None:
    """After its deadline an exchange fails at once instead of waiting for ever."""
    adapter.begin(-60)
    with ScriptedServer(send(b"")) as server, pytest.raises(requests.exceptions.Timeout):
        get(adapter, server)


def test_a_call_within_its_bound_gives_its_result() -> None:
    """What the call returns is returned, None as well."""
    assert run_bounded(lambda: 7, 1, go_on) == 7
    run_bounded(lambda: None, 1, go_on)


def test_a_calls_own_error_is_raised_here() -> None:
    """The waiting thread sees what the call raised, an exit of the interpreter included."""

    def call() -> None:
        raise SystemExit(3)

    with pytest.raises(SystemExit):
        run_bounded(call, 1, go_on)


def test_a_call_that_takes_too_long_is_left_behind() -> None:
    """The wait ends with its bound, whatever the call does."""
    over = threading.Event()
    with pytest.raises(ExchangeTimeoutError, match="no answer in time"):
        run_bounded(over.wait, 0.02, go_on)
    over.set()
    join_exchanges()


def test_a_call_may_take_several_glances(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looking up for a cancelled update does not end the wait for the call."""
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
    """What the check for a cancelled update raises ends the wait, and the call is left behind."""
    over = threading.Event()

    def check_cancelled() -> None:
        raise WaitCancelledError

    with pytest.raises(WaitCancelledError):
        run_bounded(over.wait, 5, check_cancelled)
    over.set()
    join_exchanges()


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_an_exchange_that_is_given_up_ends_whatever_the_server_does(scheme: str) -> None:
    """Its thread is gone while the server still trickles its headers, or still says nothing to a handshake."""
    adapter = BoundedAdapter()
    adapter.begin(60)
    reply = trickle(b"HTTP/1.1 200 OK\r\nX: ", b"x") if scheme == "http" else silence

    def call() -> requests.Response:
        session = requests.Session()  # which nobody closes
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


def test_an_exchange_that_was_given_up_connects_no_more(adapter: BoundedAdapter) -> None:
    """What was still looking up a name then sends nothing afterwards."""
    adapter.abandon()
    with ScriptedServer(answer("body")) as server, pytest.raises(requests.exceptions.ConnectionError):
        get(adapter, server)
    assert server.requests == []


@pytest.mark.parametrize("encoding", ["br", "zstd", "deflate", "gzip, gzip"])
def test_a_body_that_is_compressed_in_a_way_that_nobody_asked_for_is_refused(
    adapter: BoundedAdapter, encoding: str
) -> None:
    """The request accepts gzip alone, and nothing else is decompressed."""
    with (
        ScriptedServer(answer("body", Content_Encoding=encoding)) as server,
        pytest.raises(requests.exceptions.ContentDecodingError),
    ):
        get(adapter, server)
    assert server.requests[0].headers["accept-encoding"] == "gzip"
