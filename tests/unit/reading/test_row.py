"""The words on the row of a waiting gate, and how many of them there are."""

import pytest
from harness.answers import MIGRATION, seen

from pulumi_tcsql_check.errors import ApiError, NotYetFoundError, ThrottledError, TransientError
from pulumi_tcsql_check.model.check_flag import CheckFlag
from pulumi_tcsql_check.model.flow import Evidence, Flow
from pulumi_tcsql_check.model.progress import Progress
from pulumi_tcsql_check.polling.observation import Observation
from pulumi_tcsql_check.reading.row import HEARTBEAT_SECONDS, StatusLine, forecast, words_for

TIMEOUT_SECONDS = 1800.0
RUNNING = seen(2, 0, 1, -2)
DOWN, THROTTLED = TransientError("No connection."), ThrottledError("Too many.", code="RequestLimitExceeded")


class Row:
    """A status line, and what it showed."""

    def __init__(self, failed_statuses: tuple[int, ...] = ()) -> None:
        """Begin with nothing shown."""
        self.lines: list[str] = []
        self.line = StatusLine(self._show, MIGRATION, TIMEOUT_SECONDS, failed_statuses)

    def _show(self, text: str) -> None:
        """Note a line without the time that is left, which has a test of its own."""
        words, bracket, left = text.rpartition(" (")
        assert bracket
        assert left.endswith(" left)")
        self.lines.append(words)

    def at(self, elapsed: float, progress: Progress | None = RUNNING, trouble: ApiError | None = None) -> list[str]:
        """Observe something, and take what was shown of it."""
        self.lines.clear()
        self.line.update(Observation(progress, trouble, elapsed))
        return list(self.lines)


def test_the_first_observation_is_shown() -> None:
    """The row says at once which step it is and how long the gate has waited."""
    assert Row().at(0.4) == ["2/3 Step 2: running, 0 s"]


def test_a_change_is_shown_at_once() -> None:
    """The next step doesn't wait for the heartbeat."""
    row = Row()
    row.at(0)
    assert row.at(2, seen(3, 0, 0, 1)) == ["3/3 Step 3: running, 2 s"]
    assert row.at(4, seen(3, 0, 0, 0)) == ["3/3 Step 3: passed, 4 s"]


def test_the_same_is_not_shown_once_per_poll() -> None:
    """Within the heartbeat, what hasn't changed is not repeated."""
    row = Row()
    row.at(0)
    assert [line for elapsed in range(1, 20) for line in row.at(elapsed)] == []
    assert row.at(HEARTBEAT_SECONDS - 0.001) == []
    assert row.at(HEARTBEAT_SECONDS) == ["2/3 Step 2: running, 20 s"]
    assert row.at(HEARTBEAT_SECONDS + 0.001) == []


def test_an_hour_makes_a_line_every_20_seconds() -> None:
    """Polled twice a second, the same answer makes 181 lines in an hour."""
    row = Row()
    assert sum(len(row.at(tick / 2)) for tick in range(7201)) == 181


def test_a_change_restarts_the_heartbeat() -> None:
    """The 20 seconds count from the last word."""
    row = Row()
    row.at(0)
    row.at(19, seen(3, 0, 0, 1))
    assert row.at(38.9, seen(3, 0, 0, 1)) == []
    assert row.at(39, seen(3, 0, 0, 1)) == ["3/3 Step 3: running, 39 s"]


def test_before_the_first_answer_it_says_so() -> None:
    """Without an answer and without trouble, the gate is asking."""
    assert Row().at(0, None) == ["asking for the first time, 0 s"]


@pytest.mark.parametrize(
    ("trouble", "word"),
    [
        (DOWN, "no answer from the API"),
        (THROTTLED, "throttled by the API"),
        (NotYetFoundError("None."), "not known to the API yet"),
    ],
)
def test_trouble_says_for_how_long(trouble: ApiError, word: str) -> None:
    """The duration counts from the first call that failed, the other from the beginning of the wait."""
    row = Row()
    row.at(0)
    assert row.at(10, trouble=trouble) == [f"{word} for 0 s, trying again, 10 s"]
    assert row.at(15, trouble=trouble) == []
    assert row.at(30, trouble=trouble) == [f"{word} for 20 s, trying again, 30 s"]
    assert row.at(50, trouble=trouble) == [f"{word} for 40 s, trying again, 50 s"]


def test_another_kind_of_trouble_is_news_and_counts_anew() -> None:
    """Throttling after an outage is shown at once, with its own duration."""
    row = Row()
    row.at(0, trouble=DOWN)
    assert row.at(7, trouble=THROTTLED) == ["throttled by the API for 0 s, trying again, 7 s"]


def test_trouble_that_passed_is_forgotten() -> None:
    """An answer is shown at once, and the next trouble counts from its own beginning."""
    row = Row()
    row.at(0)
    row.at(10, trouble=DOWN)
    assert row.at(12) == ["2/3 Step 2: running, 12 s"]
    assert row.at(60, trouble=TransientError("Again.")) == ["no answer from the API for 0 s, trying again, 60 s"]


def test_a_flow_that_is_waited_for_is_named() -> None:
    """Where the steps have passed, the row says what is missing; before and after, it is about the steps."""
    row = Row()
    passed = seen(3, 0, 0, 0)
    row.line.update(Observation(RUNNING, None, 0, Flow(1001, 2)))
    row.line.update(Observation(passed, None, 2, Flow(1001, 2)))
    row.line.update(Observation(passed, None, 4, Flow(1001, 0)))
    assert row.lines == ["2/3 Step 2: running, 0 s", "waiting for flow 1001, 2 s", "3/3 Step 3: passed, 4 s"]


@pytest.mark.parametrize(
    ("flag", "words"),
    [
        (CheckFlag(2), "; failed, says the API"),
        *((CheckFlag(code), "") for code in (0, 1, 3, 4, None)),
        (None, ""),
    ],
)
def test_what_the_api_calls_the_check_is_shown_where_it_helps(flag: CheckFlag | None, words: str) -> None:
    """That it has failed; a pass that opens nothing, and what the row says anyway, are not."""
    row = Row()
    row.at(0)
    row.lines.clear()
    row.line.update(Observation(RUNNING, None, 2, flag=flag))
    row.line.update(Observation(RUNNING, None, 4, flag=flag))
    assert row.lines == ([f"2/3 Step 2: running{words}, 2 s"] if words else [])
    assert row.at(5, trouble=DOWN) == ["no answer from the API for 0 s, trying again, 5 s"]


def test_taught_codes_are_named_as_failed() -> None:
    """The row knows the codes that mean "failed"."""
    assert Row((1,)).at(0) == ["2/3 Step 2: failed (status 1), 0 s"]


def test_a_check_that_nobody_started_is_shown_with_the_command_that_starts_it() -> None:
    """Who watches the row need not wait for the deadline to learn it; the first step that starts is news."""
    row = Row((1,))
    start = "`tccli sqlserver StartMigrationCheck --MigrateId 1066 --region ap-guangzhou` starts the check"
    assert row.at(0, seen(1, -2, -2)) == [f"no step has started; {start}, 0 s"]
    assert row.at(2, seen(1, 7, -2)) == ["1/2 Step 1: running, 2 s"]


def test_a_name_from_the_api_can_not_break_the_row() -> None:
    """Control characters in a step's name are shown as escapes."""
    (step,) = seen(1, 1).steps
    (line,) = Row().at(0, Progress(1, 1, (type(step)("a\x1b[2J\nb", 1, ""),), ""))
    assert line == r"1/1 a\x1b[2J\nb: running, 0 s"


def test_the_row_says_how_much_time_is_left() -> None:
    """As exactly as it matters, and never less than none."""
    lines: list[str] = []
    line = StatusLine(lines.append, MIGRATION, TIMEOUT_SECONDS)
    for elapsed in (0, 1710, 1830):
        line.update(Observation(RUNNING, None, elapsed))
    assert lines == [
        "2/3 Step 2: running, 0 s (30 min left)",
        "2/3 Step 2: running, 28 min (90 s left)",
        "2/3 Step 2: running, 30 min (0 s left)",
    ]


def test_trouble_says_of_what_kind_it_is_and_another_kind_makes_no_line_of_its_own() -> None:
    """In an outage the kinds may change with every try."""
    row = Row()
    refused, gateway = TransientError("No.", kind="connection refused"), TransientError("No.", kind="HTTP 502")
    assert row.at(0, trouble=refused) == ["no answer from the API (connection refused) for 0 s, trying again, 0 s"]
    assert row.at(3, trouble=gateway) == []
    assert row.at(20, trouble=gateway) == ["no answer from the API (HTTP 502) for 20 s, trying again, 20 s"]


@pytest.mark.parametrize(
    ("progress", "words"),
    [
        (seen(3, 0, 0, 0), ""),
        (RUNNING, "2/3 Step 2: running; `pulumi up` will wait for up to 30 min"),
        (seen(1, -2, -2), "starts the check; `pulumi up` will wait for up to 30 min"),
        (seen(3, 0, -1, 1), "2/3 Step 2: failed (status -1); unless that changes, `pulumi up` will refuse"),
    ],
)
def test_a_preview_says_what_the_update_will_do(progress: Progress, words: str) -> None:
    """Nothing about a check that has passed."""
    said = forecast(words_for(MIGRATION, Evidence(progress)), progress.status(), TIMEOUT_SECONDS)
    assert said.endswith(words)
    assert bool(said) == bool(words)
