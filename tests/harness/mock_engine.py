"""A mock of Pulumi's engine in this process, which records the dependencies and the order of resources."""

import asyncio
from collections.abc import Callable
from typing import Any

import pulumi
import pytest
from pulumi.dynamic.dynamic import PROVIDER_KEY, serialize_provider
from pulumi.runtime import mocks, settings, stack

from harness.fast_forward_loop import FastForwardLoop
from pulumi_tcsql_check import MigrationCheck
from pulumi_tcsql_check.program import shutdown
from pulumi_tcsql_check.provider import MigrationCheckProvider

FOR_EVER = 1000.0
"""After so many seconds, most of them skipped, a program is considered to wait for ever."""


class Answers(mocks.Mocks):
    """Mocks that return each check's verdict, and record the order of requests.

    Attributes:
        stale: The names of the checks that get the outputs of another update.
    """

    def __init__(self, verdicts: dict[str, bool | None]) -> None:
        """Use these verdicts, by the checks' names; a check without one has passed."""
        self.verdicts = verdicts
        self.order: list[str] = []
        self.stale: set[str] = set()

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, dict[Any, Any]]:
        """Return the outputs, and record the name."""
        self.order.append(args.name)
        outputs = {"passed": self.verdicts.get(args.name, True)}
        if args.name in self.stale:
            outputs[PROVIDER_KEY] = serialize_provider(MigrationCheckProvider("of another update"))
        return f"{args.name}_id", {**args.inputs, **outputs}

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[Any, Any], list[tuple[str, str]] | None]:
        """Refuse every function call."""
        raise NotImplementedError(args.token)


class Engine(mocks.MockMonitor):
    """A monitor that records what each resource depends on.

    Attributes:
        stale: The names of the checks that get the outputs of another update.
        left_out: The names of the resources that the engine skips, as `--target` makes it do; checks among them are
            not read, as in a preview.
        order: The names of the resources in the order of their requests; a test may add its own marks.
        dependencies: The names of what each resource depends on, sorted, by the resource's name.
    """

    def __init__(self, **verdicts: bool | None) -> None:
        """Use these verdicts; a check without one has passed."""
        answers = Answers(verdicts)
        super().__init__(answers)
        self.order = answers.order
        self.stale = answers.stale
        self.left_out: set[str] = set()
        self.dependencies: dict[str, list[str]] = {}

    def ReadResource(self, request: Any) -> Any:  # noqa: ANN401, N802  # as the SDK has it
        """Read a check."""
        self._note(request)
        response = super().ReadResource(request)  # type: ignore[no-untyped-call]  # the SDK has no types here
        if request.name in self.left_out:
            response.ClearField("properties")
        return response

    def RegisterResource(self, request: Any) -> Any:  # noqa: ANN401, N802  # as the SDK has it
        """Register any other resource."""
        self._note(request)
        response = super().RegisterResource(request)  # type: ignore[no-untyped-call]  # the SDK has no types here
        if request.name in self.left_out or not request.custom:
            response.ClearField("id")
        response.unknown = request.name in self.left_out
        return response

    def _note(self, request: Any) -> None:  # noqa: ANN401  # as above
        self.dependencies[request.name] = sorted(urn.rsplit("::", 1)[1] for urn in request.dependencies)


def run(engine: Engine, program: Callable[[], object], *, preview: bool = False) -> None:
    """Run a program in its own stack, until everything that it declares is registered.

    Raises:
        asyncio.CancelledError: It would wait for ever.
        Exception: What the program raises.
    """

    def declare() -> None:
        program()

    async def main() -> None:
        settings.reset_options()
        mocks.set_mocks(engine.mocks, monitor=engine, preview=preview)
        await stack.run_pulumi_func(declare)

    def give_up() -> None:
        for task in asyncio.all_tasks(loop):
            task.cancel()

    loop = FastForwardLoop()
    # A program that ends early leaves unawaited failures. Python 3.11 can't log one while it parses source.
    loop.set_exception_handler(lambda *_: None)
    bound = loop.call_later(FOR_EVER, give_up)
    try:
        loop.run_until_complete(main())
    finally:
        bound.cancel()
        if left := asyncio.all_tasks(loop):  # else they fail when they are collected, in the middle of another test
            give_up()
            loop.run_until_complete(asyncio.wait(left, timeout=1))
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()


def take_for_real(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the package treat the mocks as a real engine, and keep its exit handlers out of this process."""
    monkeypatch.setattr("pulumi_tcsql_check.program.stack.get_monitor", object)
    monkeypatch.setattr(shutdown, "prepare", lambda: None)


def check(name: str, migrate_id: pulumi.Input[int] = 1066, **given: Any) -> MigrationCheck:  # noqa: ANN401  # as above
    """Declare a check."""
    return MigrationCheck(name, migrate_id=migrate_id, region="ap-guangzhou", **given)


def record(name: str, value: pulumi.Input[object] = None, **options: Any) -> pulumi.Resource:  # noqa: ANN401  # as above
    """Declare a resource that isn't a check."""
    return pulumi.CustomResource("test:index:Record", name, {"value": value}, pulumi.ResourceOptions(**options))
