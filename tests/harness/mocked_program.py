"""A program under Pulumi's own mocks, which note what is asked for and answer with outputs of a test's choice."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pulumi
import pytest
from pulumi.runtime import mocks, settings, stack

STEP = {"name": "Hard disk space check", "status": 0, "state": "passed", "message": "Check ..."}


class Recorder(mocks.Mocks):
    """Answers each resource with its inputs and some outputs, and notes what was asked."""

    def __init__(self, outputs: Mapping[str, Any]) -> None:
        """Take the outputs."""
        self.seen: list[mocks.MockResourceArgs] = []
        self._outputs = outputs

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, dict[Any, Any]]:
        """Note a resource."""
        self.seen.append(args)
        return args.resource_id, {**args.inputs, **self._outputs}

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[Any, Any], list[tuple[str, str]] | None]:
        """Answer no function."""
        raise NotImplementedError(args.token)


@contextmanager
def recording(monkeypatch: pytest.MonkeyPatch, outputs: Mapping[str, Any]) -> Iterator[Recorder]:
    """Run a program under mocks, without a region in the environment."""
    monkeypatch.delenv("TENCENTCLOUD_REGION", raising=False)
    recorder = Recorder(outputs)
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
