"""The host's private classes: what the package does if they have changed."""

import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import grpc
import pytest
from google.protobuf import empty_pb2
from harness.servicer_context import Metadata, context_for
from pulumi.dynamic import Config

from pulumi_tcsql_check.dynamic_host import host
from pulumi_tcsql_check.dynamic_host.call import Call
from pulumi_tcsql_check.engine import liveness


@pytest.fixture(autouse=True)
def not_cancelled() -> None:
    """Start each test with an update that isn't cancelled, and without another test's watch of its engine."""
    for thread in threading.enumerate():
        if thread.name == liveness.THREAD:
            thread.join(10)
    host.CANCELLED.clear()
    host.INTERRUPTED.clear()
    host._refused.clear()


def test_cancel_sets_the_flag_through_the_servicers_own_method(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bound method that the server already holds then runs the package's code."""

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
    assert host.INTERRUPTED.is_set()


def test_an_unknown_host_is_left_unchanged() -> None:
    """Neither a missing servicer nor a thread outside a pool is an error."""
    host.prepare()
    assert not host.CANCELLED.is_set()


def test_every_queued_and_later_call_gets_a_thread() -> None:
    """A prepared pool of one thread runs the queued and the later calls all at once."""
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


def test_an_unknown_kind_of_pool_is_left_unchanged() -> None:
    """A thread whose first argument leads to no pool of the known kind continues as before."""
    thread = threading.Thread(target=lambda _: host.prepare(), args=(SimpleNamespace,))
    thread.start()
    thread.join()


def test_a_pool_without_the_known_attributes_is_left_unchanged() -> None:
    """A pool without its count of idle threads keeps its size."""
    with ThreadPoolExecutor(max_workers=1) as pool:

        def prepare() -> int:
            semaphore = pool.__dict__.pop("_idle_semaphore")
            try:
                host.prepare()
                return pool._max_workers
            finally:
                pool.__dict__["_idle_semaphore"] = semaphore

        assert pool.submit(prepare).result(timeout=5) == 1


def refuse(urn: str, context: grpc.ServicerContext | None) -> None:
    """End the other waits as a read does."""
    host.end_other_waits(Call("", urn, context))


def test_a_refusal_ends_the_other_waits_once_the_engine_has_it() -> None:
    """Otherwise their errors could appear before the reason; they name the gate that was refused first."""
    callbacks: list[Callable[[], None]] = []

    def take(callback: Callable[[], None]) -> bool:
        callbacks.append(callback)
        return True

    for name in ("orders", "customers"):
        refuse(f"urn:pulumi:a::b::type::{name}", context_for(Metadata(), take))
    assert not host.CANCELLED.is_set()
    for callback in callbacks:
        callback()
    assert host.CANCELLED.is_set()
    assert not host.INTERRUPTED.is_set()  # a failure ends no start
    assert host.refused() == "orders"


def test_a_refusal_ends_the_other_waits_if_the_call_is_over() -> None:
    """A call that is over accepts no callback."""
    refuse("urn:pulumi:a::b::type::orders", context_for(Metadata(), lambda _: False))
    assert (host.CANCELLED.is_set(), host.refused()) == (True, "orders")


def test_a_refusal_without_a_servicer_ends_the_other_waits_at_once() -> None:
    """If the host's frames have changed, the gate's name is unknown, and the update still ends."""
    refuse("", None)
    assert (host.CANCELLED.is_set(), host.refused()) == (True, "beside it")


def test_a_cancelled_update_is_not_reported_as_refused() -> None:
    """The first reason counts."""
    host.CANCELLED.set()
    refuse("", None)
    assert host.refused() == ""


def test_a_host_whose_engine_is_gone_ends_its_gates_and_is_interrupted(monkeypatch: pytest.MonkeyPatch) -> None:
    """The host gets SIGINT, as from the engine, and Python's own handler processes it."""
    monkeypatch.setattr(liveness, "INTERVAL_SECONDS", 0.01)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with socket.create_server(("127.0.0.1", 0)) as server:
            monkeypatch.setattr(sys, "argv", ["host", f"127.0.0.1:{server.getsockname()[1]}"])
            host.prepare()
            server.accept()[0].close()
        with pytest.raises(KeyboardInterrupt):
            threading.Event().wait(5)
    finally:
        signal.signal(signal.SIGINT, before)
    assert host.CANCELLED.is_set()
    assert host.INTERRUPTED.is_set()


def test_an_engine_is_watched_once_however_often_a_provider_is_configured(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each gate has its own provider, and the host configures each."""
    begun: list[str] = []
    monkeypatch.setattr(liveness, "begin", lambda address, _: begun.append(address))
    monkeypatch.setattr(sys, "argv", ["host", "127.0.0.1:1"])
    host.prepare()
    over = threading.Event()
    watching = threading.Thread(target=over.wait, name=liveness.THREAD)
    watching.start()
    host.prepare()
    over.set()
    watching.join()
    assert begun == ["127.0.0.1:1"]


def test_a_signal_that_another_thread_receives_ends_the_wait_of_the_main_thread() -> None:
    """Linux may give any thread a signal to the process, and Python handles it in the main thread alone."""

    def receive() -> None:
        signal.pthread_kill(threading.get_ident(), signal.SIGINT)

    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    host.prepare()
    try:
        began = time.monotonic()
        threading.Timer(0.01, receive).start()
        with pytest.raises(KeyboardInterrupt):
            threading.Event().wait(5)
        assert time.monotonic() - began < 4
    finally:
        signal.signal(signal.SIGINT, before)


def test_the_main_thread_has_one_waker_however_often_a_provider_is_configured() -> None:
    """Each gate has its own provider, and the host configures each."""
    host.prepare()
    host.prepare()
    assert [thread.name for thread in threading.enumerate()].count(host.WAKER) == 1


def test_a_host_with_its_own_sigint_handler_is_not_interrupted() -> None:
    """The effect of such a handler is unknown; the gates end all the same."""
    before = signal.signal(signal.SIGINT, lambda *_: pytest.fail("it was interrupted"))
    try:
        host._end()
    finally:
        signal.signal(signal.SIGINT, before)
    assert host.CANCELLED.is_set()
    assert host.INTERRUPTED.is_set()


def test_the_keys_of_the_configuration_are_listed() -> None:
    """The host's own class has them in a dictionary."""
    assert host.config_keys(Config({"a:b": "c", "d:e": "f"}, "test")) == ("a:b", "d:e")


@pytest.mark.parametrize("config", [SimpleNamespace(), SimpleNamespace(_props=["a:b"]), {"a:b": "c"}, None])
def test_an_unknown_configuration_class_lists_no_keys(config: object) -> None:
    """If the host's class has changed, no key is named, and nothing fails."""
    assert host.config_keys(config) == ()


def test_the_projects_name_is_known() -> None:
    """The host's own class has it, and completes a key without a namespace with it."""
    assert host.project_name(Config({}, "shop")) == "shop"


@pytest.mark.parametrize("config", [SimpleNamespace(), SimpleNamespace(_project_name=1), {}, None])
def test_an_unknown_configuration_class_has_no_project(config: object) -> None:
    """If the host's class has changed, the name is unknown, and nothing fails."""
    assert host.project_name(config) is None
