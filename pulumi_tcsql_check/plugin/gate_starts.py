"""The inputs that a gate takes from its starts, and the refusal of a start that this update left out."""

import os
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from pulumi_tcsql_check.config import validation
from pulumi_tcsql_check.errors import InvalidInputError, StaleInputError
from pulumi_tcsql_check.languages.sentence import Sentence
from pulumi_tcsql_check.plugin.monitor import Monitor
from pulumi_tcsql_check.plugin.process import Process
from pulumi_tcsql_check.plugin.wire import Properties, Reference, camel
from pulumi_tcsql_check.text import printable

TYPE = "tcsql-check:index:MigrationCheckStart"

LEGACY_DIFF = "PULUMI_ENABLE_LEGACY_DIFF"
"""With this variable, the engine doesn't ask whether a start whose changes are ignored has changed."""

_DECLARED = ("migrate_id", "region", "triggers")


class Taken(NamedTuple):
    """What a gate gets from its starts.

    Attributes:
        props: The inputs, with the hidden ones that `reading.reader` knows; empty if a preview doesn't know them yet.
        names: The names of the inputs that the starts give.
        secret: The names of those that are secrets.
    """

    props: dict[str, Any]
    names: tuple[str, ...]
    secret: frozenset[str] = frozenset()


class _Start(NamedTuple):
    urn: str
    outputs: Mapping[str, Any]
    declared: Mapping[str, Any]

    @property
    def name(self) -> str:
        return _name_of(self.urn)


def inputs_of(given: Properties, process: Process, monitor: Monitor, *, is_group: bool) -> Taken:
    """Return the inputs of a gate with `start` or `starts`.

    Raises:
        InvalidInputError: A value is no start, or another input contradicts it.
        StaleInputError: A start is not of this update.
    """
    input_name = "starts" if is_group else "start"
    names = ("migrate_ids", "region", "flow_ids") if is_group else ("migrate_id", "region", "flow_id")
    for name in names:
        if name in given.values or name in given.from_outputs:
            raise InvalidInputError(name, "given", Sentence("given by the start", name=input_name))
    found, secret = [], set()
    for urn in _urns(given.values.get(input_name), input_name):
        outputs = monitor.outputs_of(urn)
        if outputs.unknown:  # a preview that will start the check
            return Taken({}, names)
        secret |= {f"{name}s" if is_group and name != "region" else name for name in outputs.secret}
        found.append(_Start(urn, outputs.values, process.declared.get(urn, {})))
    for start in found:
        _require_known(start)
        if given.values.get("enforce") is not False:
            _require_as_declared(start, given)
    return Taken(_props(found, given, is_group=is_group), names, frozenset(secret))


def refuse_triggers(given: Properties) -> None:
    """Refuse the triggers of a gate without a start, which has nothing to compare them with."""
    if "triggers" in given.values:
        raise InvalidInputError("triggers", "given", Sentence("left out without a start"))


def refuse_outputs_of_other_starts(given: Properties, input_name: str) -> None:
    """Refuse an input that is an output of a start which the gate isn't given: the gate couldn't compare it.

    Raises:
        StaleInputError: There is such an input.
    """
    for name, urns in given.dependencies.items():
        for urn in urns:
            is_other = f"::{TYPE}::" in urn and urn not in given.dependencies.get(input_name, ())
            if is_other and name != input_name:
                raise StaleInputError(Sentence("start not given", input=camel(name), start=_name_of(urn)))


def refuse_others(props: Mapping[str, Any], dependencies: Iterable[str], monitor: Monitor) -> None:
    """Refuse a gate that depends on a start of its own migration, which it isn't given: an older pass would count.

    Raises:
        StaleInputError: There is such a start.
    """
    ids = props.get("migrate_ids") or [props.get("migrate_id")]
    numbers, given = {_number(one) for one in ids}, set(props.get("starts", {}).values())
    for urn in dependencies:
        is_other = f"::{TYPE}::" in urn and urn not in given
        if is_other and _number(monitor.outputs_of(urn).values.get("migrate_id")) in numbers:
            raise StaleInputError(Sentence("start in front", start=_name_of(urn)))


def _urns(value: object, name: str) -> list[str]:
    listed = value if isinstance(value, list) else [value]
    if not listed:
        raise InvalidInputError(name, value, Sentence("list of starts"))
    return [_urn(one, name) for one in listed]


def _urn(value: object, name: str) -> str:
    if not isinstance(value, Reference) or f"::{TYPE}::" not in value.urn:
        raise InvalidInputError(name, type(value).__name__, Sentence("a start"))
    return value.urn


def _require_known(start: _Start) -> None:
    """Refuse a start without an output that the gate needs: it was never created, or another class wrote its state."""
    if any(start.outputs.get(name) is None for name in (*_DECLARED, "flow_id", "started_at")):
        raise StaleInputError(Sentence("start left out", start=start.name, urn=printable(start.urn, 1000)))


def _require_as_declared(start: _Start, given: Properties) -> None:
    """Refuse a start that the engine didn't ask this process to check, or whose outputs are of other inputs."""
    facts = {"start": start.name, "urn": printable(start.urn, 1000)}
    if not start.declared:
        raise StaleInputError(Sentence("start not checked", **facts))
    if any(start.outputs[name] != start.declared.get(name) for name in _DECLARED):
        raise StaleInputError(Sentence("start left out", **facts))
    if "triggers" not in given.values:
        if os.environ.get(LEGACY_DIFF, "").lower() in ("1", "t", "true"):
            raise InvalidInputError(LEGACY_DIFF, os.environ[LEGACY_DIFF], Sentence("unset or with triggers"))
    elif [*validation.triggers(given.values["triggers"])] != start.outputs["triggers"]:
        raise StaleInputError(Sentence("other triggers", **facts))


def _props(starts: Sequence[_Start], given: Properties, *, is_group: bool) -> dict[str, Any]:
    regions = {start.outputs.get("region") for start in starts}
    if len(regions) != 1:
        raise StaleInputError(Sentence("starts of regions", regions=sorted(map(str, regions))))
    ids = [start.outputs.get("migrate_id") for start in starts]
    flows = [start.outputs.get("flow_id") for start in starts]
    # A start without triggers may be of an earlier update: the gate shows the date of the oldest.
    times = [str(start.outputs["started_at"]) for start in starts if not start.outputs.get("triggers")]
    endpoint = given.values.get("endpoint", starts[0].declared.get("endpoint"))
    return {
        **({"migrate_ids": ids, "flow_ids": flows} if is_group else {"migrate_id": ids[0], "flow_id": flows[0]}),
        **({"endpoint": endpoint} if endpoint is not None else {}),
        "region": regions.pop(),
        "starts": {_number(one): start.urn for one, start in zip(ids, starts, strict=True)},
        "start_endpoints": [start.outputs.get("endpoint") for start in starts],
        "started_at": min(times, default=None),
    }


def _number(value: object) -> str:
    return str(int(value)) if isinstance(value, float) else str(value)


def _name_of(urn: str) -> str:
    return printable(urn.rpartition("::")[2], 64)
