"""A program under Pulumi's mocks, which record each resource and return the test's outputs."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pulumi
import pytest
from pulumi.runtime import mocks, settings, stack

STEP = {"name": "Hard disk space check", "status": 0, "state": "passed", "message": "Check ..."}


class RecordingMocks(mocks.Mocks):
    """Mocks that return a resource's inputs with the test's outputs, and record each resource."""

    def __init__(self, outputs: Mapping[str, Any]) -> None:
        """Return these outputs."""
        self.seen: list[mocks.MockResourceArgs] = []
        self._outputs = outputs

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, dict[Any, Any]]:
        """Record a resource."""
        self.seen.append(args)
        return args.resource_id, {**args.inputs, **self._outputs}

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[Any, Any], list[tuple[str, str]] | None]:
        """Refuse every function call."""
        raise NotImplementedError(args.token)


@contextmanager
def mocked_program(monkeypatch: pytest.MonkeyPatch, outputs: Mapping[str, Any]) -> Iterator[RecordingMocks]:
    """Run the block as a program under mocks, without a region in the environment."""
    monkeypatch.delenv("TENCENTCLOUD_REGION", raising=False)
    recorder = RecordingMocks(outputs)
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    mocks.set_mocks(recorder, preview=False)
    yield recorder
    loop.run_until_complete(stack.wait_for_rpcs())
    pulumi.runtime.config.CONFIG.set({})
    settings.reset_options()
    loop.close()
    asyncio.set_event_loop(None)


def resolve(output: pulumi.Output[Any]) -> Any:  # noqa: ANN401  # whatever the output holds
    """Wait for an output."""
    return asyncio.get_event_loop().run_until_complete(output.future())
