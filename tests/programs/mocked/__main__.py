"""Run a program under Pulumi's mocks, and print each resource that they get, as JSON.

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
    """Records every resource, and gives a migration of Tencent Cloud's provider an id as that provider does."""

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        """Record the resource; its outputs are its inputs."""
        inputs = {name: value for name, value in args.inputs.items() if name != "__provider"}
        SEEN.append({"type": args.typ, "name": args.name, "id": args.resource_id, "inputs": inputs})
        return args.resource_id or "1066", args.inputs

    def call(self, args: pulumi.runtime.MockCallArgs) -> tuple[dict[str, Any], None]:
        """Refuse every function call."""
        raise NotImplementedError(args.token)


def run(program: str, config: dict[str, str]) -> None:
    """Run the program until all its resources are registered."""
    asyncio.set_event_loop(
        asyncio.new_event_loop()
    )  # Python 3.14 creates no event loop by itself, and the mocks need one
    pulumi.runtime.set_mocks(Recorder(), preview=False)
    pulumi.runtime.set_all_config(config)
    pulumi.runtime.test(lambda: runpy.run_path(program) and None)()  # type: ignore[no-untyped-call]  # Pulumi's own


run(sys.argv[1], json.loads(sys.argv[2]))
print(json.dumps(SEEN))
