"""A gate that depends on another resource; `version.json` beside the program says how, and whether that one fails."""

import json
from collections.abc import Callable
from pathlib import Path

import pulumi
from front import Front
from records import Record

from pulumi_tcsql_check import MigrationCheck, MigrationCheckGroup, hold_stack

version = json.loads(Path(__file__).with_name("version.json").read_text(encoding="utf-8"))
later = version["number"] == 2
migrate_id = version["migrate_id"]
value = "new" if later else "old"


class Group(pulumi.ComponentResource):
    """A component, as a library would define it."""

    def __init__(self, name: str, opts: pulumi.ResourceOptions | None = None) -> None:
        """Declare the component, without children."""
        super().__init__("test:index:Group", name, None, opts)


def front(opts: pulumi.ResourceOptions | None = None) -> Front:
    """Declare the resource in front."""
    return Front(migrate_id, opts, fails=version["front"] == "fails")


def gate(given: pulumi.Input[int | str] = migrate_id, **options: object) -> MigrationCheck | MigrationCheckGroup:
    """Declare the gate."""
    opts = pulumi.ResourceOptions(**options)  # type: ignore[arg-type]  # one or two of its arguments
    if version["kind"] == "group":
        return MigrationCheckGroup("orders", migrate_ids=[given], region="ap-guangzhou", opts=opts)
    return MigrationCheck("orders", migrate_id=given, region="ap-guangzhou", opts=opts)


def behind_a_component() -> MigrationCheck | MigrationCheckGroup:
    """Declare the gate, with a component in `depends_on` whose child is the resource in front."""
    component = Group("component")
    front(pulumi.ResourceOptions(parent=component))
    return gate(depends_on=[component])


def beside_it_in_a_component() -> MigrationCheck | MigrationCheckGroup:
    """Declare the gate and the resource in front in one component."""
    component = Group("component")
    front(pulumi.ResourceOptions(parent=component))
    return gate(parent=component)


THROUGH: dict[str, Callable[[], MigrationCheck | MigrationCheckGroup]] = {
    "depends_on": lambda: gate(depends_on=[front()]),
    "the id": lambda: gate(front().number),
    "an echoed input": lambda: gate(front().given),
    "the parent": lambda: gate(parent=front()),
    "a component": behind_a_component,
    "a component around both": beside_it_in_a_component,
    "a component around the gate": lambda: gate(parent=Group("component")),
}

above = Group("above")
check = gate() if version["front"] == "absent" else THROUGH[version["through"]]()
check.passed.apply(lambda _: Record("apply", "records", value))
check.id.apply(lambda _: Record("apply-id", "records", value))
if version["kind"] != "resources":
    hold_stack(check)
opts = pulumi.ResourceOptions(depends_on=[check])
Record("changed", "records", value, opts)
Record("child", "records", value, pulumi.ResourceOptions(parent=above, depends_on=[check]))
Record("created" if later else "removed", "records", value, opts)
