"""Resources of every kind, in every place that a gate can hold; `version.json` beside it has the version.

It is a file because the configuration is part of the provider's state, and so of an update plan.
"""

import json
from pathlib import Path

import pulumi
from records import Record
from slow import Slow

from pulumi_tcsql_check import MigrationCheck, hold_stack

version = json.loads(Path(__file__).with_name("version.json").read_text(encoding="utf-8"))
later = version["number"] == 2
folder = f"records/{'new' if later else 'old'}"
value = "new" if later else "old"


class Group(pulumi.ComponentResource):
    """A component, as a library would define it."""

    def __init__(self, name: str, opts: pulumi.ResourceOptions | None = None) -> None:
        """Declare the component, without children."""
        super().__init__("test:index:Group", name, None, opts)


def fill(place: str, opts: pulumi.ResourceOptions | None = None, text: pulumi.Input[str] = value) -> None:
    """Declare what this version changes, replaces and creates, and omit what it removes."""
    Record(f"{place}-changed", "records", text, opts)
    Record(f"{place}-replaced", folder, text, opts)
    Record(f"{place}-created" if later else f"{place}-removed", "records", text, opts)


def fill_with_front(place: str, opts: pulumi.ResourceOptions | None = None) -> None:
    """Declare the same, and two records that the engine deletes first: one in front, and its dependent."""
    fill(place, opts)
    first = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(delete_before_replace=True))
    front = Record(f"{place}-front", folder, value, first)
    Record(f"{place}-behind-front", front.folder, value, opts)


def check() -> MigrationCheck:
    """Declare the gate."""
    return MigrationCheck("orders", migrate_id=version["migrate_id"], region="ap-guangzhou", poll_interval_seconds=1)


def hold_resources() -> None:
    """Make each place depend on the gate in its own way."""
    gate = check()
    fill("depends-on", pulumi.ResourceOptions(depends_on=[gate]))
    fill("output", text=gate.passed.apply(lambda _: value))
    component = Group("component", pulumi.ResourceOptions(depends_on=[gate]))
    fill("component", pulumi.ResourceOptions(parent=component))
    outer = Group("outer", pulumi.ResourceOptions(depends_on=[gate]))
    fill("nested", pulumi.ResourceOptions(parent=Group("inner", pulumi.ResourceOptions(parent=outer))))
    gate.passed.apply(lambda _: fill("apply"))
    gate.id.apply(lambda _: fill("apply-id"))
    gate.urn.apply(lambda _: fill("apply-urn"))
    Slow("slow", value)


def hold_everything() -> None:
    """Hold everything below one line."""
    above = Group("above")
    hold_stack(check())
    fill_with_front("top")
    fill_with_front("component", pulumi.ResourceOptions(parent=Group("below")))
    fill_with_front("child", pulumi.ResourceOptions(parent=above))


def hold_what_is_behind_another() -> None:
    """Declare a resource that depends on the gate, and on another resource that isn't held."""
    front = Record("front", folder, value, pulumi.ResourceOptions(delete_before_replace=True))
    Record("behind-front", front.folder, value, pulumi.ResourceOptions(depends_on=[check()]))


def hold_below_another() -> None:
    """Hold the stack, with a resource below the line that depends on one above it."""
    front = Record("front", folder, value, pulumi.ResourceOptions(delete_before_replace=True))
    hold_stack(check())
    Record("behind-front", front.folder, value)


HOLDS = {
    "resources": hold_resources,
    "stack": hold_everything,
    "behind-another": hold_what_is_behind_another,
    "below-another": hold_below_another,
}
HOLDS[pulumi.Config("test").require("holds")]()
