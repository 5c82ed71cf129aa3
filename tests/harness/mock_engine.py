"""A stack in this process: Pulumi's mocks in the engine's place, which note what each resource depends on."""

import asyncio
from collections.abc import Callable
from typing import Any

import pulumi
import pytest
from pulumi.dynamic.dynamic import PROVIDER_KEY, serialize_provider
from pulumi.runtime import mocks, settings, stack

from harness.hurried_loop import HurriedLoop
from pulumi_tcsql_check import MigrationCheck
from pulumi_tcsql_check.program import gate, shutdown
from pulumi_tcsql_check.provider import MigrationCheckProvider

FOR_EVER = 1000.0
"""After how many seconds, most of them skipped, a program is taken for one that would wait for ever."""


class Answers(mocks.Mocks):
    """Answers each check with its verdict, and notes in which order resources are asked for.

    Attributes:
        stale: The names of the checks that are answered with the outputs of another update.
    """

    def __init__(self, verdicts: dict[str, bool | None]) -> None:
        """Take the verdicts, by the checks' names; a check that isn't among them has passed."""
        self.verdicts = verdicts
        self.order: list[str] = []
        self.stale: set[str] = set()

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, dict[Any, Any]]:
        """Answer, and note the name."""
        self.order.append(args.name)
        outputs = {"passed": self.verdicts.get(args.name, True)}
        if args.name in self.stale:
            outputs[PROVIDER_KEY] = serialize_provider(MigrationCheckProvider("of another update"))
        return f"{args.name}_id", {**args.inputs, **outputs}

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[Any, Any], list[tuple[str, str]] | None]:
        """Answer no function."""
        raise NotImplementedError(args.token)


class Engine(mocks.MockMonitor):
    """Notes what each resource depends on.

    Attributes:
        stale: The names of the checks that are answered with the outputs of another update.
        left_out: The names of the resources that the engine skips, as `--target` makes it do; of checks, those that it
            doesn't read, as in a preview.
        order: The names of the resources, in the order in which they were asked for; a test may add marks of its own.
        dependencies: The names of what each resource depends on, sorted, by the resource's name.
    """

    def __init__(self, **verdicts: bool | None) -> None:
        """Answer with these verdicts; a check that isn't among them has passed."""
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
    """Run a program in a stack of its own, until all that it has declared is registered.

    Raises:
        asyncio.CancelledError: It would never have ended.
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

    loop = HurriedLoop()
    # A program that ends early leaves failures that nobody awaits. Python 3.11 can't log one while it parses source.
    loop.set_exception_handler(lambda *_: None)
    bound = loop.call_later(FOR_EVER, give_up)
    try:
        loop.run_until_complete(main())
    finally:
        bound.cancel()
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()


def take_for_real(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the package take the mocks for a real engine, and leave this process its own way to end."""
    monkeypatch.setattr(gate, "get_monitor", object)
    monkeypatch.setattr(shutdown, "prepare", lambda: None)


def check(name: str, migrate_id: pulumi.Input[int] = 1066, **given: Any) -> MigrationCheck:  # noqa: ANN401  # as above
    """Declare a check."""
    return MigrationCheck(name, migrate_id=migrate_id, region="ap-guangzhou", **given)


def record(name: str, value: pulumi.Input[object] = None, **options: Any) -> pulumi.Resource:  # noqa: ANN401  # as above
    """Declare a resource that is no check."""
    return pulumi.CustomResource("test:index:Record", name, {"value": value}, pulumi.ResourceOptions(**options))
