"""The dynamic-provider host, at the oldest and the newest SDK allowed."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from harness import dynamic_host

SCENARIO = Path(__file__).resolve().parent.parent / "data" / "scenarios" / "by-id.json"


@pytest.fixture(params=["oldest", "newest"])
def host(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[dynamic_host.Host]:
    """Start the host on an SDK."""
    python = sys.executable if request.param == "newest" else f"{sys.prefix}-oldest/bin/python"
    with dynamic_host.started(python, SCENARIO, tmp_path) as running:
        yield running
