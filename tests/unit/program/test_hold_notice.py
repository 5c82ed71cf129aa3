"""The notice of `hold_stack` during a long wait."""

import asyncio
import logging
from collections.abc import Callable
from typing import Any

import pulumi
import pytest
from harness.mock_engine import Engine, check, record, run, take_for_real

from pulumi_tcsql_check import MigrationCheck, hold_stack
from pulumi_tcsql_check.program import hold

Declare = Callable[[pulumi.Output[Any]], list[MigrationCheck]]
"""Declares the checks of a program, given a value that is known late."""

LATE = hold.NOTICE_SECONDS + 5
"""When the value is known, in seconds, if the notice comes first."""


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> Callable[[], list[str]]:
    """Make the package treat the mock as a real engine, and return the engine's log so far."""
    take_for_real(monkeypatch)
    caplog.set_level(logging.INFO)
    return lambda: [message for message in caplog.messages if message.startswith("hold_stack")]


def on(**options: Any) -> pulumi.ResourceOptions:  # noqa: ANN401  # as ResourceOptions has them
    """Make resource options."""
    return pulumi.ResourceOptions(**options)


@pytest.mark.parametrize(
    ("declare", "missing"),
    [
        (lambda late: [check("a", late)], {"a": "migrate_id"}),
        (lambda late: [check("a", late, failed_statuses=[late])], {"a": "migrate_id and failed_statuses"}),
        (lambda late: [check("a", opts=on(depends_on=record("b", late)))], {"a": "b (depends_on)"}),
        (lambda late: [check("a", opts=on(depends_on=[record("b", 1), record("c", late)]))], {"a": "c (depends_on)"}),
        (
            lambda late: [check("a", late, opts=on(depends_on=record("b", late)))],
            {"a": "migrate_id and b (depends_on)"},
        ),
        (lambda late: [check("a", opts=on(depends_on=late.apply(lambda _: record("b"))))], {"a": "depends_on"}),
        (lambda late: [check("a", opts=on(depends_on=[late.apply(lambda _: record("b"))]))], {"a": "depends_on"}),
        (lambda late: [check("a", opts=on(parent=record("b", late)))], {"a": "b (parent)"}),
        (lambda late: [check("a"), check("b", late)], {"b": "migrate_id"}),
        (lambda late: [check("a", late), check("b", late)], {"a": "migrate_id", "b": "migrate_id"}),
    ],
)
def test_a_check_that_cannot_be_read_for_long_is_named_once(
    said: Callable[[], list[str]], declare: Declare, missing: dict[str, str]
) -> None:
    """The line names the missing input before it is known; then the program continues as without a notice."""
    engine = Engine()
    in_time: list[str] = []

    def program() -> None:
        value = asyncio.get_running_loop().create_future()

        def come() -> None:
            in_time.extend(said())
            value.set_result(1066)

        asyncio.get_running_loop().call_later(LATE, come)
        late = pulumi.Output.from_input(value)
        checks = declare(late)
        record("mine", late)
        hold_stack(*checks)
        record("below")

    run(engine, program)
    assert in_time == [
        f"hold_stack waits for the check {name}, which can't be queried before {needed} is there."
        for name, needed in missing.items()
    ]
    assert said() == in_time
    assert set(missing) | {"mine", "below"} <= set(engine.order)
    assert set(missing) <= set(engine.dependencies["below"])


@pytest.mark.parametrize("seconds", [0, hold.NOTICE_SECONDS - 1])
def test_there_is_no_notice_if_all_inputs_are_known_in_time(said: Callable[[], list[str]], seconds: float) -> None:
    """The notice appears only after a long wait."""
    engine = Engine()

    def program() -> None:
        value = asyncio.get_running_loop().create_future()
        asyncio.get_running_loop().call_later(seconds, value.set_result, 1066)
        hold_stack(check("orders", pulumi.Output.from_input(value)))
        record("below")

    run(engine, program)
    assert said() == []
    assert engine.order == ["orders", "below"]


def test_there_is_no_notice_for_a_check_that_is_being_read(said: Callable[[], list[str]]) -> None:
    """Once all its inputs are known, the gate's own row shows the progress."""
    engine = Engine()

    def program() -> None:
        verdict = asyncio.get_running_loop().create_future()
        asyncio.get_running_loop().call_later(LATE, verdict.set_result, None)
        orders = check("orders", opts=on(depends_on=[record("above")]))
        orders._settled = pulumi.Output.from_input(verdict)
        hold_stack(orders)
        assert verdict.done()
        record("below")

    run(engine, program)
    assert said() == []
    assert engine.order == ["above", "orders", "below"]


def test_there_is_no_notice_if_a_check_is_refused(said: Callable[[], list[str]]) -> None:
    """The error is enough, even if another check still waits for an input."""
    engine = Engine(refused=False)

    def program() -> None:
        value = asyncio.get_running_loop().create_future()
        try:
            hold_stack(check("late", pulumi.Output.from_input(value)), check("refused"))
        finally:
            value.set_result(1066)

    with pytest.raises(pulumi.RunError, match=r"^The gate refused did not pass"):
        run(engine, program)
    assert said() == []
