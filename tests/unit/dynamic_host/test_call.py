"""The lines that the host sends to the engine's log, and the error of its call."""

import sys
import threading
from collections.abc import Iterator
from types import SimpleNamespace

import grpc
import pytest
from google.protobuf import empty_pb2
from harness import dynamic_host_process
from harness.servicer_context import Metadata, context_for
from pulumi.runtime.proto import engine_pb2, status_pb2

from pulumi_tcsql_check.dynamic_host.call import Call, current_call

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
def lines(engine: Engine) -> Iterator[Call]:
    """Serve the engine, and connect to it."""
    server, address = dynamic_host_process.serve_engine(engine)
    yield Call(address, "urn", None)
    server.stop(None).wait()


def test_sending_a_line_does_not_block_the_gate(engine: Engine, lines: Call) -> None:
    """The caller goes on while the engine still receives the line."""
    lines.note("a line")
    assert engine.came.acquire(timeout=LONGEST_SECONDS)
    assert engine.taken == []
    engine.may_take.release()
    lines.flush()
    assert engine.taken == ["a line"]


def test_lines_are_sent_one_after_the_other(engine: Engine, lines: Call) -> None:
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


def test_a_flush_waits_for_the_last_line(engine: Engine, lines: Call) -> None:
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
    lines = Call("127.0.0.1:9", "urn", None)
    lines.note("a line")
    lines.warn("another")
    lines.flush()
    lines.flush()


def test_the_call_is_found_by_the_servicers_frame_and_fails_with_one_text(monkeypatch: pytest.MonkeyPatch) -> None:
    """A frame above has the request and the context; the error's text goes into its trailing metadata."""
    monkeypatch.setattr(sys, "argv", ["host"])
    metadata = Metadata()

    def read(request: object, context: object) -> Call:
        del request, context
        return current_call()

    def serve(request: object, context: object) -> Call:
        return read(request, context)

    call = serve(SimpleNamespace(urn="urn:of:the:check"), context_for(metadata))
    assert call.urn == "urn:of:the:check"
    call.fail("one sentence")
    ((key, value),) = metadata
    assert key == "grpc-status-details-bin"
    assert status_pb2.Status.FromString(value).message == "one sentence"


def test_without_a_servicer_or_an_engine_every_line_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    """There is no row, no warning, and a traceback, but no other error."""
    monkeypatch.setattr(sys, "argv", ["host"])
    call = current_call()
    call.show("a line")
    call.note("a line that stays")
    call.warn("a warning")
    call.flush()
    call.fail("a sentence")
