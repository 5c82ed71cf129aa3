"""Runs a program under Pulumi's mocks, and prints each resource that they saw, as JSON.

Usage: `python tests/programs/mocked PROGRAM CONFIG`, where CONFIG is a JSON object.
"""

import asyncio
import json
import runpy
import sys
from typing import Any

import pulumi

SEEN: list[dict[str, Any]] = []


class Recorder(pulumi.runtime.Mocks):
    """Notes every resource, and gives a migration made with Tencent Cloud's provider an id as that one does."""

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        """Note it; its outputs are its inputs."""
        inputs = {name: value for name, value in args.inputs.items() if name != "__provider"}
        SEEN.append({"type": args.typ, "name": args.name, "id": args.resource_id, "inputs": inputs})
        return args.resource_id or "1066", args.inputs

    def call(self, args: pulumi.runtime.MockCallArgs) -> tuple[dict[str, Any], None]:
        """Answer no function."""
        raise NotImplementedError(args.token)


def run(program: str, config: dict[str, str]) -> None:
    """Run the program until all its resources are there."""
    asyncio.set_event_loop(asyncio.new_event_loop())  # Python 3.14 makes none by itself, and the mocks need one
    pulumi.runtime.set_mocks(Recorder(), preview=False)
    pulumi.runtime.set_all_config(config)
    pulumi.runtime.test(lambda: runpy.run_path(program) and None)()  # type: ignore[no-untyped-call]  # Pulumi's own


run(sys.argv[1], json.loads(sys.argv[2]))
print(json.dumps(SEEN))
