"""Fuzz the code from a response's bytes to the verdict in several processes, and print the results: `make fuzz`.

Usage: `python tests/proof/fuzz.py [INPUTS] [SEED]`. Inputs are counted over all processes. The exit code is 1 as soon
as one input violates a property; the input is kept in the folder that is printed.
"""

import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from proof.mutate import seeds

PROCESSES = 2
LONGEST_BYTES = 1 << 14
WORDS = {
    "inputs": "inputs",
    "progress": "were a complete answer",
    "passed": "would have opened a gate, and proved that they may",
    "failed": "would have ended a wait as failed",
    "stricter": "were refused by the package for a reason of its own (such as half a surrogate pair)",
}


def main(inputs: int = 1_000_000, seed: int | None = None) -> int:
    """Run all processes, and sum up the results."""
    seed = random.randrange(1, 2**31) if seed is None else seed
    folder = Path(tempfile.mkdtemp(prefix="tcsql-check-fuzz-"))
    corpus = folder / "corpus"
    corpus.mkdir()
    for number, octets in enumerate(seeds()):
        (corpus / f"seed-{number}").write_bytes(octets)
    print(f"fuzzing with {inputs} inputs in {PROCESSES} processes, SEED={seed}", flush=True)
    began = time.monotonic()
    workers = [_start(folder, corpus, number, inputs, seed) for number in range(PROCESSES)]
    codes = [worker.wait() for worker in workers]
    seconds = time.monotonic() - began
    figures: Counter[str] = Counter()
    for number in range(PROCESSES):
        file = folder / str(number) / "figures.json"
        figures.update(json.loads(file.read_text("utf-8")) if file.exists() else {})
    for name, words in WORDS.items():
        print(f"{figures[name]:>9} {words}")
    print(f"{seconds:9.0f} s, {figures['inputs'] / seconds:.0f} inputs a second")
    if any(codes) or figures["inputs"] < inputs:
        print(f"a promise was broken, or a process ended early; see {folder}")
        return 1
    shutil.rmtree(folder)
    print("no false pass, no false failure, and no exception but the package's own")
    return 0


def _start(folder: Path, corpus: Path, number: int, inputs: int, seed: int) -> "subprocess.Popen[bytes]":
    """Start one process, with its own share of inputs, corpus and log."""
    own = folder / str(number)
    (own / "corpus").mkdir(parents=True)
    share = (
        inputs // PROCESSES // 1000 + 1
    ) * 1000  # whole thousands, since the figures are written after each thousand
    flags = [f"-runs={share}", f"-seed={seed + number}", f"-max_len={LONGEST_BYTES}", f"-artifact_prefix={own}/"]
    command = [sys.executable, str(Path(__file__).with_name("fuzz_worker.py")), str(own / "figures.json")]
    with (own / "log").open("wb") as log:
        return subprocess.Popen(
            [*command, *flags, "-timeout=20", "-print_final_stats=1", str(own / "corpus"), str(corpus)],
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])},
            stdout=log,
            stderr=subprocess.STDOUT,
        )


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
