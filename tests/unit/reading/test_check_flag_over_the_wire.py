"""The check flag, queried with the real SDK: page by page, within its time, and without affecting a wait."""

import itertools
import json
import threading
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from harness import in_process_read
from harness.error_texts import full_text, headline, in_one_line
from harness.fake_clock import FakeClock
from harness.in_process_read import read
from harness.responses import MIGRATION, as_body
from harness.scripted_server import Reply, Request, ScriptedServer, answer, reset, silence

from pulumi_tcsql_check.emulator import DUMMY_SECRET_ID, DUMMY_SECRET_KEY, Emulator, Scenario, parse
from pulumi_tcsql_check.errors import (
    CheckFailedError,
    CheckTimeoutError,
    FlagFailedError,
    PermanentError,
    ThrottledError,
    TransientError,
    WaitCancelledError,
)
from pulumi_tcsql_check.messages.layout import Text
from pulumi_tcsql_check.model.check_flag import CheckFlag
from pulumi_tcsql_check.model.credentials import Credentials
from pulumi_tcsql_check.model.endpoint import Endpoint
from pulumi_tcsql_check.model.migration_list import SEARCHED_PAGES
from pulumi_tcsql_check.model.progress import Migration
from pulumi_tcsql_check.polling import flag_list, flag_reader
from pulumi_tcsql_check.tencent import exchange, rate_limit
from pulumi_tcsql_check.tencent.client import GRACE_SECONDS
from pulumi_tcsql_check.tencent.sqlserver import MigrationApi

STEPS, LIST = "QueryMigrationCheckProcess", "DescribeMigrations"
NOW = FakeClock().monotonic()
SOON = NOW + 3
ASKING = {"migrate_id": 1066, "region": "ap-guangzhou"}
WAITING = {**ASKING, "wait": True, "timeout_seconds": 30, "poll_interval_seconds": 0.1}
ODD = [0, 0, 0, 7, -2, -2, -2, -2]


@pytest.fixture(autouse=True)
def _flag_at_every_poll(monkeypatch: pytest.MonkeyPatch) -> None:
    """List the migrations at every poll."""
    monkeypatch.setattr(flag_list, "CONFIRM_SECONDS", 0.05)
    monkeypatch.setattr(flag_list, "PAGES_PER_SECOND", 1000.0)


class RecordingListener(in_process_read.RecordingListener):
    """A listener that ignores the warning about the endpoint."""

    def warn(self, text: Text) -> None:
        """Record any other warning."""
        if "is not Tencent Cloud" not in in_one_line(text):
            super().warn(text)


@pytest.fixture(name="call")
def _call() -> RecordingListener:
    """A listener that ignores the warning about the endpoint."""
    return RecordingListener()


def actions(log: Path) -> list[str]:
    """List the requested actions, in order."""
    return [json.loads(line)["action"] for line in log.read_text(encoding="utf-8").splitlines()]


def api(host: str, cancelled: threading.Event | None = None, clock: FakeClock | None = None) -> MigrationApi:
    """Make a client of a server on this machine, with a constant clock."""
    who = Credentials(DUMMY_SECRET_ID, DUMMY_SECRET_KEY, None, "a test")
    clock = clock or FakeClock(cancelled=cancelled)
    return MigrationApi(who, Endpoint("http", host), MIGRATION.region, clock=clock)


def many(count: int, **flags: int) -> Scenario:
    """Make a scenario of this many migrations, with ids from 1; some have a flag of their own."""
    frames = {
        str(number): [{"kind": "progress", "statuses": ODD, "check_flag": flags.get(f"m{number}", 3)}]
        for number in range(1, count + 1)
    }
    return parse(json.dumps({"migrations": frames}).encode(), name="many")


def played(*frames: dict[str, Any]) -> Scenario:
    """Make a scenario that plays these frames."""
    every = [{"kind": "progress", **frame} for frame in frames]
    return parse(json.dumps({"migrations": {"*": every}}).encode(), name="test")


def error(code: str) -> Reply:
    """Reply with an error of the API."""
    return answer(as_body({"Error": {"Code": code, "Message": "Later."}, "RequestId": "r-1"}))


def steps(*codes: int, current: int = 2) -> Reply:
    """Reply with the steps of a check."""
    details = [{"Name": str(number), "Status": code, "Msg": ""} for number, code in enumerate(codes, start=1)]
    body = {"TotalStep": len(codes), "CurrentStep": current, "StepDetails": details, "RequestId": "r-1"}
    return answer(as_body(body))


def listed(flag: object) -> Reply:
    """Reply with a page in which the check has this flag."""
    task = {"MigrateId": MIGRATION.migrate_id, "CheckFlag": flag, "MigrateName": "hush-1"}
    return answer(as_body({"MigrateTaskSet": [task], "RequestId": "r-1"}))


def flag_of(migrate_id: int, asking: MigrationApi, until: float) -> CheckFlag:
    """Query the flag of one check."""
    page = asking.find(Migration(migrate_id, MIGRATION.region), until)
    return page.flags()[migrate_id] if page is not None else CheckFlag()


class TwoActions:
    """A script with separate replies to queries of steps and of the list."""

    def __init__(self, polls: Sequence[Reply], lists: Sequence[Reply]) -> None:
        """Use these replies; the last one of the list repeats."""
        self.asked: list[str] = []
        self._polls = iter(polls)
        self._lists = itertools.chain(lists, itertools.repeat(lists[-1]))

    def reply_to(self, request: Request) -> Reply:
        """Choose the reply by the action."""
        action = request.headers["x-tc-action"]
        self.asked.append(action)
        return next(self._lists if action == LIST else self._polls)

    def read(self, call: RecordingListener) -> dict[str, Any]:
        """Run a waiting gate against this script."""
        with ScriptedServer(choose=self.reply_to) as server:
            return read({**WAITING, "endpoint": f"http://{server.host}"}, {}, call)


@pytest.mark.parametrize(
    ("migrate_id", "pages", "code"), [(250, 1, 3), (151, 1, 3), (150, 2, 3), (51, 2, 3), (50, 3, 3), (1, 3, 2)]
)
def test_pages_are_queried_up_to_the_one_with_the_migration(log: Path, migrate_id: int, pages: int, code: int) -> None:
    """The newest come first, so a running check is usually on the first page; other migrations don't count."""
    with Emulator(many(250, m1=2), request_log=log) as emulator:
        flag = flag_of(migrate_id, api(emulator.endpoint), SOON)
    assert flag.code == code
    assert flag.request_id
    assert actions(log) == [LIST] * pages


@pytest.mark.parametrize(("count", "pages"), [(0, 1), (99, 1), (100, 2), (250, 3), (600, SEARCHED_PAGES)])
def test_an_unlisted_migration_is_searched_on_five_pages_at_most(log: Path, count: int, pages: int) -> None:
    """The search ends at the end of the list, or after five pages."""
    with Emulator(many(count) if count else "pass", request_log=log) as emulator:
        assert flag_of(9999, api(emulator.endpoint), SOON) == CheckFlag()
    assert actions(log) == [LIST] * pages


def test_an_old_migration_is_not_found(log: Path) -> None:
    """With more than 500 newer ones in the region, the flag is unknown."""
    with Emulator(many(501, m1=2), request_log=log) as emulator:
        assert flag_of(1, api(emulator.endpoint), SOON) == CheckFlag()
        assert flag_of(2, api(emulator.endpoint), SOON).code == 3


def test_a_query_for_the_list_has_only_published_parameters() -> None:
    """An offset counts pages, and the client sends no parameter that the page doesn't name."""
    full = as_body({"MigrateTaskSet": [{"MigrateId": 1, "CheckFlag": 2}] * 100, "RequestId": "r-1"})
    with ScriptedServer(answer(full), answer(as_body({"MigrateTaskSet": [], "RequestId": "r-2"}))) as server:
        assert flag_of(1066, api(server.host), SOON) == CheckFlag()
    sent = [json.loads(request.body) for request in server.requests]
    assert sent == [
        {"Limit": 100, "Offset": 0, "OrderBy": "createTime", "OrderByType": "desc"},
        {"Limit": 100, "Offset": 1, "OrderBy": "createTime", "OrderByType": "desc"},
    ]
    assert {request.headers["x-tc-action"] for request in server.requests} == {LIST}
    assert {request.headers["x-tc-region"] for request in server.requests} == {"ap-guangzhou"}


def test_a_query_for_the_list_ends_at_its_timeout(monkeypatch: pytest.MonkeyPatch) -> None:
    """The timeout is the query's own."""
    monkeypatch.setattr(exchange, "MIN_EXCHANGE_SECONDS", 0.01)
    with ScriptedServer(silence) as server, pytest.raises(TransientError, match=r"gave no response within 0\.05 s"):
        flag_of(1066, api(server.host), NOW + 0.05)


def test_a_query_whose_turn_comes_too_late_is_not_sent() -> None:
    """It waits for its turn under the limit of the list, as every request, but not long beyond its deadline."""
    clock = FakeClock()
    rate_limit.of(LIST).wait_for_turn(clock, NOW)
    rate_limit.of(LIST).slow_down(clock)  # the next turn is a second later
    page = as_body({"MigrateTaskSet": [{"MigrateId": 1066, "CheckFlag": 3}], "RequestId": "r-1"})
    with ScriptedServer(answer(page)) as server:
        with pytest.raises(ThrottledError):
            flag_of(1066, api(server.host), NOW + 0.9 - GRACE_SECONDS)
        assert server.requests == []
        assert flag_of(1066, api(server.host), NOW + 1.5 - GRACE_SECONDS).code == 3
    assert len(server.requests) == 1


def test_a_throttled_list_slows_no_other_query() -> None:
    """The limit is the list's own, and the queries for the steps keep their rate."""
    clock = FakeClock()
    with ScriptedServer(error("RequestLimitExceeded")) as server:
        asking = api(server.host, clock=clock)
        with pytest.raises(ThrottledError):
            flag_of(1066, asking, SOON)
        for _ in range(2):
            with pytest.raises(ThrottledError):
                asking.query(MIGRATION, SOON)
    assert clock.sleeps == [rate_limit.WINDOW_SECONDS]  # after the first query alone


def test_each_page_takes_its_own_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    """With too many pages for its deadline, the search ends."""
    monkeypatch.setattr(rate_limit, "SPACING_SECONDS", 1.0)
    monkeypatch.setattr(rate_limit, "QUEUED_SECONDS", 1.0)
    full = as_body({"MigrateTaskSet": [{"MigrateId": 1, "CheckFlag": 2}] * 100, "RequestId": "r-1"})
    with ScriptedServer(answer(full)) as server, pytest.raises(ThrottledError):
        flag_of(1066, api(server.host), NOW + 2.5 - GRACE_SECONDS)
    assert len(server.requests) == 3


def test_a_cancelled_update_ends_a_query_for_the_list() -> None:
    """It ends at once, although its server is silent."""
    cancelled = threading.Event()
    cancelled.set()
    with ScriptedServer(silence) as server, pytest.raises(WaitCancelledError):
        flag_of(1066, api(server.host, cancelled), SOON)


def test_a_refusal_names_the_action_to_allow() -> None:
    """The action has its name in CAM."""
    refusal = {"code": "UnauthorizedOperation.PermissionDenied", "message": "No."}
    with Emulator(many(1)) as emulator:
        assert flag_of(1, api(emulator.endpoint), SOON).code == 3
    scenario = parse(
        json.dumps({"migrations": {"1": [{"kind": "progress", "statuses": ODD, "check_flag": refusal}]}}).encode(),
        name="test",
    )
    with Emulator(scenario) as emulator, pytest.raises(PermanentError) as raised:
        flag_of(1, api(emulator.endpoint), SOON)
    assert "Allow the action sqlserver:DescribeMigrations in CAM." in headline(raised.value)


def test_an_up_ends_after_two_failed_flags(call: RecordingListener, log: Path) -> None:
    """It takes five requests, and ends with one error."""
    with Emulator("check-flag", request_log=log) as emulator, pytest.raises(FlagFailedError) as raised:
        read({**WAITING, "endpoint": emulator.url}, {}, call)
    assert actions(log) == [STEPS, LIST, STEPS, LIST, STEPS]
    assert headline(raised.value) == "migration check 1066 (ap-guangzhou) failed as a whole (CheckFlag 2)"
    assert "Step: it stands at step 4 of 8, Character set check" in full_text(raised.value)
    assert call.lines == [
        "4/8 · 30 s left · Character set check: running",
        "4/8 · 30 s left · Character set check: running; the API reports that it failed",
    ]
    assert call.warnings == []


def test_an_up_without_the_permission_warns_once_and_passes(call: RecordingListener, log: Path) -> None:
    """There is one query and one warning, and the gate opens as it would have without the query."""
    refusal = {"code": "UnauthorizedOperation.PermissionDenied", "message": "No."}
    scenario = played(
        {"statuses": ODD, "check_flag": refusal, "seconds": 0.5}, {"statuses": [0] * 8, "check_flag": refusal}
    )
    with Emulator(scenario, request_log=log) as emulator:
        outputs = read({**WAITING, "endpoint": emulator.url}, {}, call)
    assert outputs["passed"] is True
    assert Counter(actions(log))[LIST] == 1
    assert len(actions(log)) > 2
    (warning,) = call.warnings
    assert warning.startswith(
        "migration check 1066 (ap-guangzhou): the wait uses the steps alone, since the API didn't report CheckFlag: "
        f"{emulator.url} answered UnauthorizedOperation.PermissionDenied: No "
    )
    assert "Allow the action sqlserver:DescribeMigrations in CAM. Request " in warning


@pytest.mark.parametrize(
    "trouble",
    [
        error("InternalError"),
        error("FailedOperation.DBError"),
        reset,
        answer("<html>", status="502 Bad Gateway"),
        answer("<html>"),
        answer(as_body({"MigrateTaskSet": None, "RequestId": "r-1"})),
    ],
)
def test_an_up_passes_although_the_list_fails(call: RecordingListener, trouble: Reply) -> None:
    """The list is queried after each poll, and no other warning appears."""
    check = TwoActions([steps(0, 7)] * 4 + [steps(0, 0)], [trouble])
    assert check.read(call)["passed"] is True
    assert check.asked == [STEPS, LIST] * 4 + [STEPS]
    assert call.warnings == []
    assert [line.split(" · ")[::2] for line in call.lines] == [["2/2", "2: running"], ["2/2", "2: passed"]]


def test_a_throttled_list_slows_no_poll(call: RecordingListener) -> None:
    """The list has a limit of its own, so only its next query comes later."""
    check = TwoActions([steps(0, 7)] * 4 + [steps(0, 0)], [error("RequestLimitExceeded")])
    assert check.read(call)["passed"] is True
    assert check.asked == [STEPS, LIST, STEPS, STEPS, STEPS, STEPS]
    assert call.warnings == []


def test_the_flag_of_an_earlier_start_fails_no_up(call: RecordingListener) -> None:
    """The list is late: the flag is still 2 while the steps of the new start continue, and then they pass.

    A gate that took the first 2 for the verdict would refuse a check that passes.
    """
    polls = [steps(7, -2, current=1), steps(0, 7), steps(0, 7), steps(0, 0)]
    check = TwoActions(polls, [listed(2), listed(2), listed(3)])
    assert check.read(call)["passed"] is True
    assert check.asked == [STEPS, LIST] * 3 + [STEPS]


def test_nothing_of_the_list_but_the_flag_is_shown(call: RecordingListener) -> None:
    """The names of migrations stay off the screen, for any result of the query."""
    polls = [steps(0, 7)] * 5
    lists = [listed("hush-2"), listed({"Name": "hush-3"}), listed(2), listed(2)]
    with pytest.raises(FlagFailedError) as raised:
        TwoActions(polls, lists).read(call)
    assert "hush" not in "".join([headline(raised.value), *call.lines, *call.warnings])


def test_an_up_that_times_out_shows_the_last_flag(call: RecordingListener, monkeypatch: pytest.MonkeyPatch) -> None:
    """The last flag is in the error and on the row."""
    monkeypatch.setattr(flag_list, "CONFIRM_SECONDS", 10.0)  # a query that the deadline cuts has no flag
    with Emulator("unknown-code") as emulator, pytest.raises(CheckTimeoutError) as raised:
        read({**WAITING, "timeout_seconds": 1, "endpoint": emulator.url}, {}, call)
    assert (
        "Seen: 4/8 Character set check: running, with status 7, for 1 s; for the check as a whole the API last "
        'reported "checking" (CheckFlag 3) Looks: as if the step still runs Then: raise'
    ) in full_text(raised.value)


def test_an_up_with_the_code_in_failed_statuses_does_not_query_the_list(call: RecordingListener, log: Path) -> None:
    """The steps decide about a code that the user has configured."""
    with Emulator("check-flag", request_log=log) as emulator, pytest.raises(CheckFailedError):
        read({**WAITING, "failed_statuses": [7], "endpoint": emulator.url}, {}, call)
    assert actions(log) == [STEPS]


@pytest.mark.parametrize("more", [{"wait": False}, {"wait": True, "enforce": False}, {"wait": False, "enforce": False}])
def test_a_read_that_does_not_wait_queries_only_the_steps(
    call: RecordingListener, log: Path, more: dict[str, Any]
) -> None:
    """A preview, a refresh, `get_migration_check` and a gate with `enforce=False` each send one request."""
    with Emulator("check-flag", request_log=log) as emulator:
        outputs = read({**ASKING, **more, "endpoint": emulator.url}, {}, call)
    assert actions(log) == [STEPS]
    assert outputs["status"] == "running"


def test_a_silent_list_delays_nothing_beyond_its_timeout(
    monkeypatch: pytest.MonkeyPatch, call: RecordingListener
) -> None:
    """Each query for the list ends in time, the polls continue, and the check passes."""
    monkeypatch.setattr(flag_reader, "PAGE_SECONDS", 0.05)
    monkeypatch.setattr(exchange, "MIN_EXCHANGE_SECONDS", 0.01)
    check = TwoActions([steps(0, 7)] * 4 + [steps(0, 0)], [silence])
    began = time.monotonic()
    assert check.read(call)["passed"] is True
    assert time.monotonic() - began < 10
    assert check.asked.count(STEPS) == 5
    assert call.warnings == []
