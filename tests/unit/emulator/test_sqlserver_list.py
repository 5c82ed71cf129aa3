"""The list of migrations: its fields, filters and pages."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from harness.sdk_client import make_client

from pulumi_tcsql_check.emulator import Emulator, Keys, ManualClock, Scenario, load, parse
from pulumi_tcsql_check.emulator.playback import Playback
from pulumi_tcsql_check.emulator.scenario import Error, Frame, Progress, Refusal, ResetFault, Step
from pulumi_tcsql_check.emulator.server import Services
from pulumi_tcsql_check.emulator.wire import Reply, Request

SignedRequest = Callable[..., Request]
Api = Callable[[Request], Reply]

ACTION = "DescribeMigrations"
MANY = parse(
    json.dumps(
        {"migrations": {str(number): [{"kind": "progress", "statuses": [0] * 8}] for number in range(1, 251)}}
    ).encode(),
    name="many",
)


def _api(scenario: Scenario, clock: ManualClock) -> Api:
    services = Services(scenario, scenario, Keys(), clock)
    return lambda request: services.reply(request)[0]


def _list(api: Api, signed: SignedRequest, **parameters: object) -> Reply:
    return api(signed(action=ACTION, parameters=parameters))


def _content(reply: Reply) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(reply.body)["Response"]
    return content


def _ids(reply: Reply) -> list[int]:
    return [task["MigrateId"] for task in _content(reply)["MigrateTaskSet"]]


def _flag_at(clock: ManualClock, signed: SignedRequest, frame: Frame, total: int = 3) -> object:
    steps = tuple(Step(str(number), "") for number in range(total))
    api = _api(Scenario(name="mine", steps=steps, migrations={"7": (frame,)}), clock)
    (task,) = _content(_list(api, signed))["MigrateTaskSet"]
    return task["CheckFlag"]


def test_a_listed_migration_has_the_published_fields(clock: ManualClock, signed: SignedRequest) -> None:
    """The fields are exactly the published ones, and the region is the request's."""
    api = _api(load("pass"), clock)
    api(signed())

    content = _content(_list(api, signed))

    assert content.keys() == {"TotalCount", "MigrateTaskSet", "RequestId"}
    assert content["TotalCount"] == 1
    (task,) = content["MigrateTaskSet"]
    assert task.pop("AppId")
    assert task == {
        "MigrateId": 1066,
        "MigrateName": "migration-1066",
        "Region": "ap-guangzhou",
        "SourceType": 1,
        "CreateTime": "2025-01-01 00:00:00",
        "StartTime": "0000-00-00 00:00:00",
        "EndTime": "0000-00-00 00:00:00",
        "Status": 1,
        "Message": "",
        "CheckFlag": 1,
        "Progress": 0,
        "MigrateDetail": {"StepName": "", "Progress": 0},
    }


@pytest.mark.parametrize(
    ("frame", "flag"),
    [
        (Progress(statuses=(0, 0, 0)), 1),
        (Progress(statuses=(-2, -2, -2)), 0),
        (Progress(statuses=(0, -2, -2)), 3),
        (Progress(statuses=(0, 7, -2)), 3),
        (Progress(statuses=(0, 7, -2), current=2), 3),
        (Progress(statuses=(0, 7, 1), current=3), 2),
        (Progress(statuses=(0, -2, 1), current=3), 3),
        (Progress(statuses=(0, 0, 0), check_flag=2), 2),
        (Progress(statuses=(0, 0, 7), check_flag=0), 0),
        (Error(code="InternalError", message="m"), 3),
        (Error(code="InternalError", message="m", check_flag=-7), -7),
        (ResetFault(), 3),
    ],
)
def test_the_flag_follows_the_frame_unless_the_frame_has_one(
    clock: ManualClock, signed: SignedRequest, frame: Frame, flag: int
) -> None:
    """All passed is 1, none started 0, a step left behind 2, and any other 3; a flag in the frame replaces these."""
    assert _flag_at(clock, signed, frame) == flag


def test_an_error_in_a_frame_replaces_the_list_alone(clock: ManualClock, signed: SignedRequest) -> None:
    """The list fails, as with a missing permission; queries for the steps don't."""
    refusal = Refusal(code="UnauthorizedOperation.PermissionDenied", message="No.")
    frames = {"1066": (Progress(statuses=(0,) * 8, check_flag=refusal),), "7": (Progress(statuses=(0,) * 8),)}
    api = _api(Scenario(name="mine", migrations=dict(frames)), clock)

    assert _list(api, signed).outcome == "UnauthorizedOperation.PermissionDenied"
    assert api(signed()).outcome == "answer"


def test_the_list_has_configured_and_queried_migrations(clock: ManualClock, signed: SignedRequest) -> None:
    """An id under `*` appears once it was queried or started; one that doesn't exist never does."""
    frames: tuple[Frame, ...] = (Progress(statuses=(0,) * 8),)
    api = _api(Scenario(name="mine", migrations={"5": frames, "*": frames, "404": None}), clock)
    assert _ids(_list(api, signed)) == [5]

    api(signed(parameters={"MigrateId": 404}))
    api(signed(parameters={"MigrateId": 9}))
    api(signed(action="StartMigrationCheck", parameters={"MigrateId": 3}))

    assert _ids(_list(api, signed)) == [3, 5, 9]


def test_listing_starts_no_migration(clock: ManualClock) -> None:
    """Its frames count from its first query, not from a list."""
    frames: tuple[Frame, ...] = (Error(seconds=2, code="first", message=""), Error(code="second", message=""))
    playback = Playback(Scenario(name="mine", migrations={"1": frames}), clock)
    playback.listed()
    clock.advance(10)
    assert playback.listed() == {1: frames[0]}
    assert playback.frame(1) is frames[0]
    clock.advance(2)
    assert playback.listed() == {1: frames[1]}


@pytest.mark.parametrize(
    ("parameters", "ids", "total"),
    [
        ({}, range(1, 101), 250),
        ({"Offset": 1}, range(101, 201), 250),
        ({"Offset": 2}, range(201, 251), 250),
        ({"Offset": 3}, (), 250),
        ({"Limit": 7, "Offset": 2}, range(15, 22), 250),
        ({"Limit": 1, "Offset": 249}, (250,), 250),
        ({"OrderByType": "desc"}, range(250, 150, -1), 250),
        ({"OrderBy": "createTime", "OrderByType": "desc", "Offset": 2}, range(50, 0, -1), 250),
        ({"OrderBy": "name", "Limit": 4}, (1, 10, 100, 101), 250),
        ({"OrderBy": "status", "OrderByType": "asc", "Limit": 2}, (1, 2), 250),
        ({"MigrateName": "tion-24"}, (24, *range(240, 250)), 11),
        ({"MigrateName": "nothing"}, (), 0),
        ({"StatusSet": [4, 1], "Limit": 1}, (1,), 250),
        ({"StatusSet": [4, 5]}, (), 0),
        ({"StatusSet": [], "MigrateName": "", "Limit": 1}, (1,), 250),
    ],
)
def test_the_list_is_filtered_sorted_and_paged(
    clock: ManualClock, signed: SignedRequest, parameters: dict[str, object], ids: tuple[int, ...], total: int
) -> None:
    """`Offset` is the number of a page from 0, and a page has 100 migrations by default."""
    reply = _list(_api(MANY, clock), signed, **parameters)

    assert _ids(reply) == list(ids)
    assert _content(reply)["TotalCount"] == total


def test_a_frame_may_state_the_status_of_its_migration(clock: ManualClock, signed: SignedRequest) -> None:
    """It is in the list, and a filter by it finds the migration."""
    passed = Progress(statuses=(0,) * 8)
    over = Progress(statuses=(0,) * 8, migration_status=6)
    api = _api(Scenario(name="mine", migrations={"7": (over,), "8": (passed,)}), clock)
    assert [task["Status"] for task in _content(_list(api, signed))["MigrateTaskSet"]] == [6, 1]
    assert _ids(_list(api, signed, StatusSet=[6])) == [7]


@pytest.mark.parametrize(
    ("parameters", "code", "named"),
    [
        ({"MigrateId": 1066}, "UnknownParameter", "MigrateId"),
        ({"Filters": []}, "UnknownParameter", "Filters"),
        ({"Limit": 0}, "InvalidParameter", "Limit"),
        ({"Limit": 101}, "InvalidParameter", "Limit"),
        ({"Limit": "100"}, "InvalidParameter", "Limit"),
        ({"Limit": True}, "InvalidParameter", "Limit"),
        ({"Offset": -1}, "InvalidParameter", "Offset"),
        ({"Offset": None}, "InvalidParameter", "Offset"),
        ({"OrderBy": "id"}, "InvalidParameter", "OrderBy"),
        ({"OrderByType": "down"}, "InvalidParameter", "OrderByType"),
        ({"StatusSet": 1}, "InvalidParameter", "StatusSet"),
        ({"StatusSet": ["1"]}, "InvalidParameter", "StatusSet"),
        ({"MigrateName": 1}, "InvalidParameter", "MigrateName"),
    ],
)
def test_an_invalid_parameter_is_refused(
    clock: ManualClock, signed: SignedRequest, parameters: dict[str, object], code: str, named: str
) -> None:
    """The error names a parameter that isn't published, such as a filter for an id, or that is out of range."""
    reply = _list(_api(MANY, clock), signed, **parameters)

    error = _content(reply)["Error"]
    assert error["Code"] == code
    assert f"`{named}" in error["Message"]
    assert error["Message"].endswith(".")


def test_the_list_has_its_own_limit(clock: ManualClock, signed: SignedRequest) -> None:
    """The limit is 20 requests a second, independent of other actions."""
    api = _api(MANY, clock)
    assert [_list(api, signed).outcome for _ in range(21)] == ["answer"] * 20 + ["RequestLimitExceeded"]
    assert api(signed(parameters={"MigrateId": 1})).outcome == "answer"


def test_an_independent_client_reads_all_pages() -> None:
    """Tencent's own client finds each migration once."""
    with Emulator(MANY) as emulator:
        client = make_client(emulator.url)
        pages = [client.call_json(ACTION, {"Limit": 100, "Offset": number})["Response"] for number in range(3)]
    assert [len(page["MigrateTaskSet"]) for page in pages] == [100, 100, 50]
    assert [task["MigrateId"] for page in pages for task in page["MigrateTaskSet"]] == list(range(1, 251))
