"""Requires that all dependencies of a gate are in the stack, before Pulumi reads the gate.

Pulumi writes a gate into the state together with its parent and its dependencies. If one of those is new and this
update omits it (`--target`, `--exclude`), or if it has failed, it is not in the state, and every later command fails
with "snapshot integrity failure".
"""

import asyncio
from collections.abc import Iterator, Mapping

import pulumi

from pulumi_tcsql_check.languages.sentence import Sentence
from pulumi_tcsql_check.program import monitor
from pulumi_tcsql_check.program.stack import in_stack_language


async def require(
    gate: pulumi.Resource, inputs: Mapping[str, pulumi.Input[object]], opts: pulumi.ResourceOptions
) -> None:
    """Wait until the gate's parent and dependencies, inputs included, exist; raises `pulumi.RunError` if not."""
    of_inputs = [await pulumi.Output.from_input(value).resources() for value in inputs.values()]
    leaves = (await named_in(opts) | {leaf for found in of_inputs for one in found for leaf in _leaves(one)}) - {gate}
    present = await asyncio.gather(*map(_is_in_stack, leaves))
    absent = [leaf for leaf, is_there in zip(leaves, present, strict=True) if not is_there]
    if not absent and opts.parent is not None and not await _is_in_stack(opts.parent):
        absent = [opts.parent]
    if absent:
        names = {"gate": gate.pulumi_resource_name, "resource": absent[0].pulumi_resource_name}
        raise pulumi.RunError(in_stack_language(Sentence("not in the stack", **names)))


async def named_in(opts: pulumi.ResourceOptions) -> set[pulumi.Resource]:
    """Return the resources that `depends_on` names; of a local component, its children."""
    listed = pulumi.Output.from_input(opts.depends_on or [])
    found = await listed.future(with_unknowns=True)
    resources = {*await listed.resources(), *(found if isinstance(found, (list, tuple)) else [found])}
    return {leaf for one in resources if isinstance(one, pulumi.Resource) for leaf in _leaves(one)}


def _leaves(resource: pulumi.Resource) -> Iterator[pulumi.Resource]:
    """Yield the resources that Pulumi uses as the dependency: for a local component, its children."""
    if _is_local_component(resource):
        for child in tuple(resource._childResources):  # noqa: SLF001  # the SDK expands a component in the same way
            yield from _leaves(child)
    else:
        yield resource


def _is_local_component(resource: pulumi.Resource) -> bool:
    return isinstance(resource, pulumi.ComponentResource) and not resource._remote  # noqa: SLF001  # as above


async def _is_in_stack(resource: pulumi.Resource) -> bool:
    """Return whether a resource has a known id; a local component has none, so its registration decides.

    What else has no id, a remote component or the stack, counts as present.
    """
    if isinstance(resource, pulumi.CustomResource):
        return bool(await resource.id.future())
    urn = await resource.urn.future()
    is_stack = resource.pulumi_resource_type == "pulumi:pulumi:Stack"
    return is_stack or not _is_local_component(resource) or monitor.has_registered(urn)
