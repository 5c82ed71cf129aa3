"""The plugin, with an emulator that it queries."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from harness.plugin_server import PluginServer, plugin_server

from pulumi_tcsql_check.emulator import DUMMY_SECRET_ID, DUMMY_SECRET_KEY, Emulator

SCENARIO = Path(__file__).parents[2] / "data" / "scenarios" / "by-id.json"


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    """Emulate an account: migration 1 has passed, 2 has failed, 3 never ends, 4 passes after a second."""
    with Emulator(SCENARIO) as running:
        yield running


@pytest.fixture
def plugin(emulator: Emulator, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[PluginServer]:
    """Serve the plugin to an engine whose stack sets the emulator's endpoint and credentials."""
    monkeypatch.setenv("HOME", str(tmp_path))
    with plugin_server() as served:
        served.config = {
            "tcsql-check:endpoint": emulator.url,
            "tencentcloud:secretId": DUMMY_SECRET_ID,
            "tencentcloud:secretKey": DUMMY_SECRET_KEY,
            "tencentcloud:region": "ap-guangzhou",
        }
        yield served
