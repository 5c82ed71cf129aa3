"""Run real updates of ten stacks against random errors for a while, and print the results: `make soak`.

Usage: `python tests/proof/soak.py [SECONDS] [SEED]`. Two stacks wait all the time, so that the memory of their provider
processes can be sampled; eight run one update after another. Each has three gates. The exit code is 1 if a gate opened
before its check had passed, an update hung, a check that passed was refused, or the memory grew.
"""

import json
import os
import random
import shutil
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from harness import marked_credentials
from harness.stack import ENDPOINT_KEY, Stack

from proof.memory import Sampler, Samples
from proof.rounds import PATIENCE_SECONDS, Round, invent, invent_long
from pulumi_tcsql_check.emulator import Emulator, Keys, parse

ROOT = Path(__file__).resolve().parents[2]
LONG_STACKS, SHORT_STACKS, AT_ONCE = 2, 8, 3
HANG_SECONDS = PATIENCE_SECONDS + 60.0
"""The longest that an update of a short stack takes without a hang: the longest timeout, on a slow machine."""

KEYS = Keys(marked_credentials.SECRET_ID, marked_credentials.SECRET_KEY, marked_credentials.TOKEN)
GROWTH = 0.05
TOLERANCE_SECONDS = 0.5
"""How much earlier than its pass a record may appear: two clocks, and a log that is written after its query."""


@dataclass
class Figures:
    """The counts, and the problems."""

    updates: int = 0
    passed: int = 0
    refused: int = 0
    opened: int = 0
    held: int = 0
    requests: int = 0
    longest: float = 0.0
    problems: list[str] = field(default_factory=list)
    memory: dict[str, Samples] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)


class Site:
    """One stack that runs one update after another."""

    def __init__(self, name: str, folder: Path, figures: Figures) -> None:
        """Make the stack."""
        self.name = name
        self._folder = folder / name
        self._folder.mkdir()
        self._figures = figures
        self._round = 0
        self.stack = Stack.of_program(ROOT / "tests" / "programs" / "soak", self._folder)
        shutil.copy(ROOT / "examples" / "hold" / "records.py", self.stack.project)
        self.stack.init({})
        self._head = self.stack.config_file.read_text("utf-8").partition("config:\n")[0]

    def play(self, this: Round, bound: float) -> None:
        """Run one update with one round, and compare the results."""
        self._round += 1
        folder = self._folder / f"records-{self._round}"
        log = self._folder / f"requests-{self._round}.jsonl"
        with Emulator(parse(this.scenario, name=self.name), keys=KEYS, request_log=log) as emulator:
            timeouts = json.dumps([check.timeout_seconds for check in this.checks])
            values = {ENDPOINT_KEY: emulator.url, "test:folder": str(folder), "test:timeouts": timeouts}
            lines = [f"  {key}: {json.dumps(value)}\n" for key, value in values.items()]
            self.stack.config_file.write_text("".join([self._head, "config:\n", *lines]), encoding="utf-8")
            began = time.monotonic()
            result = self.stack.watch(lambda _: None, "up", "--yes", "--skip-preview", "--parallel", "32")
        self._judge(this, result.exit_code, result.screen, folder, log)
        with self._figures.lock:
            if (seconds := time.monotonic() - began) > bound:
                self._figures.problems.append(f"{self.name}, round {self._round}: {seconds:.0f} s, beyond {bound:.0f}")

    def _judge(self, this: Round, exit_code: int, screen: str, folder: Path, log: Path) -> None:
        requests = [json.loads(line) for line in log.read_text("utf-8").splitlines()]
        problems = []
        opened = 0
        for number, check in enumerate(this.checks, start=1):
            record = folder / f"behind-{number}.json"
            if record.exists():
                opened += 1
                problems += _false_pass(check.kind, check.seconds, record.stat().st_mtime, requests, number)
            elif this.is_to_pass:
                problems.append(f"check {number} passed, and its gate did not open")
        if (exit_code == 0) != this.is_to_pass:
            problems.append(f"exit code {exit_code}, expected {'0' if this.is_to_pass else 'another'}")
        if "Traceback" in screen:
            problems.append("a traceback is on the screen")
        kinds = ", ".join(check.kind for check in this.checks)
        figures = self._figures
        with figures.lock:
            figures.updates += 1
            figures.passed += exit_code == 0
            figures.refused += exit_code != 0
            figures.opened += opened
            figures.held += len(this.checks) - opened
            figures.requests += len(requests)
            figures.problems += [f"{self.name}, round {self._round} ({kinds}): {problem}" for problem in problems]
            if problems:
                (self._folder / f"screen-{self._round}.txt").write_text(screen, encoding="utf-8")


def _false_pass(
    kind: str, seconds: float, recorded_at: float, requests: list[dict[str, Any]], number: int
) -> list[str]:
    """Describe the problem of an existing record; return an empty list if its check had passed before."""
    asked = [datetime.fromisoformat(one["time"]).timestamp() for one in requests if one["migrate_id"] == number]
    if kind != "passes" or not asked:
        return [f"FALSE PASS of check {number}, which {kind}"]
    if (early := asked[0] + seconds - recorded_at) > TOLERANCE_SECONDS:
        return [f"FALSE PASS of check {number}, {early:.2f} s before it passed"]
    return []


def main(seconds: float = 600.0, seed: int | None = None) -> int:
    """Run for this many seconds, and print the figures."""
    seed = random.randrange(1, 2**31) if seed is None else seed
    print(f"{LONG_STACKS + SHORT_STACKS} stacks of three gates for {seconds:g} s, SEED={seed}", flush=True)
    folder = Path(tempfile.mkdtemp(prefix="tcsql-check-soak-"))
    figures = Figures()
    names = [f"long-{number}" for number in range(LONG_STACKS)] + [f"short-{number}" for number in range(SHORT_STACKS)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        sites = list(pool.map(lambda name: Site(name, folder, figures), names))
    ends = time.monotonic() + seconds

    def wait_long(site: Site) -> None:
        left = max(10.0, ends - time.monotonic() - 20)
        with Sampler(site.stack.environ["HOME"]) as samples:
            site.play(invent_long(random.Random(f"{seed} {site.name}"), left), left + HANG_SECONDS)
        figures.memory[site.name] = samples

    def go_round(number: int) -> None:
        own = sites[LONG_STACKS + number :: AT_ONCE]
        while True:
            for site in own:
                if time.monotonic() >= ends:
                    return
                began = time.monotonic()
                site.play(invent(random.Random(f"{seed} {site.name} {site._round}")), HANG_SECONDS)
                with figures.lock:
                    figures.longest = max(figures.longest, time.monotonic() - began)

    with ThreadPoolExecutor(LONG_STACKS + AT_ONCE) as pool:
        running = [pool.submit(wait_long, site) for site in sites[:LONG_STACKS]]
        running += [pool.submit(go_round, number) for number in range(AT_ONCE)]
        for one in running:
            one.result()
    return report(figures, folder)


def report(figures: Figures, folder: Path) -> int:
    """Print the figures; return whether there was no problem."""
    rows = {
        "updates": figures.updates,
        "  passed, refused": f"{figures.passed}, {figures.refused}",
        "gates opened, held": f"{figures.opened}, {figures.held}",
        "requests": figures.requests,
        "longest update of a short stack": f"{figures.longest:.0f} s (at most {HANG_SECONDS:.0f})",
    }
    for name, samples in sorted(figures.memory.items()):
        if samples.rss:
            peak = f"{max(samples.rss):.0f} MB resident, {max(samples.pss):.0f} MB proportional"
            rows[f"memory of {name}, largest"] = f"{peak} ({len(samples.rss)} samples)"
            verdict = "" if samples.can_be_judged else " (too short a run to judge)"
            rows[f"  growth of {name}, second half"] = f"{samples.growth:+.1%}{verdict}"
        if not samples.rss or (samples.can_be_judged and samples.growth > GROWTH):
            figures.problems.append(f"{name}: its memory grew by {samples.growth:.1%}, of {len(samples.rss)} samples")
    for name, value in rows.items():
        print(f"{name:<36} {value}")
    for problem in figures.problems:
        print(f"PROBLEM: {problem}")
    if figures.problems:
        print(f"everything is kept in {folder}")
        return 1
    shutil.rmtree(folder)
    print("no false pass, no hang, every pass that was due, and no growth")
    return 0


if __name__ == "__main__":
    os.environ.setdefault("TCSQL_CHECK_TEST_RUN", "soak")
    sys.exit(main(*(kind(text) for kind, text in zip((float, int), sys.argv[1:], strict=False))))
