"""A gate's dependencies must be in the stack; a new resource that `--target` or `--exclude` leaves out is not."""

import asyncio
from collections.abc import Callable
from typing import Any

import pulumi
import pytest
from harness.mock_engine import Engine, check, record, run, take_for_real
from pulumi.runtime import get_root_resource, settings

from pulumi_tcsql_check.program import monitor


@pytest.fixture(autouse=True)
def _no_mock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the package treat the mock as a real engine."""
    take_for_real(monkeypatch)


def component(name: str, parent: pulumi.Resource | None = None, *, remote: bool = False) -> pulumi.ComponentResource:
    """Declare a component."""
    return pulumi.ComponentResource("test:index:Group", name, None, pulumi.ResourceOptions(parent=parent), remote)


def on(**options: Any) -> pulumi.ResourceOptions:  # noqa: ANN401  # as ResourceOptions has them
    """Make resource options."""
    return pulumi.ResourceOptions(**options)


def with_children() -> pulumi.ComponentResource:
    """Declare a component with a nested component and a resource in that one."""
    outer = component("outer")
    record("front", parent=component("inner", outer))
    return outer


def echoed() -> pulumi.Output[Any]:
    """Return a known value from a resource that is not in the stack."""
    front = record("front", 1066)
    return pulumi.Output.all(1066, front.urn).apply(lambda both: both[0])


def beside_itself() -> None:
    """Declare a gate that depends on a resource in its own component."""
    around = component("around")
    record("front", parent=around)
    check("orders", opts=on(parent=around, depends_on=list(around._childResources)))


WAYS: dict[str, Callable[[], object]] = {
    "depends_on": lambda: check("orders", opts=on(depends_on=record("front"))),
    "depends_on a list": lambda: check("orders", opts=on(depends_on=[record("other"), record("front")])),
    "depends_on a tuple": lambda: check("orders", opts=on(depends_on=(record("other"), record("front")))),
    "depends_on an output": lambda: check(
        "orders", opts=on(depends_on=pulumi.Output.from_input([record("other"), record("front")]))
    ),
    "depends_on an output in a list": lambda: check(
        "orders", opts=on(depends_on=[pulumi.Output.from_input(record("front"))])
    ),
    "depends_on a component": lambda: check("orders", opts=on(depends_on=[with_children()])),
    "depends_on a neighbour": beside_itself,
    "the value of an input": lambda: check("orders", echoed()),
    "parent": lambda: check("orders", opts=on(parent=record("front"))),
    "a component as parent": lambda: check("orders", opts=on(parent=component("front"))),
}
"""The ways in which a gate depends on `front`."""


@pytest.mark.parametrize("way", WAYS)
def test_a_gate_with_a_dependency_outside_the_stack_is_not_read(way: str) -> None:
    """One error names both and ends the program, and the engine gets no read."""
    engine = Engine()
    engine.left_out.add("front")
    with pytest.raises(pulumi.RunError) as refused:
        run(engine, WAYS[way])
    assert str(refused.value) == (
        "The gate orders depends on front, which is not in the stack: it failed, or --target or --exclude left it "
        "out. See its own error, or include it in the update."
    )
    assert "orders" not in engine.order


@pytest.mark.parametrize("way", WAYS)
def test_a_gate_with_dependencies_in_the_stack_is_read(way: str) -> None:
    """This includes the stack itself as parent, and a component that a package constructs as parent or dependency."""
    engine = Engine()

    def program() -> None:
        WAYS[way]()
        check("below-the-stack", opts=on(parent=get_root_resource()))
        remote = component("remote", remote=True)
        check("remote", opts=on(parent=remote, depends_on=[remote]))

    run(engine, program)
    assert {"orders", "below-the-stack", "remote"} <= set(engine.order)


def test_a_preview_reads_a_gate_with_any_dependency() -> None:
    """A preview writes no state."""
    engine = Engine()
    engine.left_out.add("front")
    run(engine, lambda: check("orders", opts=on(parent=component("front"))), preview=True)
    assert "orders" in engine.order


def test_a_component_registered_before_the_import_counts_as_absent() -> None:
    """The package can't know whether it is in the stack, and a broken state is worse than a closed gate."""
    engine = Engine()

    async def program() -> None:
        early = component("early")
        await early.urn.future()
        check("orders", opts=on(parent=early))

    with pytest.raises(pulumi.RunError, match=r"^The gate orders depends on early, which is not in the stack"):
        run(engine, lambda: asyncio.ensure_future(program()))
    assert "orders" not in engine.order


def test_registrations_are_observed_once() -> None:
    """Each gate calls `observe`, which wraps the monitor once; without an engine it does nothing."""
    engine = Engine()

    def program() -> None:
        monitor.observe()
        first = engine.RegisterResource
        monitor.observe()
        assert engine.RegisterResource is first

    run(engine, program)
    settings.reset_options()
    monitor.observe()
