"""A stack that is held, in each form of program; the stack's configuration chooses one."""

import asyncio
from collections.abc import Callable
from typing import Any

import pulumi
from migration import Migration
from records import Record

from pulumi_tcsql_check import MigrationCheck, hold_stack
from pulumi_tcsql_check.program import hold

config = pulumi.Config("test")
number = config.get_int("number") or 1
seconds = config.get_float("seconds") or 1.0
hold.NOTICE_SECONDS = config.get_float("noticeSeconds") or hold.NOTICE_SECONDS

above = pulumi.ComponentResource("test:index:Group", "above")


def check(
    migrate_id: pulumi.Input[int | str] = number,
    name: str = "orders",
    enforce: bool | None = None,
    opts: pulumi.ResourceOptions | None = None,
) -> MigrationCheck:
    """Declare a gate."""
    inputs: dict[str, Any] = {"region": "ap-guangzhou", "poll_interval_seconds": 0.2, "enforce": enforce}
    return MigrationCheck(name, migrate_id=migrate_id, opts=opts, **inputs)


def record(key: str, opts: pulumi.ResourceOptions | None = None) -> Record:
    """Declare a record."""
    return Record(key, config.require("folder"), "new", opts)


def below() -> None:
    """Declare what is held: a record, a child of a component from above the call, and one of a component below it."""
    record("below")
    record("child", pulumi.ResourceOptions(parent=above))
    record("inner", pulumi.ResourceOptions(parent=pulumi.ComponentResource("test:index:Group", "later")))


def migration() -> Migration:
    """Create a migration in the same stack."""
    return Migration("made-here", number, seconds)


class Database(pulumi.ComponentResource):
    """A component with a gate of its own."""

    def __init__(self, name: str) -> None:
        """Declare both."""
        super().__init__("test:index:Database", name)
        self.check = check(opts=pulumi.ResourceOptions(parent=self))
        self.register_outputs({})


CHECKS: dict[str, Callable[[], MigrationCheck]] = {
    "plain": check,
    "depends on a slow resource": lambda: check(opts=pulumi.ResourceOptions(depends_on=[migration()])),
    "id from a slow resource": lambda: check(migration().number),
    "id made in an apply": lambda: check(Migration("first", 1, 0).number.apply(lambda _: migration().number)),
    "id made in an apply of what is known": lambda: check(
        pulumi.Output.from_input("x").apply(lambda _: migration().number)
    ),
    "id made in an apply, not enforced": lambda: check(
        pulumi.Output.from_input("x").apply(lambda _: migration().number), enforce=False
    ),
    "child of a component": lambda: check(opts=pulumi.ResourceOptions(parent=above)),
    "declared in a component": lambda: Database("database").check,
}
"""The ways to declare the check of a program that has one."""


def hold_one() -> None:
    """Hold all below one check."""
    hold_stack(CHECKS[config.require("check")]())
    below()


def hold_twice() -> None:
    """Call twice, with a record between the calls."""
    hold_stack(check(1, "first"))
    record("between")
    hold_stack(check())
    below()


def hold_both() -> None:
    """Wait for two checks in one call."""
    hold_stack(check(1, "first"), check())
    below()


def check_later() -> None:
    """Declare another check below the call, with a record that depends on it."""
    hold_stack(check(1, "first"))
    below()
    record("behind", pulumi.ResourceOptions(depends_on=[check()]))


async def switch() -> None:
    """Hold from inside a coroutine, after a turn of the event loop."""
    await asyncio.sleep(0)
    hold_one()


async def program() -> None:
    """Await the coroutine that holds."""
    await switch()


def hold_nothing() -> None:
    """Call without a check."""
    hold_stack()
    below()


def hold_text() -> None:
    """Call with text instead of a check."""
    text: Any = "x"
    hold_stack(text)
    below()


tasks: list[asyncio.Task[None]] = []

SHAPES: dict[str, Callable[[], None]] = {
    "one": hold_one,
    "twice": hold_twice,
    "both": hold_both,
    "later": check_later,
    "awaited": lambda: pulumi.run(program),
    "in a task": lambda: tasks.append(asyncio.ensure_future(switch())),
    "nothing": hold_nothing,
    "text": hold_text,
}
"""The ways to call `hold_stack`."""

SHAPES[config.require("shape")]()
