"""Real updates with a gate for each fault of the emulator; `harness/fault_cases.py` has the expected results."""

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from harness.emulator_process import EmulatorProcess
from harness.fault_cases import EVERYTHING_AT_ONCE, FAULTS, PASSES, FaultCase
from harness.fault_scenarios import WHOLE, emulators, scenario_of_all
from harness.plugin_stack import GATE, resource, yaml_stack
from harness.processes import DYNAMIC, PLUGIN, peak_memory_of_providers
from harness.sandbox import BuildSandbox
from harness.stack import ENDPOINT_KEY, Result, Stack

from pulumi_tcsql_check.emulator import built_in_names

LARGEST_BYTES = 150_000_000


def timeout_seconds(fault: FaultCase) -> int:
    """Return the timeout of a fault's gate: a short one if the fault never ends."""
    return 60 if fault.outcome.endswith("passes") else 45


def update(stack: Stack, provider: str, *, passes: bool) -> Result:
    """Update a stack, whose providers, by words of their command lines, must stay small."""
    peak = 0

    def see(_: str) -> None:
        nonlocal peak
        peak = max(peak, peak_memory_of_providers(stack, provider))

    result = stack.watch(see, *EVERYTHING_AT_ONCE)
    assert (result.exit_code == 0) is passes, result.screen
    assert "Traceback" not in result.screen
    assert 0 < peak < LARGEST_BYTES, peak
    return result


def problems(stack: Stack, result: Result, gates: dict[str, FaultCase]) -> list[str]:
    """Describe each gate that differs from the expected result of its fault."""
    resources = stack.state()["resources"]
    passed = {one["urn"].rsplit("::", 1)[1] for one in resources if one.get("outputs", {}).get("passed") is True}
    found = [problem(fault, gate, result, passed) for gate, fault in gates.items()]
    return [text for text in found if text]


def problem(one: FaultCase, gate: str, result: Result, passed: set[str]) -> str:
    """Describe how a gate differs from the expected result of its fault; empty if it doesn't."""
    _, _, below = result.screen.partition(f"({gate}):")
    lines = [line for line in result.screen.splitlines() if f" {gate} " in line]
    lines.append(" ".join(below.partition("\n\n")[0].split()))
    failed = [line for line in lines if " error: " in line]
    if (gate in passed) != one.outcome.endswith("passes") or bool(failed) == (gate in passed):
        return f"{one.scenario}: passed is {gate in passed}, {failed}"
    return "" if any(one.shows in line for line in failed or lines) else f"{one.scenario}: {one.shows!r} is not shown"


def test_every_fault_has_its_expected_result(build: BuildSandbox, tmp_path: Path) -> None:
    """In one update each gate shows the error on its row, and passes or ends with the expected text."""
    faults = sorted(FAULTS, key=lambda one: one.scenario in WHOLE)
    authority = tmp_path / "authority.pem"
    scenario = scenario_of_all(tmp_path, [one for one in faults if one.scenario not in WHOLE])
    with emulators(tmp_path, authority) as own:
        gates: list[dict[str, Any]] = [
            {
                "timeout_seconds": timeout_seconds(one),
                "poll_interval_seconds": 0.5,
                **({"endpoint": own[one.scenario].url} if one.scenario in own else {}),
            }
            for one in faults
        ]
        sandbox = build(
            scenario,
            config={"test:gates": json.dumps(gates)},
            environ={"REQUESTS_CA_BUNDLE": str(authority)},
            program="every",
        )
        sandbox.isolate_gates()
        result = update(sandbox.stack, DYNAMIC, passes=False)
    named = {f"check-{number}": one for number, one in enumerate(faults, start=1)}
    assert problems(sandbox.stack, result, named) == []
    actions = {request["action"] for request in sandbox.emulator.requests}
    assert actions == {"QueryMigrationCheckProcess", "DescribeMigrations"}, "so many gates read the list as well"


@pytest.mark.thorough
def test_every_fault_has_its_expected_result_in_the_plugin(tmp_path: Path) -> None:
    """Each gate shows the error on its row, and passes or ends with the expected text.

    A refused gate of the plugin ends the other waits of its update. So each of those has a stack of its own, beside the
    one of all gates that pass.
    """
    passing = [one for one in FAULTS if one.outcome.endswith("passes")]
    groups = [passing, *([one] for one in FAULTS if one not in passing)]
    authority = tmp_path / "authority.pem"
    with emulators(tmp_path, authority) as own, ThreadPoolExecutor(len(groups)) as pool:
        urls = {name: emulator.url for name, emulator in own.items()}
        found = list(pool.map(partial(problems_in_the_plugin, tmp_path, authority, urls), groups))
    assert [text for texts in found for text in texts] == []


def problems_in_the_plugin(
    folder: Path, authority: Path, urls: dict[str, str], faults: Sequence[FaultCase]
) -> list[str]:
    """Update a stack with a gate for each of these faults, and describe the problems."""
    workdir = folder / faults[0].scenario
    workdir.mkdir()
    scenario = scenario_of_all(workdir, faults)
    with EmulatorProcess(scenario, workdir / "requests.jsonl") as emulator:
        gates = {
            one.scenario: resource(
                GATE,
                migrateId=number,
                region="ap-guangzhou",
                timeoutSeconds=timeout_seconds(one),
                pollIntervalSeconds=0.5,
                endpoint=urls.get(one.scenario, emulator.url),
            )
            for number, one in enumerate(faults, start=1)
        }
        stack = yaml_stack(workdir, gates, {ENDPOINT_KEY: emulator.url})
        stack.environ["REQUESTS_CA_BUNDLE"] = str(authority)
        result = update(stack, PLUGIN, passes=faults[0].outcome.endswith("passes"))
    return problems(stack, result, {one.scenario: one for one in faults})


def test_every_fault_of_the_emulator_is_tested() -> None:
    """The table has each built-in scenario that plays a fault."""
    stories = {"check-flag", "fail", "never-started", "outage", "pass", "slow", "unknown-code"}
    assert {one.scenario for one in FAULTS} == set(built_in_names()) - stories
    assert PASSES.endswith("passes")
