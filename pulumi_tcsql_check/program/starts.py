"""The inputs that a gate takes from its starts; fails the gate if this update left one of them out."""

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi

from pulumi_tcsql_check.errors import InvalidInputError
from pulumi_tcsql_check.languages.sentence import Sentence
from pulumi_tcsql_check.program import dependencies
from pulumi_tcsql_check.program.migration_check_start import MigrationCheckStart
from pulumi_tcsql_check.program.refusal import InputError
from pulumi_tcsql_check.program.stack import in_stack_language

_FROM_START = ("migrate_id", "region", "flow_id")
_FROM_STARTS = ("migrate_ids", "region", "flow_ids")
"""The inputs that a gate gets from its start, or a group from its starts."""

_DECLARED = ("migrate_id", "region", "triggers")


def inputs_of(start: object, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the inputs of a gate with `start=`; raises `InputError` if another input contradicts it."""
    if not isinstance(start, MigrationCheckStart):
        raise InputError(InvalidInputError("start", type(start).__name__, Sentence("a start")))
    _refuse_given(_FROM_START, given, "start")
    return {
        "migrate_id": start.migrate_id,
        "region": start.region,
        "flow_id": start.flow_id,
        "endpoint": _endpoint(given, [start]),
    }


def inputs_of_group(starts: object, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the inputs of a group with `starts=`; raises `InputError` as `inputs_of`, or if the list is empty."""
    if not isinstance(starts, (list, tuple)) or not starts:
        raise InputError(InvalidInputError("starts", type(starts).__name__, Sentence("list of starts")))
    for number, start in enumerate(starts):
        if not isinstance(start, MigrationCheckStart):
            raise InputError(InvalidInputError(f"starts[{number}]", type(start).__name__, Sentence("a start")))
    _refuse_given(_FROM_STARTS, given, "starts")
    return {
        "migrate_ids": [start.migrate_id for start in starts],
        "region": pulumi.Output.all(*(start.region for start in starts)).apply(_one_region),
        "flow_ids": [start.flow_id for start in starts],
        "endpoint": _endpoint(given, starts),
    }


def as_declared(starts: Sequence[MigrationCheckStart]) -> pulumi.Output[Any]:
    """Return an output that fails if a start has other outputs than this program declares.

    With `--target` or `--exclude` of other resources, or with `ignore_changes`, the engine responds with the outputs of
    an earlier update: with a flow that may have passed before the change that this update is for.
    """
    return pulumi.Output.all(*map(_compared, starts))


async def refuse_outputs_of_other_starts(inputs: Mapping[str, Any], starts: Sequence[MigrationCheckStart]) -> None:
    """Raise `pulumi.RunError` if an input is an output of another start than these: the gate couldn't compare it."""
    for name, value in inputs.items():
        for resource in await pulumi.Output.from_input(value).resources():
            if isinstance(resource, MigrationCheckStart) and resource not in starts:
                raise pulumi.RunError(
                    in_stack_language(Sentence("start not given", input=name, start=resource.pulumi_resource_name))
                )


async def refuse_others(
    opts: pulumi.ResourceOptions, ids: pulumi.Input[object], starts: Sequence[MigrationCheckStart]
) -> None:
    """Raise `pulumi.RunError` if `depends_on` names a start of the gate's migration that it isn't given.

    The gate would wait for the start, but not for its flow: an older pass would count. A preview that doesn't know
    the numbers yet says nothing; the update compares them.
    """
    numbers = await pulumi.Output.from_input(ids).future()
    for one in await dependencies.named_in(opts):
        if isinstance(one, MigrationCheckStart) and one not in starts:
            number = await one.migrate_id.future()
            if number is not None and number in (numbers if isinstance(numbers, list) else [numbers]):
                raise pulumi.RunError(in_stack_language(Sentence("start in front", start=one.pulumi_resource_name)))


def hidden_inputs(starts: Sequence[MigrationCheckStart]) -> dict[str, Any]:
    """Return what the provider needs: each start's URN and endpoint, and when one without triggers started."""
    if not starts:
        return {}
    urns = pulumi.Output.all(*(pulumi.Output.all(start.migrate_id, start.urn) for start in starts))
    times = pulumi.Output.all(*(pulumi.Output.all(start.triggers, start.started_at) for start in starts))
    return {
        "starts": urns.apply(lambda pairs: {str(int(number)): urn for number, urn in pairs}),
        "start_endpoints": pulumi.Output.all(*(start.endpoint for start in starts)),
        "started_at": pulumi.Output.unsecret(times.apply(_earliest_without_triggers)),
    }


def _refuse_given(names: Sequence[str], given: Mapping[str, Any], instead: str) -> None:
    for name in names:
        if given.get(name) is not None:
            raise InputError(InvalidInputError(name, "given", Sentence("given by the start", name=instead)))


def _endpoint(given: Mapping[str, Any], starts: Sequence[MigrationCheckStart]) -> Any:  # noqa: ANN401  # any input
    """Return the gate's own endpoint, or else that of its first start."""
    endpoint = given.get("endpoint")
    return endpoint if endpoint is not None else starts[0]._declared["endpoint"]  # noqa: SLF001  # made for this


def _one_region(regions: Sequence[str]) -> str:
    if len(set(regions)) != 1:
        raise pulumi.RunError(in_stack_language(Sentence("starts of regions", regions=sorted(set(regions)))))
    return regions[0]


def _compared(start: MigrationCheckStart) -> pulumi.Output[None]:
    outputs = pulumi.Output.all(*(getattr(start, name) for name in _DECLARED))
    inputs = pulumi.Output.all(*(start._declared[name] for name in _DECLARED))  # noqa: SLF001  # made for this

    def compare(values: list[Any]) -> None:
        urn, started_at, returned, declared = values
        # Where the engine returns no value for an output, the SDK uses the input's value. `started_at` is no input, so
        # it is missing if another class wrote the state, as for a resource that is renamed with an alias.
        if returned != declared or not started_at:
            name = start.pulumi_resource_name
            raise pulumi.RunError(in_stack_language(Sentence("start left out", start=name, urn=urn)))

    return pulumi.Output.all(start.urn, start.started_at, outputs, inputs).apply(compare)


def _earliest_without_triggers(starts: Sequence[Sequence[Any]]) -> str | None:
    return min((started_at for triggers, started_at in starts if not triggers and started_at), default=None)
