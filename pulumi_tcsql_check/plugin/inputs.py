"""Makes the inputs of a read from those that a program gives its gate, in any language."""

import os
from collections.abc import Collection, Mapping
from typing import Any, NamedTuple, TypeVar

from pulumi_tcsql_check.config import CONFIG_NAMESPACE, own_keys
from pulumi_tcsql_check.errors import InvalidInputError, StaleInputError
from pulumi_tcsql_check.languages.sentence import Sentence
from pulumi_tcsql_check.plugin import gate_starts
from pulumi_tcsql_check.plugin.monitor import Monitor
from pulumi_tcsql_check.plugin.process import Process
from pulumi_tcsql_check.plugin.wire import Properties, camel
from pulumi_tcsql_check.text import printable

_COMMON = (
    "enforce",
    "endpoint",
    "failed_statuses",
    "poll_interval_seconds",
    "reason",
    "region",
    "timeout_seconds",
    "triggers",
)
_OF_ONE = ("flow_id", "migrate_id", "start")
_OF_GROUP = ("flow_ids", "migrate_ids", "starts")

_MAY_BE_LATE = {"flow_id", "flow_ids"}
"""Inputs that may be unknown in a preview, which then queries without them."""


class GateInputs(NamedTuple):
    """The inputs of one read.

    Attributes:
        props: The inputs, as `reading.reader` takes them.
        secret: The names of inputs that are secrets, also those of a start.
    """

    props: dict[str, Any]
    secret: frozenset[str]


def of_gate(  # noqa: PLR0913  # what a call brings
    given: Properties,
    config: Mapping[str, Any],
    process: Process,
    monitor: Monitor,
    *,
    is_group: bool,
    wait: bool,
) -> GateInputs | Sentence:
    """Return the inputs of a gate's read, or why a preview doesn't read it.

    Raises:
        InvalidInputError: There is no such input, or one is missing.
        StaleInputError: An input is unknown in an update, or isn't of this update.
    """
    names = _OF_GROUP if is_group else _OF_ONE
    refuse_unknown(given, {*_COMMON, *names})
    if wait and given.unknown:
        raise StaleInputError(Sentence("input not known", name=camel(min(given.unknown))))
    flow, ids, start = names
    gate_starts.refuse_outputs_of_other_starts(given, start)
    props = {name: value for name, value in given.values.items() if name not in (start, "triggers")}
    if "reason" in given.secret and "reason" in props:
        props["reason"] = "[secret]"
    from_outputs, secret = set(given.from_outputs), given.secret
    if start in {*given.values, *given.from_outputs}:
        taken = gate_starts.inputs_of(given, process, monitor, is_group=is_group) if not given.unknown else None
        if taken is None or not taken.props:
            return Sentence("not queried before a start")
        props |= taken.props
        from_outputs |= {*taken.names}
        secret |= taken.secret
    else:
        gate_starts.refuse_triggers(given)
        if given.unknown - _MAY_BE_LATE:
            return Sentence("not queried in preview")
    own_keys.require_flow(
        flow,
        config.get(own_keys.REQUIRE_FLOW),
        is_given=flow in {*props, *from_outputs},
        enforce=props.get("enforce"),
    )
    if "region" not in from_outputs:
        props.setdefault("region", default_region(config))
    if is_group:
        props.setdefault("migrate_ids", None)  # tells a group from a single check
    return GateInputs(props | {"wait": wait, "from_outputs": sorted(from_outputs & {*_COMMON, flow, ids})}, secret)


def refuse_unknown(given: Properties, known: Collection[str]) -> None:
    """Refuse an input that isn't known: a wrong name must not leave out what the user meant; raises as `of_gate`."""
    for name in (*given.values, *given.unknown):
        if name not in known:
            raise InvalidInputError(name, "given", Sentence("no such input"))


def default_region(config: Mapping[str, Any]) -> str:
    """Return the configured region; "" if there is none."""
    return config.get(f"{CONFIG_NAMESPACE}:region") or os.environ.get("TENCENTCLOUD_REGION") or ""


def require_region(value: object) -> None:
    """Refuse a start or a query without a region, which knows the stack's configuration of the plugin alone."""
    if value == "":
        raise InvalidInputError("region", value, Sentence("own region to give"))


E = TypeVar("E", bound=Exception)


def for_the_user(error: E, secret: Collection[str]) -> E | InvalidInputError:
    """Return the error; one of an input has the engine's name for it, and no secret value."""
    if not isinstance(error, InvalidInputError):
        return error
    name = str(error.name)
    value = "[secret]" if name.partition("[")[0] in secret else error.value
    return InvalidInputError(printable(name if name.startswith("'") else camel(name), 64), value, error.allowed)
