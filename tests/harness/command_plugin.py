"""A stand-in for the plugin `command` of Pulumi, which only Pulumi's own server has: runs `create` and `delete`.

The engine starts it from `PATH` as it would start the real one: `install` writes the command into a folder.
"""

# ruff: noqa: N802 - the methods' names are the protocol's.
import subprocess
import sys
from pathlib import Path

from google.protobuf import empty_pb2
from pulumi.runtime.proto import provider_pb2

from harness.provider_plugin import TESTS, Provider, serve


class Commands(Provider):
    """Runs the commands in the project's folder."""

    def Create(self, request: provider_pb2.CreateRequest, _context: object) -> provider_pb2.CreateResponse:
        """Run `create`."""
        if not request.preview:
            run(request.properties["create"])
        return provider_pb2.CreateResponse(id="command", properties=request.properties)

    def Delete(self, request: provider_pb2.DeleteRequest, _context: object) -> empty_pb2.Empty:
        """Run `delete`."""
        run(request.properties["delete"])
        return empty_pb2.Empty()


def run(command: object) -> None:
    """Run a command in a shell."""
    subprocess.run(["sh", "-c", str(command)], check=True)


def install(folder: Path) -> None:
    """Write the plugin's command into a folder."""
    command = folder / "pulumi-resource-command"
    lines = ["#!/bin/sh", f"PYTHONPATH='{TESTS}' exec '{sys.executable}' -m {__name__}", ""]
    command.write_text("\n".join(lines), encoding="utf-8")
    command.chmod(0o755)


if __name__ == "__main__":
    serve(Commands("command:local:Command", ("create", "delete")))
