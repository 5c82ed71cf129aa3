"""The end of the program's process when its language host interrupts it."""

import asyncio
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import cast

import pulumi
import pytest
from pulumi.runtime import stack

from pulumi_tcsql_check.program import shutdown

STUCK = """
import threading, time
from pulumi_tcsql_check.program import shutdown
shutdown.prepare()
threading.Thread(target=threading.Event().wait).start()  # as a thread that is blocked in gRPC: no interpreter ends it
try:
    print("ready", flush=True)
    threading.Event().wait()
finally:
    print("finally", flush=True)
"""


def printed_when_interrupted(code: str) -> str:
    """Run a program, interrupt it once it is ready, and return its output from then on; it must exit with 130."""
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline() == "ready\n"
        began = time.monotonic()
        process.send_signal(signal.SIGINT)
        rest, errors = process.stdout.read(), process.stderr.read()
        assert process.wait() == shutdown.INTERRUPTED
    assert time.monotonic() - began < 3
    assert errors == ""
    return rest


def test_an_interrupted_program_ends_soon_and_prints_nothing() -> None:
    """SIGINT ends it with 130 although a thread is stuck; its `finally` has run, and stderr is empty."""
    assert printed_when_interrupted(STUCK) == "finally\n"


def test_every_other_exception_is_printed_as_before() -> None:
    """Only the interrupt is silent."""
    code = "from pulumi_tcsql_check.program import shutdown\nshutdown.prepare()\nraise ValueError('still here')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.endswith("ValueError: still here\n")


OWN = """
import os, signal, threading
from pulumi_tcsql_check.program import shutdown
{handle}
shutdown.prepare()
print("ready", flush=True)
while True:
    threading.Event().wait(1)
"""


@pytest.mark.parametrize(
    ("handle", "printed"),
    [
        ("signal.signal(signal.SIGINT, lambda *_: os.write(1, b'cleaned up'))", "cleaned up"),
        ("signal.signal(signal.SIGINT, signal.SIG_IGN)", ""),
    ],
)
def test_a_program_that_handles_or_ignores_an_interrupt_ends_soon(handle: str, printed: str) -> None:
    """Its own handler is called once, and the process exits with 130 after the grace period."""
    assert printed_when_interrupted(OWN.format(handle=handle)) == printed


def test_a_program_that_an_interrupt_kills_is_left_unchanged(monkeypatch: pytest.MonkeyPatch) -> None:
    """The default action needs no timer, and a second preparation adds nothing."""
    monkeypatch.setattr(sys, "excepthook", hook := sys.excepthook)
    before = signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        shutdown.prepare()
        assert signal.getsignal(signal.SIGINT) is signal.SIG_DFL
        assert sys.excepthook is hook
        signal.signal(signal.SIGINT, signal.default_int_handler)
        shutdown.prepare()
        handler = signal.getsignal(signal.SIGINT)
        shutdown.prepare()
        assert signal.getsignal(signal.SIGINT) is handler
    finally:
        signal.signal(signal.SIGINT, before)


def test_another_thread_installs_nothing() -> None:
    """Worker threads use the package too, but can't handle signals."""
    before = signal.getsignal(signal.SIGINT), sys.excepthook
    thread = threading.Thread(target=shutdown.prepare)
    thread.start()
    thread.join()
    assert (signal.getsignal(signal.SIGINT), sys.excepthook) == before


def test_the_handler_starts_the_timer_and_the_hook_hides_the_interrupt(monkeypatch: pytest.MonkeyPatch) -> None:
    """The handler also raises the interrupt; the hook still shows every other exception."""
    ended: list[int] = []
    shown: list[type[BaseException]] = []
    monkeypatch.setattr(sys, "excepthook", lambda kind, _error, _trace: shown.append(kind))
    monkeypatch.setattr("os._exit", ended.append)
    monkeypatch.setattr(shutdown, "GRACE_SECONDS", 0.01)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        shutdown.prepare()
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)
        _wait_until(lambda: ended == [shutdown.INTERRUPTED])
    finally:
        signal.signal(signal.SIGINT, before)
    sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
    sys.excepthook(ValueError, ValueError(), None)
    assert shown == [ValueError]


def test_a_deferred_interrupt_is_raised_at_the_end_of_the_block(monkeypatch: pytest.MonkeyPatch) -> None:
    """Inside the block it calls the given function; outside the block it is raised at once."""
    monkeypatch.setattr("os._exit", lambda _: None)
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    done: list[str] = []
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        shutdown.prepare()
        with shutdown.deferring_interrupts(lambda: done.append("woken")):
            done.append("nothing came")
        with pytest.raises(KeyboardInterrupt), shutdown.deferring_interrupts(lambda: done.append("woken")):  # noqa: PT012  # the test is about the block
            signal.raise_signal(signal.SIGINT)
            done.append("the block went on")
    finally:
        signal.signal(signal.SIGINT, before)
    assert done == ["nothing came", "woken", "the block went on"]


def test_a_process_that_is_not_prepared_defers_nothing() -> None:
    """The program handles interrupts by itself there."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt), shutdown.deferring_interrupts(lambda: None):
            signal.raise_signal(signal.SIGINT)
    finally:
        signal.signal(signal.SIGINT, before)


OVER = """
import threading
from pulumi_tcsql_check.program import shutdown
shutdown.prepare()
try:
    threading.Thread(target=shutdown.end_with_the_update).start()
    threading.Event().wait(30)
finally:
    print("finally", flush=True)
"""


def test_a_program_whose_update_is_over_ends_as_if_interrupted() -> None:
    """The call, which comes from another thread, doesn't return; the program's `finally` runs."""
    began = time.monotonic()
    done = subprocess.run([sys.executable, "-c", OVER], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (shutdown.INTERRUPTED, "finally\n", "")
    assert time.monotonic() - began < 5


def test_a_process_that_is_not_prepared_continues_after_an_update() -> None:
    """An inline program shares its process with others."""
    shutdown.end_with_the_update()


def _wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_the_guard_ends_a_program_whose_gate_has_unknown_outputs() -> None:
    """Newer SDKs make a refused read's outputs unknown, for which an `apply` is usually skipped."""

    async def run() -> None:
        loop = asyncio.get_running_loop()
        verdict, unknown = loop.create_future(), loop.create_future()
        verdict.set_result(None)
        unknown.set_result(False)
        shutdown.guard("orders", pulumi.Output(set(), verdict, unknown), pulumi.Output.from_input(bool(1)), None)
        await stack.wait_for_rpcs()

    with pytest.raises(pulumi.RunError, match=r"^The gate orders did not pass"):
        asyncio.run(run())


@pytest.mark.parametrize(
    ("passed", "is_fresh", "enforce", "ends"),
    [
        (True, True, None, False),
        (True, True, True, False),
        (False, True, False, False),
        (True, False, False, False),
        (False, True, None, True),
        (None, True, True, True),
        (True, False, None, True),
        (True, None, True, True),
    ],
)
def test_the_guard_ends_a_program_whose_gate_has_not_passed_in_this_update(
    passed: bool | None, is_fresh: bool | None, enforce: bool | None, ends: bool
) -> None:
    """Any value but `True` for both outputs ends it, unless `enforce` is False."""

    async def run() -> None:
        known = [pulumi.Output.from_input(cast("bool", value)) for value in (passed, is_fresh)]
        shutdown.guard("orders", known[0], known[1], enforce)
        await stack.wait_for_rpcs()

    if ends:
        with pytest.raises(pulumi.RunError, match=r"^The gate orders did not pass, so the program ends before"):
            asyncio.run(run())
    else:
        asyncio.run(run())
