"""The faults and the hostile texts of the emulator, as the gate of the provider plugin meets them."""

import unicodedata
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc
import pytest
from harness.emulator_process import EmulatorProcess
from harness.fault_cases import FAULTS, FaultCase
from harness.fault_scenarios import WHOLE, emulators, scenario_of_all
from harness.marked_credentials import SECRET_ID, SECRET_KEY, TOKEN
from harness.plugin_server import PluginServer, plain, plugin_server
from pulumi.runtime.proto import engine_pb2

LONGEST_SECONDS = 200.0

LONG = "x" * 10_000
HOSTILE = ("Cc", "Cf", "Cs", "Zl", "Zp")
"""The categories of characters that move the cursor, or reorder the text."""


@pytest.fixture(autouse=True)
def _credentials(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Give the plugin in this process the emulator's credentials, and nothing of the user's."""
    monkeypatch.setenv("HOME", str(tmp_path))
    for name, value in (("SECRET_ID", SECRET_ID), ("SECRET_KEY", SECRET_KEY), ("TOKEN", TOKEN)):
        monkeypatch.setenv(f"TENCENTCLOUD_{name}", value)


def construct(plugin: PluginServer, migrate_id: int, url: str, seconds: float) -> bool:
    """Let the plugin wait for a check, and return whether it has passed."""
    request = plugin.request(
        migrateId=migrate_id, region="ap-guangzhou", endpoint=url, timeoutSeconds=seconds, pollIntervalSeconds=0.5
    )
    try:
        return plain(plugin.stub.Construct(request, timeout=LONGEST_SECONDS).state)["passed"] is True
    except grpc.RpcError:
        return False


def problem(fault: FaultCase, migrate_id: int, url: str) -> str:
    """Describe how a gate differs from the expected result of its fault; empty if it doesn't."""
    passes = fault.outcome.endswith("passes")
    with plugin_server() as plugin:
        passed = construct(plugin, migrate_id, url, 60 if passes else 45)
        lines = plugin.lines()
        refused = plugin.engine.logged[-1].severity == engine_pb2.ERROR
    if passed is not passes or refused is passes:
        return f"{fault.scenario}: passed is {passed}, {lines[-1]}"
    return "" if any(fault.shows in line for line in lines) else f"{fault.scenario}: {fault.shows!r} is not shown"


@pytest.mark.thorough
def test_every_fault_has_its_expected_result_in_the_plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each gate shows the error on its row, and passes or ends with the expected text, as the dynamic one does."""
    faults = sorted(FAULTS, key=lambda one: one.scenario in WHOLE)
    authority = tmp_path / "authority.pem"
    scenario = scenario_of_all(tmp_path, [one for one in faults if one.scenario not in WHOLE])
    with (
        EmulatorProcess(scenario, tmp_path / "requests.jsonl") as emulator,
        emulators(tmp_path, authority) as own,
        ThreadPoolExecutor(len(faults)) as pool,
    ):
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority))
        urls = [own[one.scenario].url if one.scenario in own else emulator.url for one in faults]
        problems = list(pool.map(problem, faults, range(1, len(faults) + 1), urls))
    assert list(filter(None, problems)) == []


def test_text_from_the_api_is_escaped_and_cut_in_the_log_of_the_plugin(tmp_path: Path) -> None:
    """No line has an escape or a direction mark of it, and the outputs keep the text."""
    template = (Path(__file__).parents[1] / "data" / "scenarios" / "hostile.json").read_text("utf-8")
    scenario = tmp_path / "hostile.json"
    scenario.write_text(template.replace("LONG", LONG), encoding="utf-8")
    texts = []
    with EmulatorProcess(scenario, tmp_path / "requests.jsonl") as emulator:
        for number in (1, 2, 3, 4):
            with plugin_server() as plugin:
                construct(plugin, number, emulator.url, 2)
                texts += [one.message for one in plugin.engine.logged]
        with plugin_server() as plugin:
            preview = plugin.request(preview=True, migrateId=1, region="ap-guangzhou", endpoint=emulator.url)
            (step,) = plugin.construct(preview)["steps"]
    assert texts
    assert {char for text in texts for char in text if unicodedata.category(char) in HOSTILE} == {"\n"}
    assert all("x" * 301 not in text for text in texts)
    assert (step["name"], step["message"]) == ("one\x1b[2J\u202e\x00\r\nerror: two", LONG)
