"""One process of the fuzzer: libFuzzer selects inputs that reach new branches, and `examine` checks each.

Usage: `python tests/proof/fuzz_worker.py FIGURES [libFuzzer's flags and folders]`. The figures go into a file as JSON,
since libFuzzer ends the process by itself. It writes an input that violates a property beside that file (`crash-...`).
"""

import json
import random
import sys
from collections import Counter
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["pulumi_tcsql_check"], enable_loader_override=False):
    from proof.examine import Case, examine
    from proof.mutate import mutate

WRITE_EVERY = 1000
STRUCTURED = 0.85
"""The share of changes that keep the input valid JSON; the rest are libFuzzer's own, byte by byte."""

figures: Counter[str] = Counter()


def one(data: bytes) -> None:
    """Examine one input."""
    outcome = examine(Case.of(data))
    figures["inputs"] += 1
    for name in ("progress", "passed", "failed", "stricter"):
        figures[name] += getattr(outcome, name)
    if figures["inputs"] % WRITE_EVERY == 0:
        Path(sys.argv[1]).write_text(json.dumps(figures), encoding="utf-8")


def change(data: bytes, longest: int, seed: int) -> bytes:
    """Change one input."""
    chance = random.Random(seed)
    changed = mutate(data, chance) if chance.random() < STRUCTURED else atheris.Mutate(data, longest)
    return changed[:longest]


if __name__ == "__main__":
    atheris.Setup([sys.argv[0], *sys.argv[2:]], one, custom_mutator=change)
    atheris.Fuzz()
