"""The host's private shapes: what happens where they have changed."""

import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import grpc
import pytest
from google.protobuf import empty_pb2
from pulumi.dynamic import Config
from pulumi.runtime.proto import status_pb2

from pulumi_tcsql_check import host


class Metadata(list[tuple[str, bytes]]):
    """The trailing metadata that a call was given."""


def context_for(metadata: Metadata) -> grpc.ServicerContext:
    """Make a servicer's context that notes its trailing metadata, and can do nothing else."""
    kind: Any = type(
        "Context", (grpc.ServicerContext,), {"set_trailing_metadata": lambda _, given: metadata.extend(given)}
    )
    kind.__abstractmethods__ = frozenset()
    context: grpc.ServicerContext = kind()
    return context


@pytest.fixture(autouse=True)
def not_cancelled() -> None:
    """Begin each test with an update that goes on."""
    host.CANCELLED.clear()


def test_cancel_sets_the_flag_through_the_servicers_own_method(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bound method that the server already holds runs our code afterwards."""

    class DynamicResourceProviderServicer:
        def Cancel(self, request: object, context: object) -> object:  # noqa: N802
            return request, context

    monkeypatch.setattr(
        sys.modules["__main__"], "DynamicResourceProviderServicer", DynamicResourceProviderServicer, raising=False
    )
    bound = DynamicResourceProviderServicer().Cancel
    host.prepare()
    assert bound(None, None) == empty_pb2.Empty()
    assert host.CANCELLED.is_set()
    host.CANCELLED.clear()


def test_a_host_of_another_shape_is_left_as_it_is() -> None:
    """Neither a missing servicer nor a thread outside of a pool is an error."""
    host.prepare()
    assert not host.CANCELLED.is_set()


def test_every_queued_and_every_later_call_gets_a_thread() -> None:
    """Once prepared, a pool of one thread serves what was queued before and what comes after, all at once."""
    release, prepared = threading.Event(), threading.Event()
    barrier = threading.Barrier(4)

    def first() -> None:
        began.set()
        host.prepare()
        host.prepare()
        prepared.set()
        release.wait()

    def meet() -> None:
        barrier.wait(timeout=5)

    with ThreadPoolExecutor(max_workers=1) as pool:
        began = threading.Event()
        jobs = [pool.submit(first)]
        began.wait()
        jobs += [pool.submit(meet) for _ in range(2)]
        assert prepared.wait(5)
        jobs.append(pool.submit(meet))
        meet()
        release.set()
        for job in jobs:
            job.result(timeout=5)


def test_a_worker_of_another_kind_of_pool_is_left_alone() -> None:
    """A thread whose first argument leads to no pool of the known kind goes on plainly."""
    thread = threading.Thread(target=lambda _: host.prepare(), args=(SimpleNamespace,))
    thread.start()
    thread.join()


def test_a_pool_without_the_known_parts_is_left_alone() -> None:
    """A pool that has lost its count of idle threads keeps its size."""
    with ThreadPoolExecutor(max_workers=1) as pool:

        def prepare() -> int:
            semaphore = pool.__dict__.pop("_idle_semaphore")
            try:
                host.prepare()
                return pool._max_workers
            finally:
                pool.__dict__["_idle_semaphore"] = semaphore

        assert pool.submit(prepare).result(timeout=5) == 1


def test_the_call_is_found_by_the_servicers_frame_and_fails_with_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somewhere above stands a frame with the request and the context; the sentence goes into its trailing metadata."""
    monkeypatch.setattr(sys, "argv", ["host"])
    metadata = Metadata()

    def read(request: object, context: object) -> host.Call:
        del request, context
        return host.current_call()

    def serve(request: object, context: object) -> host.Call:
        return read(request, context)

    call = serve(SimpleNamespace(urn="urn:of:the:check"), context_for(metadata))
    call.fail("one sentence")
    ((key, value),) = metadata
    assert key == "grpc-status-details-bin"
    assert status_pb2.Status.FromString(value).message == "one sentence"


def test_without_a_servicer_or_an_engine_every_word_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    """No row, no warning, a traceback: but no error of its own."""
    monkeypatch.setattr(sys, "argv", ["host"])
    call = host.current_call()
    call.show("a line")
    call.warn("a warning")
    call.fail("a sentence")


def test_an_engine_that_takes_no_message_does_no_harm(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody listens at the engine's address: the line is lost, and nothing else."""
    monkeypatch.setattr(sys, "argv", ["host", "127.0.0.1:9"])
    call = host.current_call()
    call.show("a line")
    call.warn("a warning")
    assert "127.0.0.1:9" in host._engines


def test_the_configurations_keys_are_listed() -> None:
    """The host's own class keeps them in a dictionary."""
    assert host.config_keys(Config({"a:b": "c", "d:e": "f"}, "test")) == ("a:b", "d:e")


@pytest.mark.parametrize("config", [SimpleNamespace(), SimpleNamespace(_props=["a:b"]), {"a:b": "c"}, None])
def test_a_configuration_of_another_shape_lists_nothing(config: object) -> None:
    """Where the host's class has changed, no key is named, and nothing fails."""
    assert host.config_keys(config) == ()
