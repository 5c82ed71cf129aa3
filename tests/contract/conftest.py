"""The dynamic-provider host, at the oldest and the newest SDK allowed."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from harness.dynamic_host_process import HostProcess, Start, started_host

SCENARIO = Path(__file__).resolve().parent.parent / "data" / "scenarios" / "by-id.json"


@pytest.fixture(params=["oldest", "newest"])
def start(request: pytest.FixtureRequest, tmp_path: Path) -> Start:
    """Return what starts the host on an SDK, in an environment that the test adds to."""
    python = sys.executable if request.param == "newest" else f"{sys.prefix}-oldest/bin/python"

    def start(environ: Mapping[str, str]) -> AbstractContextManager[HostProcess]:
        return started_host(python, SCENARIO, tmp_path, environ)

    return start


@pytest.fixture
def host(start: Start) -> Iterator[HostProcess]:
    """Start the host on an SDK."""
    with start({}) as running:
        yield running
