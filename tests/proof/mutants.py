"""Change the verdict's code in every small way, one at a time, and test whether a test fails: `make mutants`.

Usage: `python tests/proof/mutants.py MODULE...`, such as `model/progress.py`. Each change that no test detects must be
listed in `mutants.txt`, with the reason. The exit code is 1 if one is missing there, or if a line there has no change.

Each change is made to a copy of the installed package. Changes of annotations are skipped, since they don't affect the
run. A change that makes a test run for ever, or use ever more memory, counts as detected.
"""

import ast
import difflib
import itertools
import math
import os
import queue
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cosmic_ray import mutating, plugins
from harness.virtual_environments import copied_package

TESTS = Path(__file__).resolve().parents[1]
EXPLAINED = Path(__file__).with_name("mutants.txt")
PYTEST = str(Path(sys.executable).with_name("pytest"))
"""The script and not `python -m`, which would put this folder, with the unchanged code, before the copy on the path."""

PROCESSES = 2
PROGRESS = 25
SECONDS = 900.0
CPU_FACTOR, CPU_SPARE_SECONDS = 3, 3
"""How much more processor time a test file may take with a change than without.

A test that runs for ever uses processor time, since its clock is a fake one; wall time depends on other processes.
"""

MEMORY_BYTES = 3 << 30

PASSED_OVER = re.compile(
    # These operators need the name of a variable.
    r"Variable(Inserter|Replacer)"
    # The interpreter decides whether equal values are one object.
    r"|ReplaceComparisonOperator_(?!Is).+_Is(Not)?|ReplaceComparisonOperator_Is(Not)?_(?!Is).+"
    # One of ten replacements of an arithmetic operator is enough: most are type errors.
    r"|ReplaceBinaryOperator_(?!(Add_Sub|Sub_Add|Mul_Div|Div_Mul|Pow_Mul|Mod_Mul|BitAnd_BitOr|BitOr_BitAnd)$).+"
)
"""The names of cosmic-ray's operators that are not used."""

UNIT_TESTS = {
    "model/progress.py": (
        "model/test_progress",
        "polling/test_poller",
        "polling/test_no_false_pass",
        "polling/test_flow",
    ),
    "polling/poller.py": (
        "polling/test_poller",
        "polling/test_poller_of_many",
        "polling/test_flow",
        "polling/test_check_flag",
    ),
    "polling/watch.py": (
        "polling/test_out_of_turn",
        "polling/test_poller",
        "polling/test_poller_of_many",
        "polling/test_flow",
        "polling/test_check_flag",
        "test_log",
        "reading/test_reader",
    ),
    "polling/scheduler.py": ("polling/test_scheduler", "polling/test_poller_of_many"),
    "polling/flag_list.py": ("polling/test_flag_list", "polling/test_flag_reader", "polling/test_check_flag"),
    "polling/flag_reader.py": ("polling/test_flag_reader", "polling/test_check_flag"),
    "polling/hints.py": ("polling/test_hints", "polling/test_poller_of_many"),
    "starting/starter.py": ("starting/test_starter",),
    "starting/resource.py": ("starting/test_resource",),
    "model/group.py": ("model/test_group", "reading/test_report", "reading/test_rows", "messages/test_group_errors"),
}
"""The tests for each module, the fastest first."""


@dataclass(frozen=True)
class Mutant:
    """One change: the old lines, the new lines, and the whole changed module."""

    module: str
    before: str
    after: str
    code: str

    def __str__(self) -> str:
        """Return its line in `mutants.txt`."""
        return f"{self.module}: `{self.before}` -> `{self.after}`"


def mutants_of(module: str, code: str) -> Iterator[Mutant]:
    """Make all changes of a module, each once.

    Args:
        module: Its file's name.
        code: Its text.
    """
    seen = {_without_annotations(code)}
    for name in plugins.operator_names():
        if PASSED_OVER.fullmatch(name.rpartition("/")[2]):
            continue
        operator = plugins.get_operator(name)()
        for occurrence in itertools.count():
            changed = mutating.mutate_code(code, operator, occurrence)
            if changed is None:
                break
            if (essence := _without_annotations(changed)) not in seen:
                seen.add(essence)
                yield Mutant(module, *_lines(code, changed), changed)


def _without_annotations(code: str) -> str:
    """Return code without its type annotations."""
    try:
        tree = ast.parse(code)
    except SyntaxError:
        return ""
    for node in ast.walk(tree):
        if isinstance(node, ast.arg):
            node.annotation = None
        elif isinstance(node, ast.FunctionDef):
            node.returns = None
    return ast.dump(tree)


def _lines(code: str, changed: str) -> tuple[str, str]:
    """Find the lines that differ, on one line each."""
    difference = [line for line in difflib.ndiff(code.splitlines(), changed.splitlines()) if line[0] in "+-"]
    before, after = (" ".join(line[2:].strip() for line in difference if line[0] == sign) for sign in "-+")
    return before, after or "nothing"


def is_noticed(mutant: Mutant, package: Path, budgets: dict[str, int]) -> bool:
    """Run the tests on a copy of the package with one change.

    Args:
        mutant: The change.
        package: The copy, which nothing else uses at the same time.
        budgets: The processor time that each test file may take, in seconds.
    """
    module = package / mutant.module
    before = module.read_text("utf-8")
    module.write_text(mutant.code, "utf-8")
    try:
        return any(_fails(test, package, budgets[test]) for test in UNIT_TESTS[mutant.module])
    finally:
        module.write_text(before, "utf-8")


def _fails(test: str, package: Path, cpu_seconds: int) -> bool:
    """Run one file of tests on a copy of the package."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))

    try:
        done = subprocess.run(
            [PYTEST, "-x", "-q", "-p", "no:cacheprovider", "-k", "not generated_answer", f"tests/unit/{test}.py"],
            cwd=TESTS.parent,
            env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(package.parent), "PYTHONDONTWRITEBYTECODE": "1"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=SECONDS,
            check=False,
            preexec_fn=limit,  # the function only sets limits
        )
    except subprocess.TimeoutExpired:
        return True
    return done.returncode != 0


def budgets_of(module: str, package: Path) -> dict[str, int]:
    """Measure the processor time of the tests on the unchanged code.

    Raises:
        RuntimeError: The tests fail without a change, or pass with code that can't be loaded.
    """
    code = (package / module).read_text("utf-8")
    budgets = {}
    for test in UNIT_TESTS[module]:
        before = os.times()
        if _fails(test, package, resource.RLIM_INFINITY):
            raise RuntimeError(f"{test} fails without any change")
        after = os.times()
        took = after.children_user + after.children_system - before.children_user - before.children_system
        budgets[test] = CPU_FACTOR * math.ceil(took) + CPU_SPARE_SECONDS
    if not is_noticed(Mutant(module, "", "", f"{code}\nraise SystemError\n"), package, budgets):
        raise RuntimeError(f"the tests for {module} run other code than the copy")
    return budgets


def survivors_of(mutants: list[Mutant], budgets: dict[str, dict[str, int]], folder: Path) -> list[Mutant]:
    """Test all changes, several at once, and return those that no test detects."""
    waiting: queue.SimpleQueue[Mutant] = queue.SimpleQueue()
    for mutant in mutants:
        waiting.put(mutant)
    survivors = []

    def work(own: Path) -> None:
        package = copied_package(own)
        while True:
            try:
                mutant = waiting.get_nowait()
                if (left := waiting.qsize()) % PROGRESS == 0:
                    print(f"{left} left", flush=True)
            except queue.Empty:
                return
            if not is_noticed(mutant, package, budgets[mutant.module]):
                survivors.append(mutant)
                print(f"survived: {mutant}", flush=True)

    threads = [threading.Thread(target=work, args=(folder / str(number),)) for number in range(PROCESSES)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return survivors


def explained(modules: list[str], text: str) -> dict[str, str]:
    """Read the explanations, one a line, in the format of `Mutant`, with the reason; other lines are comments."""
    found = {}
    for line in text.splitlines():
        name, _, why = line.rpartition("`: ")
        if line.partition(":")[0] in modules and why:
            found[f"{name}`"] = why
    return found


def main(modules: list[str]) -> int:
    """Test all changes of some modules, and compare the result with the explanations."""
    folder = Path(tempfile.mkdtemp(prefix="tcsql-check-mutants-"))
    reasons = explained(modules, EXPLAINED.read_text("utf-8"))
    began = time.monotonic()
    try:
        whole = copied_package(folder / "whole")
        mutants = [mutant for name in modules for mutant in mutants_of(name, (whole / name).read_text("utf-8"))]
        print(f"{len(mutants)} changes of {', '.join(modules)}", flush=True)
        budgets = {name: budgets_of(name, whole) for name in modules}
        survivors = survivors_of(mutants, budgets, folder)
    finally:
        shutil.rmtree(folder)
    names = {str(survivor) for survivor in survivors}
    for name in modules:
        of_this = [mutant for mutant in mutants if mutant.module == name]
        left = [mutant for mutant in survivors if mutant.module == name]
        print(f"{name}: {len(of_this) - len(left)} of {len(of_this)} noticed, {len(left)} not")
    print(f"{time.monotonic() - began:.0f} s")
    for problem, which in (("no test notices", names - {*reasons}), ("explains nothing", {*reasons} - names)):
        for name in sorted(which):
            print(f"{problem}: {name}")
    return 1 if names != {*reasons} else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
