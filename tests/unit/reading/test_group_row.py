"""What the row of a group says while it waits, and how often."""

from harness.answers import seen

from pulumi_tcsql_check.errors import TransientError
from pulumi_tcsql_check.model.flow import Evidence
from pulumi_tcsql_check.model.progress import Migration, Progress
from pulumi_tcsql_check.polling.policy import PollPolicy
from pulumi_tcsql_check.polling.watch import Watch
from pulumi_tcsql_check.reading.group_row import NEWS_SECONDS, WaveLine

PASSED, RUNNING = seen(3, 0, 0, 0), seen(2, 0, 1, -2)


class Row:
    """A row, and the watches that it tells of."""

    def __init__(self, count: int = 3) -> None:
        """Begin with nothing asked."""
        self.lines: list[str] = []
        self.watches = [Watch(Migration(n, "ap-guangzhou"), PollPolicy(1800, 2), 0.0) for n in range(1, count + 1)]
        self.line = WaveLine(self.lines.append, self.watches, 1800.0)

    def answered(self, number: int, progress: Progress) -> None:
        """Let one have been answered."""
        watch = self.watches[number - 1]
        watch.progress, watch.status = progress, progress.status()
        watch.end = Evidence(progress) if progress.passed else None

    def at(self, elapsed: float) -> list[str]:
        """Update, and take what was shown of it."""
        self.lines.clear()
        self.line.update(elapsed)
        return self.lines


def test_the_first_line_comes_at_once_and_the_next_when_the_numbers_change() -> None:
    """It has the numbers, the slowest, how long it waits and how long it may."""
    row = Row()
    row.answered(1, RUNNING)
    assert row.at(0) == [
        "0/3 passed, 1 running, 2 not asked yet; slowest 1: 2/3 Step 2: running, 0 s (30 min left)",
    ]
    assert row.at(6) == []
    row.answered(2, PASSED)
    assert row.at(7)[0].startswith("1/3 passed, 1 running, 1 not asked yet; slowest 1")


def test_a_wave_that_changes_with_every_answer_is_told_every_five_seconds() -> None:
    """What came in between is in the next line, and the last pass of all is told at once."""
    row = Row(count=40)
    shown = []
    for number in range(1, 41):
        row.answered(number, PASSED)
        shown += row.at(number / 4)
    assert NEWS_SECONDS == 5
    assert [line.partition(" passed")[0] for line in shown] == ["1/40", "21/40", "40/40"]


def test_a_slowest_that_moves_makes_no_line_of_its_own_but_a_heartbeat_has_it() -> None:
    """After 20 seconds there is a line, whatever has changed."""
    row = Row(count=1)
    row.answered(1, RUNNING)
    assert len(row.at(0)) == 1
    row.answered(1, seen(3, 0, 0, 1))
    assert row.at(19) == []
    assert row.at(20) == ["0/1 passed, 1 running; slowest 1: 3/3 Step 3: running, 20 s (30 min left)"]


def test_trouble_is_a_number_like_others() -> None:
    """With its kind."""
    row = Row(count=1)
    row.watches[0].trouble = TransientError("No.", kind="HTTP 502")
    assert row.at(0) == ["0/1 passed, 1 without an answer (HTTP 502), 0 s (30 min left)"]
