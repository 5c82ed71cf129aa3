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
from pulumi_tcsql_check.program.stack import in_stacks


async def require(
    gate: pulumi.Resource, inputs: Mapping[str, pulumi.Input[object]], opts: pulumi.ResourceOptions
) -> None:
    """Wait until the gate's parent and dependencies, inputs included, exist; raises `pulumi.RunError` if not."""
    listed = pulumi.Output.from_input(opts.depends_on or [])
    found = await listed.future(with_unknowns=True)
    resources = {*await listed.resources(), *(found if isinstance(found, (list, tuple)) else [found])}
    for value in inputs.values():
        resources |= await pulumi.Output.from_input(value).resources()
    leaves = {leaf for one in resources if isinstance(one, pulumi.Resource) for leaf in _leaves(one)} - {gate}
    present = await asyncio.gather(*map(_has_id, leaves))
    for leaf, is_there in zip(leaves, present, strict=True):
        if not is_there:
            raise _absent(gate, leaf)
    if opts.parent is not None and not await _is_in_stack(opts.parent):
        raise _absent(gate, opts.parent)


def _leaves(resource: pulumi.Resource) -> Iterator[pulumi.Resource]:
    """Yield the resources that Pulumi uses as the dependency: for a local component, its children."""
    if _is_local_component(resource):
        for child in tuple(resource._childResources):  # noqa: SLF001  # the SDK expands a component in the same way
            yield from _leaves(child)
    else:
        yield resource


def _is_local_component(resource: pulumi.Resource) -> bool:
    return isinstance(resource, pulumi.ComponentResource) and not resource._remote  # noqa: SLF001  # as above


async def _is_in_stack(parent: pulumi.Resource) -> bool:
    """Return whether a gate's parent is in the stack; a component has no id, so its registration decides."""
    if not _is_local_component(parent) or parent.pulumi_resource_type == "pulumi:pulumi:Stack":
        return await _has_id(parent)
    return monitor.has_registered(await parent.urn.future())


async def _has_id(resource: pulumi.Resource) -> bool:
    """Return whether a resource has a known id; one without ids, a remote component or the stack, counts as present."""
    if isinstance(resource, pulumi.CustomResource):
        return bool(await resource.id.future())
    await resource.urn.future()
    return True


def _absent(gate: pulumi.Resource, resource: pulumi.Resource) -> pulumi.RunError:
    names = {"gate": gate.pulumi_resource_name, "resource": resource.pulumi_resource_name}
    return pulumi.RunError(in_stacks(Sentence("not in the stack", **names)))
