"""The lines that the host sends to the engine's log."""

import threading
from collections.abc import Iterator

import grpc
import pytest
from google.protobuf import empty_pb2
from harness import dynamic_host_process
from pulumi.runtime.proto import engine_pb2

from pulumi_tcsql_check.dynamic_host.engine_log import EngineLog

LONGEST_SECONDS = 10.0
GLANCE_SECONDS = 0.05


class Engine(dynamic_host_process.RecordingEngine):
    """An engine that accepts a line when the test permits it."""

    def __init__(self) -> None:
        """Start with an empty log, and accept nothing."""
        super().__init__()
        self.came = threading.Semaphore(0)
        self.may_take = threading.Semaphore(0)

    def Log(self, request: engine_pb2.LogRequest, context: grpc.ServicerContext) -> empty_pb2.Empty:  # noqa: N802
        """Accept one line, after a while."""
        self.came.release()
        assert self.may_take.acquire(timeout=LONGEST_SECONDS)
        return super().Log(request, context)

    @property
    def taken(self) -> list[str]:
        """The lines that it has accepted."""
        return [line.message for line in self.logged]


@pytest.fixture
def engine() -> Engine:
    """Make an engine."""
    return Engine()


@pytest.fixture
def lines(engine: Engine) -> Iterator[EngineLog]:
    """Serve the engine, and connect to it."""
    server, address = dynamic_host_process.serve_engine(engine)
    yield EngineLog(address, "urn")
    server.stop(None).wait()


def test_sending_a_line_does_not_block_the_gate(engine: Engine, lines: EngineLog) -> None:
    """The caller goes on while the engine still receives the line."""
    lines.note("a line")
    assert engine.came.acquire(timeout=LONGEST_SECONDS)
    assert engine.taken == []
    engine.may_take.release()
    lines.flush()
    assert engine.taken == ["a line"]


def test_lines_are_sent_one_after_the_other(engine: Engine, lines: EngineLog) -> None:
    """The engine could show two simultaneous lines in either order."""
    lines.warn("the first")
    later = threading.Thread(target=lines.show, args=("the second",))
    later.start()
    assert engine.came.acquire(timeout=LONGEST_SECONDS)
    assert not engine.came.acquire(timeout=GLANCE_SECONDS)
    engine.may_take.release(2)
    later.join(LONGEST_SECONDS)
    lines.flush()
    assert engine.taken == ["the first", "the second"]


def test_a_flush_waits_for_the_last_line(engine: Engine, lines: EngineLog) -> None:
    """The engine drops lines that come after the call's own response."""
    lines.show("the last")
    flushed = threading.Thread(target=lines.flush)
    flushed.start()
    flushed.join(GLANCE_SECONDS)
    assert flushed.is_alive()
    engine.may_take.release()
    flushed.join(LONGEST_SECONDS)
    assert (flushed.is_alive(), engine.taken) == (False, ["the last"])


def test_an_engine_that_accepts_no_line_does_no_harm() -> None:
    """If no engine listens at the address, the lines are lost without an error."""
    lines = EngineLog("127.0.0.1:9", "urn")
    lines.note("a line")
    lines.warn("another")
    lines.flush()
    lines.flush()
