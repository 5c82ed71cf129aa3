"""Emulators that play every fault at once, each for a migration of its own."""

import json
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from harness.emulator_process import EmulatorProcess
from harness.fault_cases import FaultCase

SCENARIOS = Path(__file__).parents[2] / "pulumi_tcsql_check" / "emulator" / "scenarios"

WHOLE = {"refused", "tls-untrusted", "tls-wrong-name"}
"""The scenarios that affect the whole emulator, so each needs its own."""


def scenario_of_all(folder: Path, faults: Sequence[FaultCase]) -> Path:
    """Write a scenario in which each migration, from 1, plays one of the built-in ones."""
    frames = [json.loads((SCENARIOS / f"{one.scenario}.json").read_text("utf-8"))["migrations"]["*"] for one in faults]
    path = folder / "all.json"
    migrations = {str(number): played for number, played in enumerate(frames, start=1)}
    path.write_text(json.dumps({"migrations": migrations}), encoding="utf-8")
    return path


@contextmanager
def emulators(folder: Path, authority: Path) -> Iterator[dict[str, EmulatorProcess]]:
    """Start an emulator for each scenario that needs its own."""
    with ExitStack() as cleanup:
        flags = {"tls-wrong-name": ("--authority", str(authority))}
        yield {
            name: cleanup.enter_context(EmulatorProcess(name, folder / f"{name}.jsonl", flags=flags.get(name, ())))
            for name in sorted(WHOLE)
        }
