"""The watch on the engine: which connection errors mean that it has exited."""

import errno
import socket
import threading
from collections.abc import Sequence

import pytest

from pulumi_tcsql_check.engine import liveness

OPEN, CLOSED = None, ConnectionRefusedError(errno.ECONNREFUSED, "refused")
TOO_MANY_FILES, SLOW = OSError(errno.EMFILE, "too many open files"), TimeoutError()


class TooSoonError(AssertionError):
    """The watch has tried more connections than it should."""


def looks_until_gone(found: Sequence[OSError | None]) -> int:
    """Give one result for each connection attempt; return how many it took until the engine counted as gone."""
    left = list(found)
    pauses: list[None] = []

    def connect() -> None:
        if not left:
            raise TooSoonError
        error = left.pop(0)
        if error is not None:
            raise error

    assert liveness.wait_until_engine_exits(connect, lambda: pauses.append(None))
    looks = len(found) - len(left)
    assert len(pauses) == looks - 1
    return looks


def test_an_engine_has_gone_after_several_refusals_in_a_row() -> None:
    """There are three refusals, and no further attempt."""
    assert looks_until_gone([OPEN, OPEN, CLOSED, CLOSED, CLOSED, OPEN]) == 5


@pytest.mark.parametrize(
    "found",
    [[CLOSED, CLOSED, OPEN], [OPEN], [TOO_MANY_FILES] * 5, [SLOW] * 5, [OSError(errno.EHOSTUNREACH, "?")] * 5],
    ids=["refused twice", "open", "out of files", "no time", "unreachable"],
)
def test_other_connection_errors_do_not_end_the_watch(found: list[OSError | None]) -> None:
    """Fewer refusals, and any other error of a connection, keep the watch going."""
    assert looks_until_gone([OPEN, *found, CLOSED, CLOSED, CLOSED]) == len(found) + 4


def test_other_errors_between_refusals_neither_count_nor_reset_the_count() -> None:
    """The third refusal ends the watch."""
    assert looks_until_gone([OPEN, CLOSED, SLOW, CLOSED, TOO_MANY_FILES, CLOSED]) == 6


@pytest.mark.parametrize("error", [CLOSED, TOO_MANY_FILES])
def test_an_address_that_cannot_be_reached_at_first_is_not_watched(error: OSError) -> None:
    """An address that never had an engine can't lose it."""

    def connect() -> None:
        raise error

    assert not liveness.wait_until_engine_exits(connect, lambda: pytest.fail("it goes on"))


def test_a_real_port_is_watched_until_it_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    """While the port is open there is no callback, although nothing accepts; then there is one."""
    monkeypatch.setattr(liveness, "INTERVAL_SECONDS", 0.01)
    gone = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:
        liveness.begin(f"127.0.0.1:{server.getsockname()[1]}", gone.set)
        for _ in range(liveness.REFUSALS + 2):
            connection, _address = server.accept()
            connection.close()
        assert not gone.is_set()
    assert gone.wait(5)


def test_a_closed_port_ends_the_watch(monkeypatch: pytest.MonkeyPatch) -> None:
    """The thread ends without a callback."""
    monkeypatch.setattr(liveness, "INTERVAL_SECONDS", 0.01)
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    liveness.begin(f"127.0.0.1:{port}", lambda: pytest.fail("it was never there"))
    for thread in threading.enumerate():
        if thread.name == "tcsql-check-engine-watch":
            thread.join(5)
            assert not thread.is_alive()


@pytest.mark.parametrize("address", ["", "host", "tests/unit/test_host.py::test_a", "127.0.0.1:"])
def test_an_invalid_address_is_refused(address: str) -> None:
    """The host's last argument may change in another version."""
    with pytest.raises(ValueError, match="invalid literal"):
        liveness.begin(address, lambda: None)
