"""The validated inputs of one gate, whether it is of one check or of a group."""

from collections.abc import Mapping
from typing import Any

import msgspec

from pulumi_tcsql_check.config import validation
from pulumi_tcsql_check.errors import InvalidInputError
from pulumi_tcsql_check.languages.sentence import Sentence
from pulumi_tcsql_check.model.endpoint import Endpoint
from pulumi_tcsql_check.model.flow import Flow
from pulumi_tcsql_check.model.progress import Migration


class CheckInputs(msgspec.Struct, frozen=True):
    """The validated inputs of one read.

    Attributes:
        migrations: At least one, in the order given.
        flows: The flow of each migration that must succeed as well; empty if there is none.
        wait: Whether to wait for the verdict.
        ids_are_new: Whether the API may not know the migrations yet, since their ids were outputs.
        reason: Why the gate isn't enforced, if the user says so.
        is_group: Whether a list was given, even of one.
        start_endpoints: Where the starts in front of the gate were sent; None for one that doesn't tell.
        started_at: When a start without triggers began the check, if there is one: that start may be long ago.
    """

    migrations: tuple[Migration, ...]
    timeout_seconds: float
    poll_interval_seconds: float
    failed_statuses: tuple[int, ...]
    endpoint: Endpoint | None
    flows: tuple[Flow, ...] = ()
    wait: bool = True
    enforce: bool = True
    reason: str | None = None
    ids_are_new: bool = False
    is_group: bool = False
    start_endpoints: tuple[str | None, ...] = ()
    started_at: str | None = None

    def at(self, endpoint: str) -> "CheckInputs":
        """Return the inputs with the endpoint for commands in each migration."""
        migrations = tuple(msgspec.structs.replace(one, endpoint=endpoint) for one in self.migrations)
        return msgspec.structs.replace(self, migrations=migrations)

    @property
    def region(self) -> str:
        """The region of all migrations."""
        return self.migrations[0].region

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
        wait, from_outputs = _wait(given), _from_outputs(given)
        enforce = validation.enforce(given.get("enforce", True))
        timeout = given.get("timeout_seconds", validation.DEFAULT_TIMEOUT_SECONDS)
        interval = given.get("poll_interval_seconds", validation.DEFAULT_POLL_INTERVAL_SECONDS)
        return cls(
            migrations=tuple(Migration(number, region) for number in ids),
            timeout_seconds=validation.timeout_seconds(timeout),
            poll_interval_seconds=validation.poll_interval_seconds(interval),
            failed_statuses=validation.failed_statuses(given.get("failed_statuses", ())),
            endpoint=validation.endpoint(given.get("endpoint")) if "endpoint" in {*given, *from_outputs} else None,
            flows=_flows(given, from_outputs, len(ids), is_group=is_group, wait=wait),
            wait=wait,
            enforce=enforce,
            reason=validation.reason(given["reason"], enforce=enforce) if "reason" in given else None,
            ids_are_new=("migrate_ids" if is_group else "migrate_id") in from_outputs,
            is_group=is_group,
            start_endpoints=_start_endpoints(given),
            started_at=_started_at(given),
        )


def _wait(given: Mapping[str, Any]) -> bool:
    """Return whether to wait: the program always sets it; only stored outputs, which a refresh brings, lack it."""
    if "wait" not in given and "passed" in given:
        return False
    if not isinstance(given.get("wait"), bool):
        raise InvalidInputError("wait", given.get("wait"), Sentence("true or false, by the gate"))
    return bool(given["wait"])


def _from_outputs(given: Mapping[str, Any]) -> frozenset[str]:
    """Return the inputs that the program gave as outputs: they may be new, and unknown in a preview."""
    names = given.get("from_outputs", [])
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise InvalidInputError("from_outputs", names, Sentence("names, by the gate"))
    return frozenset(names)


def _start_endpoints(given: Mapping[str, Any]) -> tuple[str | None, ...]:
    endpoints = given.get("start_endpoints", [])
    if not isinstance(endpoints, list) or not all(one is None or isinstance(one, str) for one in endpoints):
        raise InvalidInputError("start_endpoints", endpoints, Sentence("names, by the gate"))
    return tuple(endpoints)


def _started_at(given: Mapping[str, Any]) -> str | None:
    started_at = given.get("started_at")
    if started_at is not None and not isinstance(started_at, str):
        raise InvalidInputError("started_at", started_at, Sentence("text, by the gate"))
    return started_at


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
