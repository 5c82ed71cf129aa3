"""The validated inputs of one gate, whether it is of one check or of a group."""

from collections.abc import Mapping
from typing import Any

import msgspec

from pulumi_tcsql_check.config import hidden, validation
from pulumi_tcsql_check.model.endpoint import Endpoint
from pulumi_tcsql_check.model.flow import Flow
from pulumi_tcsql_check.model.progress import Migration


class CheckInputs(msgspec.Struct, frozen=True):
    """The validated inputs of `read`; `wait` and `ids_are_new` come from hidden inputs.

    Attributes:
        migrations: At least one, in the order given.
        flows: The flow of each migration that must succeed as well; empty if there is none.
        is_group: Whether a list was given, even of one.
    """

    migrations: tuple[Migration, ...]
    wait: bool
    timeout_seconds: float
    poll_interval_seconds: float
    enforce: bool
    failed_statuses: tuple[int, ...]
    endpoint: Endpoint | None
    flows: tuple[Flow, ...] = ()
    ids_are_new: bool = False
    is_group: bool = False

    @property
    def region(self) -> str:
        """The region of all migrations."""
        return self.migrations[0].region

    def flow_of(self, number: int) -> Flow | None:
        """Return the flow of a migration, by its place in the list."""
        return self.flows[number] if self.flows else None

    @classmethod
    def from_props(cls, props: Mapping[str, Any]) -> "CheckInputs":
        """Validate the inputs as they came over the wire; what is optional and missing gets its default.

        Raises:
            InvalidInputError: A value is missing or outside its range.
        """
        given = {name: value for name, value in props.items() if value is not None}
        is_group = "migrate_ids" in props
        ids = (
            validation.migrate_ids(given.get("migrate_ids"))
            if is_group
            else (validation.migrate_id(given.get("migrate_id")),)
        )
        region = validation.region(given.get("region"))
        wait, from_outputs = hidden.wait(given), hidden.from_outputs(given)
        timeout = given.get("timeout_seconds", validation.DEFAULT_TIMEOUT_SECONDS)
        interval = given.get("poll_interval_seconds", validation.DEFAULT_POLL_INTERVAL_SECONDS)
        return cls(
            migrations=tuple(Migration(number, region) for number in ids),
            wait=wait,
            timeout_seconds=validation.timeout_seconds(timeout),
            poll_interval_seconds=validation.poll_interval_seconds(interval),
            enforce=validation.enforce(given.get("enforce", True)),
            failed_statuses=validation.failed_statuses(given.get("failed_statuses", ())),
            endpoint=validation.endpoint(given.get("endpoint")) if "endpoint" in {*given, *from_outputs} else None,
            flows=_flows(given, from_outputs, len(ids), is_group=is_group, wait=wait),
            ids_are_new=("migrate_ids" if is_group else "migrate_id") in from_outputs,
            is_group=is_group,
        )


def _flows(
    given: Mapping[str, Any], from_outputs: frozenset[str], count: int, *, is_group: bool, wait: bool
) -> tuple[Flow, ...]:
    """Return the flows; an output that brings none is refused, but a preview may not know it yet."""
    name = "flow_ids" if is_group else "flow_id"
    if name in from_outputs and name not in given and not wait:
        return (Flow(None),) * count
    if name not in {*given, *from_outputs}:
        return ()
    value = given.get(name)
    numbers = validation.flows_of(value, count) if is_group else (validation.flow_id(value),)
    return tuple(map(Flow, numbers))
