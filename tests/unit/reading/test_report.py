"""The messages of a gate while its checks are queried, and how often they appear."""

import pytest
from harness.responses import make_progress
from harness.stub_api import StubApi

from pulumi_tcsql_check.config.check_inputs import CheckInputs
from pulumi_tcsql_check.errors import ApiError, NotYetFoundError, ThrottledError, TransientError
from pulumi_tcsql_check.model.check_flag import CheckFlag
from pulumi_tcsql_check.model.flow import Evidence, Flow
from pulumi_tcsql_check.model.progress import Migration, Progress
from pulumi_tcsql_check.polling.policy import PollPolicy
from pulumi_tcsql_check.polling.watch import Watch
from pulumi_tcsql_check.reading.report import GROUP_SECONDS, HEARTBEAT_SECONDS, count_of, forecast_of, row_of

TIMEOUT_SECONDS = 1800.0
RUNNING, PASSED = make_progress(2, 0, 1, -2), make_progress(3, 0, 0, 0)
DOWN, THROTTLED = TransientError("No connection."), ThrottledError("Too many.", code="RequestLimitExceeded")


def inputs(count: int = 1, failed_statuses: tuple[int, ...] = ()) -> CheckInputs:
    """Make the inputs of a gate, or of a group."""
    ids = {"migrate_ids": list(range(1, count + 1))} if count > 1 else {"migrate_id": 1066}
    more = {"region": "ap-guangzhou", "timeout_seconds": TIMEOUT_SECONDS, "failed_statuses": list(failed_statuses)}
    return CheckInputs.from_props({**ids, **more, "wait": True})


class Waiting:
    """Checks in a wait that starts at the instant 0, and the row that was shown."""

    def __init__(self, count: int = 1, failed_statuses: tuple[int, ...] = ()) -> None:
        """Start without a response."""
        given = inputs(count, failed_statuses)
        policy = PollPolicy(TIMEOUT_SECONDS, 2.0, failed_statuses)
        self.watches = [Watch(migration, policy, 0.0) for migration in given.migrations]
        self.lines: list[str] = []
        self.update = row_of(self.watches, given, lambda sentence: self.lines.append(str(sentence)))

    def know(
        self,
        progress: Progress | None = RUNNING,
        trouble: ApiError | None = None,
        *,
        number: int = 1,
        flow: Flow | None = None,
        flag: CheckFlag | None = None,
    ) -> None:
        """Set the responses of one check."""
        watch = self.watches[number - 1]
        watch.progress, watch.trouble, watch.flow, watch.flag = progress, trouble, flow, flag
        watch.status = progress.status() if progress is not None else "unknown"
        watch.end = Evidence(progress) if progress is not None and progress.passed and trouble is None else None

    def at(self, now: float, progress: Progress | None = RUNNING, trouble: ApiError | None = None) -> list[str]:
        """Set the responses of the first check, and return what is shown at an instant."""
        self.know(progress, trouble)
        return self.shown(now)

    def shown(self, now: float) -> list[str]:
        """Return what is shown at an instant."""
        self.lines.clear()
        self.update(now)
        return list(self.lines)


def test_the_row_begins_with_the_step_and_the_remaining_time() -> None:
    """The engine's table leaves a row few columns, so the most relevant text comes first."""
    assert Waiting().at(0.4) == ["2/3 · 30 min left · Step 2: running"]


def test_a_change_is_shown_at_once() -> None:
    """The next step doesn't wait for the heartbeat."""
    row = Waiting()
    row.at(0)
    assert row.at(2, make_progress(3, 0, 0, 1)) == ["3/3 · 30 min left · Step 3: running"]
    assert row.at(4, PASSED) == ["3/3 · 30 min left · Step 3: passed"]


def test_an_unchanged_row_is_not_repeated_at_each_poll() -> None:
    """Within the heartbeat, an unchanged row is not shown again."""
    row = Waiting()
    row.at(0)
    assert [line for now in range(1, 20) for line in row.at(now)] == []
    assert row.at(HEARTBEAT_SECONDS - 0.001) == []
    assert row.at(HEARTBEAT_SECONDS) == ["2/3 · 30 min left · Step 2: running"]
    assert row.at(HEARTBEAT_SECONDS + 0.001) == []


def test_an_hour_makes_a_line_every_20_seconds() -> None:
    """Polled twice a second, the same response makes 181 lines in an hour."""
    row = Waiting()
    assert sum(len(row.at(tick / 2)) for tick in range(7201)) == 181


def test_a_change_restarts_the_heartbeat() -> None:
    """The 20 seconds count from the last line."""
    row = Waiting()
    row.at(0)
    row.at(19, make_progress(3, 0, 0, 1))
    assert row.at(38.9, make_progress(3, 0, 0, 1)) == []
    assert row.at(39, make_progress(3, 0, 0, 1)) == ["3/3 · 29 min left · Step 3: running"]


def test_before_the_first_response_the_row_says_so() -> None:
    """There is no step yet."""
    assert Waiting().at(0, None) == ["30 min left · not queried yet"]


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        (DOWN, "no response from the API"),
        (THROTTLED, "throttled by the API"),
        (NotYetFoundError("None."), "not known to the API yet"),
    ],
)
def test_an_error_has_its_duration(trouble: ApiError, words: str) -> None:
    """The duration counts from the first query that failed; the last known step remains."""
    row = Waiting()
    row.at(0)
    assert row.at(10, trouble=trouble) == [f"2/3 · 30 min left · {words} for 0 s, retrying"]
    assert row.at(15, trouble=trouble) == []
    assert row.at(30, trouble=trouble) == [f"2/3 · 30 min left · {words} for 20 s, retrying"]
    assert row.at(50, trouble=trouble) == [f"2/3 · 29 min left · {words} for 40 s, retrying"]


def test_another_kind_of_error_is_shown_at_once_with_its_own_duration() -> None:
    """An example is throttling after an outage."""
    row = Waiting()
    row.at(0, None, trouble=DOWN)
    assert row.at(7, None, trouble=THROTTLED) == ["30 min left · throttled by the API for 0 s, retrying"]


def test_an_error_that_is_over_does_not_count() -> None:
    """A response is shown at once, and the next error has its own duration."""
    row = Waiting()
    row.at(0)
    row.at(10, trouble=DOWN)
    assert row.at(12) == ["2/3 · 30 min left · Step 2: running"]
    again = row.at(60, trouble=TransientError("Again."))
    assert again == ["2/3 · 29 min left · no response from the API for 0 s, retrying"]


def test_another_cause_of_the_same_error_makes_no_new_line() -> None:
    """In an outage the cause may change with every attempt; a line names the current one."""
    row = Waiting()
    refused, gateway = TransientError("No.", kind="connection refused"), TransientError("No.", kind="HTTP 502")
    (line,) = row.at(0, None, trouble=refused)
    assert line == "30 min left · no response from the API (connection refused) for 0 s, retrying"
    assert row.at(3, None, trouble=gateway) == []
    (line,) = row.at(20, None, trouble=gateway)
    assert line == "30 min left · no response from the API (HTTP 502) for 20 s, retrying"


def test_a_missing_flow_is_named_once_the_steps_have_passed() -> None:
    """Before that and after the flow's success, the row is about the steps."""
    row = Waiting()
    for now, progress, code in ((0, RUNNING, 2), (2, PASSED, 2), (4, PASSED, 0)):
        row.know(progress, flow=Flow(1001, code))
        row.update(now)
    assert row.lines == [
        "2/3 · 30 min left · Step 2: running",
        "30 min left · waiting for flow 1001",
        "3/3 · 30 min left · Step 3: passed",
    ]


@pytest.mark.parametrize(
    ("flag", "words"),
    [
        (CheckFlag(2), "; the API reports that it failed"),
        *((CheckFlag(code), "") for code in (0, 1, 3, 4, None)),
        (None, ""),
    ],
)
def test_only_a_failed_flag_is_shown(flag: CheckFlag | None, words: str) -> None:
    """A passed flag, which opens nothing, is not shown, nor is one that repeats the row."""
    row = Waiting()
    row.at(0)
    row.know(flag=flag)
    assert row.shown(2) == ([f"2/3 · 30 min left · Step 2: running{words}"] if words else [])
    assert row.shown(4) == []


def test_codes_in_failed_statuses_are_named_as_failed() -> None:
    """The row calls such a step failed."""
    assert Waiting(failed_statuses=(1,)).at(0) == ["2/3 · 30 min left · Step 2: failed (status 1)"]


def test_a_check_that_has_not_started_shows_the_command_that_starts_it() -> None:
    """The user learns the command before the deadline; the first step that starts makes a new line."""
    row = Waiting()
    start = "`tcsql-check start 1066 --region ap-guangzhou` starts the check"
    assert row.at(0, make_progress(1, -2, -2)) == [f"30 min left · no step has started; {start}"]
    assert row.at(2, make_progress(1, 7, -2)) == ["1/2 · 30 min left · Step 1: running"]


def test_a_steps_name_cannot_break_the_row() -> None:
    """Control characters in a step's name are shown as escapes."""
    (step,) = make_progress(1, 1).steps
    (line,) = Waiting().at(0, Progress(1, 1, (type(step)("a\x1b[2J\nb", 1, ""),), ""))
    assert line == r"1/1 · 30 min left · a\x1b[2J\nb: running"


def test_the_remaining_time_has_a_suitable_unit_and_is_never_negative() -> None:
    """It is in minutes first, and in seconds at the end."""
    row = Waiting()
    assert [line.split(" · ")[1] for now in (0, 1710, 1830) for line in row.at(now)] == [
        "30 min left",
        "90 s left",
        "0 s left",
    ]


@pytest.mark.parametrize(
    ("progress", "words"),
    [
        (PASSED, None),
        (RUNNING, "2/3 Step 2: running; `pulumi up` will wait for up to 30 min"),
        (make_progress(1, -2, -2), "starts the check; `pulumi up` will wait for up to 30 min"),
        (make_progress(3, 0, -1, 1), "2/3 Step 2: failed (status -1); unless that changes, `pulumi up` will refuse"),
    ],
)
def test_a_preview_says_what_the_update_will_do(progress: Progress, words: str | None) -> None:
    """For a check that has passed there is no message."""
    watch = Watch(Migration(1066, "ap-guangzhou"), PollPolicy(10, 0, once=True), 0.0)
    watch.poll(StubApi(lambda _: progress), lambda: 0.0)
    forecast = forecast_of([watch], inputs())
    assert forecast is None if words is None else str(forecast).endswith(words)


def test_a_groups_first_line_appears_at_once_and_the_next_after_a_change() -> None:
    """The line has the numbers, the slowest check, and the remaining time."""
    row = Waiting(3)
    row.know(RUNNING)
    (line,) = row.shown(0)
    assert line == "0/3 passed · 30 min left · 1 running, 2 not queried yet; slowest 1: 2/3 Step 2: running"
    assert row.shown(6) == []
    row.know(PASSED, number=2)
    (line,) = row.shown(7)
    assert line.startswith("1/3 passed · 30 min left · 1 running, 1 not queried yet; slowest 1")


def test_a_group_that_changes_at_each_response_is_shown_every_five_seconds() -> None:
    """The next line has the changes in between, and the last pass is shown at once."""
    row = Waiting(40)
    shown = []
    for number in range(1, 41):
        row.know(PASSED, number=number)
        shown += row.shown(number / 4)
    assert GROUP_SECONDS == 5
    assert [line.partition(" passed")[0] for line in shown] == ["1/40", "21/40", "40/40"]


def test_a_step_of_a_groups_slowest_check_waits_for_the_heartbeat() -> None:
    """After 20 seconds there is a line in any case."""
    row = Waiting(2)
    row.know(RUNNING)
    assert len(row.shown(0)) == 1
    row.know(make_progress(3, 0, 0, 1))
    assert row.shown(19) == []
    (line,) = row.shown(20)
    assert line == "0/2 passed · 30 min left · 1 running, 1 not queried yet; slowest 1: 3/3 Step 3: running"


def test_a_group_counts_its_checks_in_trouble() -> None:
    """The line also has the cause."""
    row = Waiting(2)
    row.know(None, TransientError("No.", kind="HTTP 502"))
    (line,) = row.shown(0)
    assert line.startswith("0/2 passed · 30 min left · 1 without a response (")
    assert line.endswith("), 1 not queried yet")


def watches(count: int) -> list[Watch]:
    """Start to query this many checks at the instant 100."""
    policy = PollPolicy(10, 0, once=True)
    return [Watch(Migration(number, "ap-guangzhou"), policy, 100.0) for number in range(1, count + 1)]


def test_a_long_read_of_several_checks_shows_its_count() -> None:
    """It appears every five seconds, since a preview of hundreds takes a minute."""
    several, lines = watches(2), list[str]()
    tell = count_of(several, lambda sentence: lines.append(str(sentence)))
    tell(104.9)
    assert lines == []
    several[0].end = Evidence(make_progress(1, 0))
    for now in (105.0, 109.9, 110.0):
        tell(now)
    assert lines == ["1 of 2 queried"] * 2


def test_a_read_of_one_check_shows_no_count() -> None:
    """The row has only the check's own text."""
    lines: list[object] = []
    count_of(watches(1), lines.append)(200.0)
    assert lines == []
