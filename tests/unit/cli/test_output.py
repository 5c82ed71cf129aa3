"""The output of a wait without a terminal, as in the log of a pipeline."""

import pytest
from harness.fake_clock import FakeClock
from harness.responses import make_progress
from harness.stub_api import StubApi

from pulumi_tcsql_check.cli.output import Lines
from pulumi_tcsql_check.model.progress import Migration
from pulumi_tcsql_check.polling.policy import PollPolicy
from pulumi_tcsql_check.polling.watch import Watch
from pulumi_tcsql_check.reading.rows import Board


def watches(count: int, clock: FakeClock) -> list[Watch]:
    """Make the watches of some checks."""
    policy = PollPolicy(1800.0, 2.0)
    return [Watch(Migration(number, "ap-guangzhou"), policy, clock.now) for number in range(1, count + 1)]


@pytest.mark.parametrize(
    ("count", "heartbeat"),
    [
        (1, "1: 2/3 · 30 min left · Step 2: running"),
        (3, "0/3 passed · 30 min left · 1 running, 2 not queried yet"),
    ],
)
def test_a_line_appears_for_each_change_and_after_20_seconds_without_one(
    count: int, heartbeat: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """After 20 s there is one line, not one for each migration, for any number of polls and checks."""
    clock = FakeClock()
    all_of_them = watches(count, clock)
    lines = Lines()
    lines.begin(Board(all_of_them, (), 1800.0), clock.monotonic)
    for second in range(41):
        all_of_them[0].poll(StubApi(lambda _: make_progress(2, 0, 7, -2)), clock.monotonic)
        lines.update()
        if second < 40:
            clock.advance(1.0)
    written = capsys.readouterr().out.splitlines()
    assert written == [
        "1: 2/3 · 30 min left · Step 2: running",
        heartbeat,
        heartbeat.replace("30 min", "29 min"),
    ]


def test_a_change_restarts_the_heartbeat(capsys: pytest.CaptureFixture[str]) -> None:
    """The heartbeat comes 20 seconds after the last line."""
    clock = FakeClock()
    (one,) = watches(1, clock)
    lines = Lines()
    lines.begin(Board([one], (), 1800.0), clock.monotonic)
    for said in (make_progress(1, 7, -2), make_progress(2, 0, 7)):
        one.poll(StubApi({1000.0 + 1800.0: said}.__getitem__), clock.monotonic)
        lines.update()
        clock.advance(15.0)
    clock.advance(4.9)
    lines.update()
    assert len(capsys.readouterr().out.splitlines()) == 2
    clock.advance(0.2)
    lines.update()
    assert len(capsys.readouterr().out.splitlines()) == 1
