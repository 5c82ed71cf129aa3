"""`hold_stack`: the program waits for its checks, and everything declared afterwards depends on them.

The wait is what holds. Dependencies alone are not enough: a resource inherits its parent's transformations from when
the parent was declared, so the child of a component declared before the call gets none.
"""

import asyncio
import math
from collections.abc import Sequence
from typing import Any

import pulumi
from pulumi.runtime import sync_await

from pulumi_tcsql_check.languages.sentence import Sentence
from pulumi_tcsql_check.program import shutdown
from pulumi_tcsql_check.program.gate import Gate
from pulumi_tcsql_check.program.refusal import NotAGateError, users_line
from pulumi_tcsql_check.program.stack import in_stack_language, in_unit_test, line_in_stack_language

NOTICE_SECONDS = 60.0
"""After how long the program logs which inputs a check still waits for."""

WATCH_SECONDS = 0.2
"""How often to check for a stopped event loop (an inline program whose engine exited); the SDK's wait misses it."""


def hold_stack(*checks: Gate) -> None:
    """Hold everything that the program declares below this call until every check has passed.

    On `pulumi up`, the call returns once all checks have passed. If one fails or times out, it ends the program, so
    that Pulumi creates, changes or deletes nothing below. Resources declared above, other coroutines and each `apply`
    continue meanwhile. In a preview, and for a check with `enforce=False`, it waits for one query, whatever the result.
    Under `pulumi.runtime.set_mocks` it does nothing.

    Call it above every resource that Pulumi may delete before replacing it: Pulumi deletes such a resource's dependents
    first. If the resource is declared above the call, this can happen before the checks pass.

    Example:
        Hold everything below until both checks have passed::

            orders = MigrationCheck("orders", migrate_id=1066, region="ap-guangzhou")
            stock = MigrationCheck("stock", migrate_id=1067, region="ap-guangzhou")
            hold_stack(orders, stock)

    Args:
        checks: The gates, one or more.

    Raises:
        TypeError: There is none, or one is neither a `MigrationCheck` nor a `MigrationCheckGroup`.
        pulumi.RunError: A check has not passed, this version of Pulumi's SDK offers no way to wait, or the thread has
            no event loop.
    """
    if not checks:
        raise NotAGateError(Sentence("no gate to hold"))
    for check in checks:
        if not isinstance(check, Gate):
            raise NotAGateError(Sentence("not a gate", kind=type(check).__name__))
    if in_unit_test():
        return
    wait = getattr(sync_await, "_sync_await", None)  # waits inside a program while its event loop continues
    if wait is None:
        raise pulumi.RunError(in_stack_language(Sentence("can't hold")))
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        words = Sentence("at line", words=Sentence("no event loop"), line=users_line())
        raise pulumi.RunError(in_stack_language(words)) from None

    def depend(args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult | None:
        """Make each later resource, except gates, depend on the checks."""
        if isinstance(args.resource, Gate):
            return None
        added = pulumi.ResourceOptions(depends_on=list(checks))
        return pulumi.ResourceTransformationResult(args.props, pulumi.ResourceOptions.merge(args.opts, added))

    interrupted = loop.create_future()
    try:
        with shutdown.deferring_interrupts(lambda: loop.call_soon_threadsafe(interrupted.cancel)):
            wait(_settled(checks, interrupted))
    finally:  # also if the program catches the refusal, or cleans up after it
        pulumi.runtime.register_stack_transformation(depend)


async def _settled(checks: Sequence[Gate], interrupted: asyncio.Future[Any]) -> None:
    """Wait until every check passes or `interrupted` is done; log once what a slow check waits for."""
    everything: asyncio.Future[Any] = asyncio.gather(*(check._settled.future() for check in checks))  # noqa: SLF001  # made for this
    loop = asyncio.get_running_loop()
    notice = loop.time() + NOTICE_SECONDS
    while not everything.done():
        await asyncio.wait([everything, interrupted], timeout=WATCH_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        if interrupted.done():
            return
        if getattr(loop, "_stopping", False):
            raise pulumi.RunError(in_stack_language(Sentence("ended by the engine")))
        if loop.time() >= notice:
            notice = math.inf
            await asyncio.gather(*map(_log_unknown_inputs, checks))
    await everything


async def _log_unknown_inputs(check: Gate) -> None:
    """Log which of the check's inputs are still unknown. Nothing is cancelled: others await the same futures."""
    needed = {
        name: asyncio.ensure_future(pulumi.Output.from_input(value).is_known())
        for name, value in check._needed.items()  # noqa: SLF001  # made for this
    }
    await asyncio.wait(needed.values(), timeout=1)
    unknown = [name for name, future in needed.items() if not future.done()]
    if unknown:
        pulumi.log.info(
            line_in_stack_language(Sentence("holds for", check=check.pulumi_resource_name, missing=unknown))
        )
