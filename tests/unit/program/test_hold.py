"""`hold_stack` in a program: what it refuses, what it waits for, and what depends on the checks afterwards."""

import asyncio
import contextvars
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pulumi
import pytest
from harness.mock_engine import Engine, check, record, run, take_for_real
from pulumi.runtime import sync_await

from pulumi_tcsql_check import hold_stack
from pulumi_tcsql_check.program import shutdown


@pytest.fixture
def no_mock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the package treat the mock as a real engine."""
    take_for_real(monkeypatch)


@pytest.mark.usefixtures("no_mock")
@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ([], "hold_stack needs at least one MigrationCheck or MigrationCheckGroup to wait for."),
        (["text"], "hold_stack waits for MigrationCheck and MigrationCheckGroup, and was given str."),
        ([pulumi.CustomResource], "hold_stack waits for MigrationCheck and MigrationCheckGroup, and was given type."),
        (["a check", None], "hold_stack waits for MigrationCheck and MigrationCheckGroup, and was given NoneType."),
        (["a check", ["a check"]], "hold_stack waits for MigrationCheck and MigrationCheckGroup, and was given list."),
    ],
)
def test_an_argument_that_is_no_check_is_refused_at_the_users_line(given: list[Any], sentence: str) -> None:
    """The error is both Python's `TypeError` and Pulumi's `RunError`."""
    engine = Engine()
    line = sys._getframe().f_lineno + 4

    def program() -> None:
        declared = [check("orders") if one == "a check" else one for one in given]
        hold_stack(*declared)

    with pytest.raises(TypeError) as refused:
        run(engine, program)
    assert isinstance(refused.value, pulumi.RunError)
    assert str(refused.value) == f"{sentence} (test_hold.py, line {line})"


@pytest.mark.parametrize("preview", [False, True])
def test_under_mocks_nothing_is_held(preview: bool) -> None:
    """A user's unit test continues before the check is read, for any result of the mock, and nothing depends on it."""
    engine = Engine(orders=False)

    def program() -> None:
        hold_stack(check("orders"))
        engine.order.append("went on")
        record("below")

    run(engine, program, preview=preview)
    assert sorted(engine.order[1:]) == ["below", "orders"]
    assert engine.order[0] == "went on"
    assert engine.dependencies["below"] == []


@pytest.mark.usefixtures("no_mock")
def test_an_sdk_without_a_wait_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """There is one error, and nothing below is declared."""
    monkeypatch.delattr(sync_await, "_sync_await")
    engine = Engine()

    def program() -> None:
        hold_stack(check("orders"))
        record("below")

    with pytest.raises(pulumi.RunError, match=r"^hold_stack can't wait with this version of Pulumi's SDK, and would "):
        run(engine, program)
    assert engine.order == ["orders"]


@pytest.mark.usefixtures("no_mock")
def test_a_call_in_a_thread_without_an_event_loop_is_refused() -> None:
    """The call can't wait there, and would hold nothing."""
    engine = Engine()
    line = sys._getframe().f_lineno + 8
    refused: list[BaseException] = []

    def program() -> None:
        orders = check("orders")

        def call() -> None:
            try:
                hold_stack(orders)
            except pulumi.RunError as error:
                refused.append(error)

        thread = threading.Thread(target=contextvars.copy_context().run, args=(call,))
        thread.start()
        thread.join()

    run(engine, program)
    (error,) = refused
    assert str(error) == (
        "hold_stack waits in the program's event loop, and was called in a thread that has none. "
        f"(test_hold.py, line {line})"
    )


@pytest.mark.usefixtures("no_mock")
def test_it_waits_for_each_check() -> None:
    """A passed check lets nothing through while another check's id is unknown."""
    engine = Engine()

    def program() -> None:
        number = asyncio.get_running_loop().create_future()
        one, two = check("one"), check("two", pulumi.Output.from_input(number))

        async def release() -> None:
            await one._settled.future()
            for _ in range(100):
                await asyncio.sleep(0)
            engine.order.append("released")
            number.set_result(1067)

        released = asyncio.ensure_future(release())
        hold_stack(one, two)
        assert released.done()
        engine.order.append("went on")

    run(engine, program)
    assert engine.order == ["one", "released", "two", "went on"]


@pytest.mark.usefixtures("no_mock")
@pytest.mark.parametrize("verdict", [False, None])
def test_a_check_that_has_not_passed_ends_the_program(verdict: bool | None) -> None:
    """The guard's error comes at once, even while another check can't be read yet; nothing below the call runs."""
    engine = Engine(one=verdict)

    def program() -> None:
        number = asyncio.get_running_loop().create_future()
        try:
            hold_stack(check("two", pulumi.Output.from_input(number)), check("one"))
            engine.order.append("went on")
        finally:
            engine.order.append("ended")
            number.set_result(1067)

    with pytest.raises(
        pulumi.RunError, match=r"^The gate one did not pass, so the program ends before the engine deletes what was"
    ):
        run(engine, program)
    assert engine.order == ["one", "ended", "two"]


@pytest.mark.usefixtures("no_mock")
def test_the_pass_of_another_update_ends_the_program() -> None:
    """The engine returns such a pass if it skips the read; no `apply` on an output of the check runs."""
    engine = Engine()
    engine.stale.add("orders")

    def program() -> None:
        orders = check("orders")
        for output in (orders.passed, orders.id, orders.urn):
            output.apply(lambda _: engine.order.append("an apply ran"))
        hold_stack(orders)
        engine.order.append("went on")

    with pytest.raises(
        pulumi.RunError, match=r"^The gate orders did not pass, so the program ends before the engine deletes what was"
    ):
        run(engine, program)
    assert engine.order == ["orders"]


@pytest.mark.usefixtures("no_mock")
@pytest.mark.parametrize(("preview", "enforce"), [(True, None), (False, False)])
def test_a_preview_and_a_gate_that_is_not_enforced_continue_after_any_response(
    preview: bool, enforce: bool | None
) -> None:
    """The program continues for any verdict, and resources below the call depend on the check."""
    engine = Engine(orders=False)

    def program() -> None:
        hold_stack(check("orders", enforce=enforce))
        engine.order.append("went on")
        record("below")

    run(engine, program, preview=preview)
    assert engine.order == ["orders", "went on", "below"]
    assert engine.dependencies["below"] == ["orders"]


@pytest.mark.usefixtures("no_mock")
def test_resources_below_the_call_depend_on_the_checks() -> None:
    """They keep their own dependencies; resources from above the call and other checks don't depend on the checks."""
    engine = Engine()

    def program() -> None:
        own, other = record("own"), record("other")
        hold_stack(check("one"), check("two"))
        record("plain")
        record("single", depends_on=own)
        record("list", depends_on=[own, other])
        record("output", depends_on=pulumi.Output.from_input([own, other]))
        record("output-in-list", depends_on=[pulumi.Output.from_input(own)])
        # These edges are a second safeguard: a child of a resource from above the call doesn't inherit them.
        record("child", parent=own, depends_on=[other])
        check("later")
        hold_stack(check("third", opts=pulumi.ResourceOptions(depends_on=[own])))
        record("below-both")

    run(engine, program)
    assert engine.dependencies == {
        "project-stack": [],
        "own": [],
        "other": [],
        "one": [],
        "two": [],
        "plain": ["one", "two"],
        "single": ["one", "own", "two"],
        "list": ["one", "other", "own", "two"],
        "output": ["one", "other", "own", "two"],
        "output-in-list": ["one", "own", "two"],
        "child": ["other"],
        "later": [],
        "third": ["own"],
        "below-both": ["one", "third", "two"],
    }


@pytest.mark.usefixtures("no_mock")
def test_another_program_in_the_process_is_not_held() -> None:
    """Its resources don't depend on the first stack's checks."""
    run(Engine(), lambda: hold_stack(check("first")))
    engine = Engine()

    def program() -> None:
        record("free")
        hold_stack(check("second"))
        record("below")

    run(engine, program)
    assert engine.dependencies == {"project-stack": [], "free": [], "second": [], "below": ["second"]}


@pytest.mark.usefixtures("no_mock")
def test_a_wait_ends_when_the_sdk_stops_the_loop() -> None:
    """The SDK does so in an inline program whose engine has gone; the awaited values never come."""
    engine = Engine()

    def program() -> None:
        loop: Any = asyncio.get_running_loop()
        value = loop.create_future()
        loop.call_later(1, loop.stop)
        try:
            hold_stack(check("orders", pulumi.Output.from_input(value)))
        finally:
            loop._stopping = False
            value.set_result(1066)

    with pytest.raises(pulumi.RunError, match=r"^The engine ended this update while hold_stack waited"):
        run(engine, program)


@pytest.mark.usefixtures("no_mock")
def test_an_interrupt_ends_the_wait_and_keeps_the_event_loop_running(monkeypatch: pytest.MonkeyPatch) -> None:
    """The call raises the interrupt, and other coroutines of the program continue."""
    engine = Engine()

    @contextmanager
    def interrupted(wake: Callable[[], object]) -> Iterator[None]:
        asyncio.get_running_loop().call_later(1, wake)
        yield
        raise KeyboardInterrupt

    monkeypatch.setattr(shutdown, "deferring_interrupts", interrupted)

    def program() -> None:
        value = asyncio.get_running_loop().create_future()
        try:
            hold_stack(check("orders", pulumi.Output.from_input(value)))
        except KeyboardInterrupt:
            engine.order.append("interrupted")
        value.set_result(1066)

    run(engine, program)
    assert engine.order == ["interrupted", "orders"]


@pytest.mark.usefixtures("no_mock")
def test_a_program_that_catches_the_refusal_creates_nothing_below() -> None:
    """Resources that it declares afterwards depend on the check, and the program ends with the same error."""
    engine = Engine(orders=False)

    def program() -> None:
        with suppress(pulumi.RunError):
            hold_stack(check("orders"))
        record("below")

    with pytest.raises(pulumi.RunError, match=r"^The gate orders did not pass"):
        run(engine, program)
    assert engine.order == ["orders"]
