"""Real updates with a gate for each fault of the emulator; `harness/fault_cases.py` has the expected results."""

import json
from pathlib import Path
from typing import Any

from harness.fault_cases import EVERYTHING_AT_ONCE, FAULTS, PASSES, FaultCase
from harness.fault_scenarios import WHOLE, emulators, scenario_of_all
from harness.processes import peak_memory_of_providers
from harness.sandbox import BuildSandbox
from harness.stack import Result

from pulumi_tcsql_check.emulator import built_in_names

LARGEST_BYTES = 150_000_000


def gates(faults: list[FaultCase], urls: dict[str, str]) -> list[dict[str, Any]]:
    """Return the inputs of each gate; a fault that never ends gets a short timeout."""
    return [
        {
            "timeout_seconds": 60 if one.outcome.endswith("passes") else 45,
            "poll_interval_seconds": 0.5,
            **({"endpoint": urls[one.scenario]} if one.scenario in urls else {}),
        }
        for one in faults
    ]


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
        urls = {name: emulator.url for name, emulator in own.items()}
        sandbox = build(
            scenario,
            config={"test:gates": json.dumps(gates(faults, urls))},
            environ={"REQUESTS_CA_BUNDLE": str(authority)},
            program="every",
        )
        sandbox.isolate_gates()
        peak = 0

        def see(_: str) -> None:
            nonlocal peak
            peak = max(peak, peak_memory_of_providers(sandbox.stack))

        result = sandbox.stack.watch(see, *EVERYTHING_AT_ONCE)
    resources = sandbox.stack.state()["resources"]
    passed = {one["urn"].rsplit("::", 1)[1] for one in resources if one.get("outputs", {}).get("passed") is True}
    assert result.exit_code != 0
    found = [problem(one, f"check-{number}", result, passed) for number, one in enumerate(faults, start=1)]
    assert [text for text in found if text] == []
    assert "Traceback" not in result.screen
    assert 0 < peak < LARGEST_BYTES, peak
    actions = {request["action"] for request in sandbox.emulator.requests}
    assert actions == {"QueryMigrationCheckProcess", "DescribeMigrations"}, "so many gates read the list as well"


def test_every_fault_of_the_emulator_is_tested() -> None:
    """The table has each built-in scenario that plays a fault."""
    stories = {"check-flag", "fail", "never-started", "outage", "pass", "slow", "unknown-code"}
    assert {one.scenario for one in FAULTS} == set(built_in_names()) - stories
    assert PASSES.endswith("passes")
