"""The plugin's process: serves the engine on a loopback port until a signal arrives or the engine exits."""

import os
import re
import signal
import sys
from concurrent import futures

import grpc
from pulumi.runtime.proto import provider_pb2_grpc

from pulumi_tcsql_check import log, preload

with preload.loading():
    from pulumi_tcsql_check.engine import liveness
    from pulumi_tcsql_check.plugin.process import Process
    from pulumi_tcsql_check.plugin.servicer import Servicer

MAX_CALLS = 1024
"""How many calls are served at once. A gate occupies one while it waits."""

END_SECONDS = 1.0
"""How long calls may take to end after a signal, in seconds; the engine kills the plugin after five."""

USAGE = """usage: pulumi-resource-tcsql-check [ENGINE]

Pulumi starts this plugin itself, with the host and port of its engine. Name the folder of this command in Pulumi.yaml:

  plugins:
    providers:
      - name: tcsql-check
        path: venv/bin
"""

_SIGNALS = {signal.SIGINT, signal.SIGTERM}


def main() -> None:
    """Serve until a signal arrives or the engine has exited; the last argument is the engine's address, if any.

    A user who runs the command gets its usage.
    """
    engine = sys.argv[-1] if len(sys.argv) > 1 else ""
    if engine and not re.fullmatch(r".+:\d+", engine):
        is_help = engine in ("-h", "--help")
        print(USAGE, end="", file=sys.stdout if is_help else sys.stderr)  # a command of the terminal
        sys.exit(0 if is_help else 2)
    signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)  # every thread inherits it: this one alone receives them
    log.prepare(os.environ)
    process = Process(engine)
    server = grpc.server(futures.ThreadPoolExecutor(MAX_CALLS))
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(Servicer(process), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    if process.engine:
        liveness.begin(process.engine, lambda: os.kill(os.getpid(), signal.SIGTERM))
    print(port, flush=True)  # noqa: T201  # the engine reads it
    signal.sigwait(_SIGNALS)
    process.cancel()
    server.stop(END_SECONDS).wait()
    os._exit(0)  # gRPC sometimes keeps Python from exiting
