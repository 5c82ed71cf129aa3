"""Progress bars in the test's own process; `test_process.py` tests them on a real terminal."""

import pytest
from harness.fake_clock import FakeClock

from pulumi_tcsql_check.cli.terminal import Bars
from pulumi_tcsql_check.model.progress import Migration
from pulumi_tcsql_check.polling.policy import PollPolicy
from pulumi_tcsql_check.polling.watch import Watch
from pulumi_tcsql_check.reading.rows import Board


def test_a_wait_that_has_ended_draws_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """If a signal arrives between the start of the work and the first drawing, the cursor is not hidden."""
    clock = FakeClock()
    watch = Watch(Migration(1, "ap-guangzhou"), PollPolicy(60.0, 2.0), clock.now)
    bars = Bars()
    bars.close()
    bars.begin(Board([watch], (), 60.0), clock.monotonic)
    bars.close()
    assert capsys.readouterr() == ("", "")
