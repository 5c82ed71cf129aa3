#!/usr/bin/env python3
"""Run Go programs for the Pulumi engine, as Pulumi's official language host does.

`bootstrap.py` installs this file as `pulumi-language-go` beside the CLI that it builds. It builds the program with
`go build`, and starts it with the environment variables that Pulumi's Go SDK reads.

Unlike the official host, it doesn't search for the plugins that the program's modules need: the engine finds each when
a resource needs it.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from program_host import Program, ProgramHost, serve

if TYPE_CHECKING:
    from collections.abc import Mapping

    import grpc
    from pulumi.runtime.proto import language_pb2


class GoHost(ProgramHost):
    """The calls that the engine makes."""

    def start(
        self, request: language_pb2.RunRequest, config: Mapping[str, str], context: grpc.ServicerContext
    ) -> subprocess.Popen[bytes]:
        """Build the user's program, and start it."""
        variables = {
            "PULUMI_ORGANIZATION": request.organization,
            "PULUMI_PROJECT": request.project,
            "PULUMI_ROOT_DIRECTORY": request.info.root_directory,
            "PULUMI_STACK": request.stack,
            "PULUMI_DRY_RUN": str(request.dryRun).lower(),
            "PULUMI_PARALLEL": str(request.parallel),
            "PULUMI_MONITOR": request.monitor_address,
            "PULUMI_ENGINE": self.engine_address,
        }
        with tempfile.TemporaryDirectory(prefix="pulumi-go-") as folder:
            program = str(Path(folder, "program"))
            command = ["go", "build", "-o", program, "."]
            build = Program(subprocess.Popen(command, cwd=request.info.program_directory, stdin=subprocess.DEVNULL))
            with self.running(build, context):
                if code := build.wait():
                    raise subprocess.CalledProcessError(code, command)
            environment = {**os.environ, **config, **variables}
            # Linux keeps the file of a running program until the program ends.
            return subprocess.Popen(
                [program, *request.args], cwd=request.pwd, env=environment, stdin=subprocess.DEVNULL
            )


if __name__ == "__main__":
    serve(GoHost)
