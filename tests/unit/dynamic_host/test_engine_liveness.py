"""The watch on the engine: what tells that it is gone, and what doesn't."""

import errno
import socket
import threading
from collections.abc import Sequence

import pytest

from pulumi_tcsql_check.dynamic_host import engine_liveness

OPEN, CLOSED = None, ConnectionRefusedError(errno.ECONNREFUSED, "refused")
TOO_MANY_FILES, SLOW = OSError(errno.EMFILE, "too many open files"), TimeoutError()


class TooSoonError(AssertionError):
    """The watch has looked more often than it should have."""


def looks_until_gone(found: Sequence[OSError | None]) -> int:
    """Give one finding for each look, and return how many looks it took to say that the engine is gone."""
    left = list(found)
    pauses: list[None] = []

    def connect() -> None:
        if not left:
            raise TooSoonError
        error = left.pop(0)
        if error is not None:
            raise error

    assert engine_liveness.wait_until_engine_exits(connect, lambda: pauses.append(None))
    looks = len(found) - len(left)
    assert len(pauses) == looks - 1
    return looks


def test_an_engine_is_gone_once_its_port_is_closed_for_several_looks_in_a_row() -> None:
    """Three refusals, and not one look more."""
    assert looks_until_gone([OPEN, OPEN, CLOSED, CLOSED, CLOSED, OPEN]) == 5


@pytest.mark.parametrize(
    "found",
    [[CLOSED, CLOSED, OPEN], [OPEN], [TOO_MANY_FILES] * 5, [SLOW] * 5, [OSError(errno.EHOSTUNREACH, "?")] * 5],
    ids=["refused twice", "open", "out of files", "no time", "unreachable"],
)
def test_an_engine_that_lives_is_not_taken_for_gone(found: list[OSError | None]) -> None:
    """Too few refusals, and whatever else goes wrong with a connection, leave the watch where it was."""
    assert looks_until_gone([OPEN, *found, CLOSED, CLOSED, CLOSED]) == len(found) + 4


def test_trouble_between_refusals_neither_counts_nor_undoes_them() -> None:
    """What says nothing says nothing."""
    assert looks_until_gone([OPEN, CLOSED, SLOW, CLOSED, TOO_MANY_FILES, CLOSED]) == 6


@pytest.mark.parametrize("error", [CLOSED, TOO_MANY_FILES])
def test_what_cannot_be_reached_to_begin_with_is_not_watched(error: OSError) -> None:
    """An address that was never an engine's can't be one that is gone."""

    def connect() -> None:
        raise error

    assert not engine_liveness.wait_until_engine_exits(connect, lambda: pytest.fail("it goes on"))


def test_a_real_port_is_watched_until_it_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    """While somebody listens nothing is said, although nobody accepts; then it is said once."""
    monkeypatch.setattr(engine_liveness, "INTERVAL_SECONDS", 0.01)
    gone = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:
        engine_liveness.begin(f"127.0.0.1:{server.getsockname()[1]}", gone.set)
        for _ in range(engine_liveness.REFUSALS + 2):
            connection, _address = server.accept()
            connection.close()
        assert not gone.is_set()
    assert gone.wait(5)


def test_a_port_that_nobody_listens_at_ends_the_watch(monkeypatch: pytest.MonkeyPatch) -> None:
    """The thread ends, and nothing is said."""
    monkeypatch.setattr(engine_liveness, "INTERVAL_SECONDS", 0.01)
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    engine_liveness.begin(f"127.0.0.1:{port}", lambda: pytest.fail("it was never there"))
    for thread in threading.enumerate():
        if thread.name == "tcsql-check-engine-watch":
            thread.join(5)
            assert not thread.is_alive()


@pytest.mark.parametrize("address", ["", "host", "tests/unit/test_host.py::test_a", "127.0.0.1:"])
def test_what_is_no_address_is_refused(address: str) -> None:
    """The host's last argument may have become something else."""
    with pytest.raises(ValueError, match="invalid literal"):
        engine_liveness.begin(address, lambda: None)
