"""A real Pulumi command that gets a signal while gates wait, and an update that ends because a gate is refused.

`make cancel` runs every case many times, and prints how long the end took.
"""

import contextlib
import os
import signal
import statistics
import time
from collections.abc import Iterator
from datetime import datetime

import pytest
from harness.cancel_cases import CANCEL_CASES, MANY, UP, CancelCase
from harness.pulumi_process import PulumiExit, PulumiProcess, locks
from harness.sandbox import SERVICES_URL_VARIABLE, BuildSandbox, Sandbox
from harness.scripted_server import ScriptedServer
from harness.stack import ENDPOINT_KEY, Stack

from pulumi_tcsql_check.emulator.sqlserver import REQUESTS_PER_SECOND

PROMISED_SECONDS = 2.0
"""What the README promises."""

BOUND_SECONDS = 2 * PROMISED_SECONDS
"""For a machine that runs other tests too; a process that doesn't exit by itself is killed after 5 seconds."""

TIMES = int(os.environ.get("TIMES", "12"))
"""How often each case is tried; the signals alternate."""

SETTLED_SECONDS = 0.3
"""From the last awaited request to the signal, so that the CLI can process a response."""

CANCELLED = "The wait for the migration check was cancelled."
WAYS = [(number, group) for number in (signal.SIGINT, signal.SIGTERM) for group in (True, False)]


@contextlib.contextmanager
def sited(build: BuildSandbox, case: CancelCase) -> Iterator[tuple[Sandbox, ScriptedServer]]:
    """Build the sandbox of a case, and its server."""
    with ScriptedServer(*case.replies) as server:
        url = f"http://{server.host}"
        more = {"test:numbers": str([*range(1, case.gates + 1)]), ENDPOINT_KEY: url, **case.config}
        more |= {"test:held": "true"} if case.held else {}
        more |= {"test:inTask": "true"} if case.in_task else {}
        more |= {"test:sigint": case.sigint} if case.sigint else {}
        sandbox = build("pass", config=more, program="gates")
        if case.emulates_services:
            sandbox.emulate_services()
            sandbox.stack.environ[SERVICES_URL_VARIABLE] = url
        if case.updated:
            assert sandbox.stack.up().exit_code == 0
        yield sandbox, server


def cancel(sandbox: Sandbox, server: ScriptedServer, case: CancelCase, way: tuple[signal.Signals, bool]) -> float:
    """Send a signal in this case, check everything but the time, and return how many seconds the end took."""
    number, group = way
    asked = len(server.requests) + (case.requests or case.gates)
    before = sandbox.records
    with PulumiProcess(sandbox.stack, case.command) as run:
        run.wait_until(lambda: len(server.requests) >= asked)
        time.sleep(SETTLED_SECONDS)
        told_at = run.send_signal(number, group=group)
        ended = run.wait_for_exit()
    assert CANCELLED in ended.screen
    assert sandbox.records == before
    assert_clean(sandbox.stack, ended)
    return ended.ended_at - told_at


def assert_clean(stack: Stack, ended: PulumiExit) -> None:
    """Check that a failed command left nothing: no traceback, process, lock or pending operation."""
    assert ended.exit_code != 0
    assert "Traceback" not in ended.screen
    assert "KeyboardInterrupt" not in ended.screen
    assert "IndexError" not in ended.screen
    assert ended.left == {}
    assert locks(stack) == []
    assert stack.state().get("pending_operations", []) == []


@pytest.mark.parametrize(
    ("name", "way"),
    [
        ("12 gates of a held stack wait", (signal.SIGINT, True)),
        pytest.param("a held stack waits in a task", (signal.SIGINT, True), marks=pytest.mark.thorough),
        ("a held stack waits in a task", (signal.SIGTERM, False)),
        ("a held stack waits, SIGINT handled", (signal.SIGINT, True)),
        ("one gate waits, SIGINT ignored", (signal.SIGINT, False)),
        ("the preview of `up`, a request hangs", (signal.SIGTERM, False)),
    ],
)
def test_the_first_signal_ends_a_command_at_once(
    build: BuildSandbox, name: str, way: tuple[signal.Signals, bool]
) -> None:
    """On Ctrl-C or a runner's SIGTERM the screen says that the command was cancelled, and nothing is left behind."""
    with sited(build, CANCEL_CASES[name]) as (sandbox, server):
        assert cancel(sandbox, server, CANCEL_CASES[name], way) < BOUND_SECONDS


def test_an_update_works_right_after_one_that_was_cancelled(build: BuildSandbox) -> None:
    """The stack needs neither an unlock nor a repair."""
    case = CancelCase(UP, CANCEL_CASES["`refresh`, a request hangs"].replies[::-1])
    with sited(build, case) as (sandbox, server):
        cancel(sandbox, server, case, (signal.SIGINT, False))
        result = sandbox.stack.up()
        assert result.exit_code == 0, result.screen
        assert sandbox.records == {"behind": "new"}


@pytest.mark.many_times
@pytest.mark.parametrize("name", CANCEL_CASES)
def test_every_signal_ends_every_case_in_two_seconds(
    build: BuildSandbox, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    """SIGINT and SIGTERM, to the CLI alone and to its group; the median and the maximum are printed."""
    with sited(build, CANCEL_CASES[name]) as (sandbox, server):
        took = [cancel(sandbox, server, CANCEL_CASES[name], WAYS[turn % len(WAYS)]) for turn in range(TIMES)]
    with capsys.disabled():
        print(f"\n{name}: {TIMES} times, median {statistics.median(took):.2f} s, max {max(took):.2f} s", end="")
    assert max(took) < PROMISED_SECONDS


@pytest.mark.parametrize("gates", [12, pytest.param(1, marks=pytest.mark.many_times)])
def test_no_request_and_no_process_remain_ten_seconds_after_the_cli_was_killed(
    build: BuildSandbox, capsys: pytest.CaptureFixture[str], gates: int
) -> None:
    """After SIGKILL the CLI can't notify anyone; the provider, its launcher and the program end by themselves."""
    health = {"TCSQL_CHECK_TEST_HEALTH_SECONDS": "1"}  # the official language host checks every five minutes
    config = {"test:numbers": str([3] * gates), "test:held": "true"}
    sandbox = build("by-id", config=config, environ=health, program="gates")
    with PulumiProcess(sandbox.stack, MANY) as run:
        run.wait_until(lambda: len(sandbox.emulator.requests) >= gates)
        time.sleep(SETTLED_SECONDS)
        told_at, at = run.send_signal(signal.SIGKILL, group=False), time.time()
        run.wait_for_exit()
        gone_after = run.wait_until(lambda: not run.processes(), seconds=10) - told_at
    last_after = when(sandbox, 3)[-1] - at
    with capsys.disabled():
        print(
            f"\n{gates} gates, SIGKILL: last request after {last_after:.1f} s, last process {gone_after:.1f} s", end=""
        )
    assert last_after < 10


def when(sandbox: Sandbox, number: int) -> list[float]:
    """Return when a migration was queried, in seconds since 1970."""
    asked = [request["time"] for request in sandbox.emulator.requests if request["migrate_id"] == number]
    return [datetime.fromisoformat(text).timestamp() for text in asked]


@pytest.mark.parametrize(
    ("gates", "held"),
    [
        (13, False),
        *(pytest.param(*given, marks=pytest.mark.many_times) for given in ((1, False), (1, True), (13, True))),
    ],
)
def test_a_refusal_ends_the_update_although_other_gates_wait(
    build: BuildSandbox, capsys: pytest.CaptureFixture[str], gates: int, held: bool
) -> None:
    """The update ends at the poll that fails; meanwhile the engine creates another dynamic resource without delay."""
    numbers, late = [3] * (gates - 1) + [2], {"test:lateSeconds": "1"}
    config = {"test:numbers": str(numbers), **late, **({"test:held": "true"} if held else {})}
    sandbox = build("fails-later", {"failed_statuses": [-1]}, config, program="gates")
    with PulumiProcess(sandbox.stack, MANY) as run:
        waited = run.wait_for_text("Record beside created") - run.wait_for_text("Migration late created")
        ended = run.wait_for_exit()
        at = time.time() - (time.monotonic() - ended.ended_at)
    assert "gate-13  error: migration check 2" in ended.screen.replace(f"gate-{gates} ", "gate-13 ")
    diagnostics = " ".join(ended.screen.split("Diagnostics:")[1].split())
    others = diagnostics.count(f"ended, since the gate gate-{gates} did not pass")
    assert others == gates - 1
    assert_clean(sandbox.stack, ended)
    assert sandbox.records == {"beside": "new"}
    took = at - when(sandbox, 2)[-1]
    with capsys.disabled():
        print(f"\n{gates} gates{', held' * held}: end {took:.2f} s after the poll, turn after {waited:.2f} s", end="")
    assert took < BOUND_SECONDS
    assert waited < 3


@pytest.mark.many_times
def test_forty_gates_pass_side_by_side(build: BuildSandbox, capsys: pytest.CaptureFixture[str]) -> None:
    """With `--parallel 64`, all queries together stay within the API's rate limit."""
    sandbox = build("quick", config={"test:numbers": str([*range(1, 41)])}, program="gates")
    result = sandbox.stack.up("--parallel", "64")
    assert result.exit_code == 0, result.screen
    assert sandbox.records == {"behind": "new"}
    instants = sorted(instant for number in range(1, 41) for instant in when(sandbox, number))
    busiest = max(sum(begin <= instant < begin + 1 for instant in instants) for begin in instants)
    with capsys.disabled():
        print(f"\n40 gates: {result.seconds:.1f} s, {len(instants)} requests, at most {busiest} in a second", end="")
    assert busiest <= REQUESTS_PER_SECOND
