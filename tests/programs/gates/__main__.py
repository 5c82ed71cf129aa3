"""Many gates in one stack, with one record behind all of them, and one record beside them that is created late."""

import asyncio
import os
import signal
from typing import Any

import pulumi
from migration import Migration
from records import Record

from pulumi_tcsql_check import MigrationCheck, hold_stack

config = pulumi.Config("test")
inputs = {"region": "ap-guangzhou", **(config.get_object("inputs") or {})}
numbers = config.get_object("numbers") or [1066]
handlers: dict[str, Any] = {"handled": lambda *_: os.write(1, b"handled by the program\n"), "ignored": signal.SIG_IGN}
if sigint := config.get("sigint"):
    signal.signal(signal.SIGINT, handlers[sigint])

gates = [
    MigrationCheck(f"gate-{place}", **{"migrate_id": number, **inputs}) for place, number in enumerate(numbers, start=1)
]
if seconds := config.get_float("lateSeconds"):
    late = Migration("late", seconds=seconds)
    Record("beside", config.require("folder"), "new", pulumi.ResourceOptions(depends_on=[late]))


async def hold() -> None:
    """Hold the stack, and declare the record behind it."""
    hold_stack(*gates)
    behind()


def behind() -> None:
    """Declare the record behind all gates."""
    Record("behind", config.require("folder"), "new", pulumi.ResourceOptions(depends_on=gates))


if config.get_bool("inTask"):
    tasks = [asyncio.ensure_future(hold())]
else:
    if config.get_bool("held"):
        hold_stack(*gates)
    behind()
