#!/usr/bin/env python3
"""Run Node programs for the Pulumi engine, as Pulumi's official language host does.

`bootstrap.py` installs this file as `pulumi-language-nodejs` beside the CLI that it builds. The program runs under the
official runner, which is part of npm's `@pulumi/pulumi` and compiles TypeScript.

Unlike the official host, it doesn't search for the plugins that the program's packages need: the engine finds each when
a resource needs it.
"""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

from program_host import ProgramHost, flags, serve

if TYPE_CHECKING:
    from collections.abc import Mapping

    import grpc
    from pulumi.runtime.proto import language_pb2

FIND_RUNNER = "require.resolve('@pulumi/pulumi/cmd/run')"


class NodeHost(ProgramHost):
    """The calls that the engine makes."""

    def start(
        self, request: language_pb2.RunRequest, config: Mapping[str, str], context: grpc.ServicerContext
    ) -> subprocess.Popen[bytes]:
        """Start the user's program under the runner that the program itself would import."""
        del context
        info = request.info
        find = ["node", "--print", FIND_RUNNER]
        runner = subprocess.run(find, check=True, cwd=info.program_directory, stdout=subprocess.PIPE, text=True).stdout
        options = {
            "monitor": request.monitor_address,
            "engine": self.engine_address,
            "organization": request.organization,
            "project": request.project,
            "root-directory": info.root_directory,
            "stack": request.stack,
            "pwd": info.program_directory,
            "parallel": str(request.parallel),
        }
        dry_run = ["--dry-run"] if request.dryRun else []
        command = ["node", runner.strip(), *flags(options), *dry_run, info.entry_point, *request.args]
        typescript = str(dict(info.options).get("typescript", True)).lower()
        environment = {**os.environ, **config, "PULUMI_NODEJS_TYPESCRIPT": typescript}
        return subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL)


if __name__ == "__main__":
    serve(NodeHost)
