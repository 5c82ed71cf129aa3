"""The dynamic-provider host, at the oldest and the newest SDK allowed."""

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent import futures
from pathlib import Path

import grpc
import pytest
from harness.dynamic_host import Engine, Host
from pulumi.runtime.proto import engine_pb2_grpc

from pulumi_tcsql_check.emulator import DUMMY_SECRET_ID, DUMMY_SECRET_KEY, Emulator

SCENARIO = Path(__file__).resolve().parent.parent / "data" / "scenarios" / "by-id.json"


@pytest.fixture(params=["oldest", "newest"])
def host(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Host]:
    """Start the host on an SDK, with an engine to log to and an emulator to ask."""
    python = sys.executable if request.param == "newest" else f"{sys.prefix}-oldest/bin/python"
    engine = Engine()
    server = grpc.server(futures.ThreadPoolExecutor())
    engine_pb2_grpc.add_EngineServicer_to_server(engine, server)
    address = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    server.start()
    environ = {
        **os.environ,
        "HOME": str(tmp_path),
        "TENCENTCLOUD_SECRET_ID": DUMMY_SECRET_ID,
        "TENCENTCLOUD_SECRET_KEY": DUMMY_SECRET_KEY,
    }
    command = [python, "-u", "-m", "pulumi.dynamic", address]
    with (
        Emulator(SCENARIO) as emulator,
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environ, cwd=tmp_path) as process,
    ):
        running = Host(process, engine, emulator, lambda: server.stop(None))
        try:
            yield running
        finally:
            running.stop()
            server.stop(None).wait()
