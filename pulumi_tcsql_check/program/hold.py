"""`hold_stack`: the program waits for its checks, and all that it declares afterwards depends on them.

The wait is what holds. The dependencies alone would not: a resource inherits its parent's transformations as they were
when the parent was made, so the child of a component that was declared before the call would get none.
"""

import asyncio
import math
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import pulumi
from pulumi.runtime import sync_await

from pulumi_tcsql_check.languages.sentence import Sentence
from pulumi_tcsql_check.program import shutdown
from pulumi_tcsql_check.program.gate import Gate, in_unit_test
from pulumi_tcsql_check.program.language import in_stacks
from pulumi_tcsql_check.program.refusal import NotAGateError, users_line

NOTICE_SECONDS = 60.0
"""After how long a check that cannot be queried yet is named."""

WATCH_SECONDS = 0.2
"""How often to see whether the SDK has stopped the event loop, as it does in an inline program whose engine has gone.

The SDK's way to wait doesn't look, and what it waits for will never come.
"""


def hold_stack(*checks: Gate) -> None:
    """Hold everything that the program declares below this call until every check has passed.

    On `pulumi up` the call returns once all of them have passed; if one hasn't, it ends the program, so that nothing
    below is created, changed or deleted. What is declared above goes on meanwhile, and so do other coroutines and each
    `apply`. On a preview, and for a check with `enforce=False`, it waits for one answer, whatever that says. Under
    `pulumi.runtime.set_mocks` it does nothing.

    Put the call above all that may have to be deleted before it is replaced: the engine deletes what stands behind such
    a resource together with it, and if that happens above the call, the check has not spoken yet.

    Args:
        checks: The gates, one or more.

    Raises:
        TypeError: There is none, or one of them is neither a `MigrationCheck` nor a `MigrationCheckGroup`.
        pulumi.RunError: A check has not passed, this version of Pulumi's SDK offers no way to wait, or the call is in a
            thread without an event loop.
    """
    if not checks:
        raise NotAGateError(Sentence("no gate to hold"))
    for check in checks:
        if not isinstance(check, Gate):
            raise NotAGateError(Sentence("not a gate", kind=type(check).__name__))
    if in_unit_test():
        return
    pump = _pump()
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        words = Sentence("at line", words=Sentence("no event loop"), line=users_line())
        raise pulumi.RunError(in_stacks(words)) from None
    interrupted = loop.create_future()
    try:
        with shutdown.deferring_interrupts(lambda: loop.call_soon_threadsafe(interrupted.cancel)):
            pump(_settled(checks, interrupted))
    finally:  # also for a program that catches the refusal, or cleans up after it
        pulumi.runtime.register_stack_transformation(_depending_on(checks))


def _pump() -> Callable[[Awaitable[None]], None]:
    """Return the SDK's own function to wait inside a program while its event loop goes on."""
    pump: Callable[[Awaitable[None]], None] | None = getattr(sync_await, "_sync_await", None)
    if pump is None:
        raise pulumi.RunError(in_stacks(Sentence("can't hold")))
    return pump


async def _settled(checks: Sequence[Gate], interrupted: asyncio.Future[Any]) -> None:
    """Wait until every check lets the program go on; if it takes long, log once what they wait for.

    `interrupted` is done once the program is interrupted, which ends the wait.
    """
    everything: asyncio.Future[Any] = asyncio.gather(*(check._settled.future() for check in checks))  # noqa: SLF001  # made for this
    loop = asyncio.get_running_loop()
    notice = loop.time() + NOTICE_SECONDS
    while not everything.done():
        await asyncio.wait([everything, interrupted], timeout=WATCH_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        if interrupted.done():
            return
        if getattr(loop, "_stopping", False):
            raise pulumi.RunError(in_stacks(Sentence("ended by the engine")))
        if loop.time() >= notice:
            notice = math.inf
            await _tell(checks)
    await everything


async def _tell(checks: Sequence[Gate]) -> None:
    for check, unknown in zip(checks, await asyncio.gather(*map(_unknown, checks)), strict=True):
        if unknown:
            words = Sentence("holds for", check=check.pulumi_resource_name, missing=unknown)
            pulumi.log.info(in_stacks(words))


async def _unknown(check: Gate) -> list[str]:
    """List what the check needs and is not there yet. Nothing is cancelled: others wait for the same."""
    needed = {
        name: asyncio.ensure_future(pulumi.Output.from_input(value).is_known())
        for name, value in check._needed.items()  # noqa: SLF001  # made for this
    }
    await asyncio.wait(needed.values(), timeout=1)
    return [name for name, future in needed.items() if not future.done()]


def _depending_on(checks: Sequence[Gate]) -> pulumi.ResourceTransformation:
    """Make the transformation that lets each later resource, other gates excepted, depend on the checks."""
    added = pulumi.ResourceOptions(depends_on=list(checks))

    def transform(args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult | None:
        if isinstance(args.resource, Gate):
            return None
        return pulumi.ResourceTransformationResult(args.props, pulumi.ResourceOptions.merge(args.opts, added))

    return transform
