"""Responses and refusals of the API, without a network."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from pulumi_tcsql_check.emulator import Keys, ManualClock, Scenario, load
from pulumi_tcsql_check.emulator.scenario import (
    PUBLISHED_STEPS,
    CloseMidBodyFault,
    Error,
    Frame,
    HttpFault,
    Progress,
    RawAnswer,
    Refusal,
    ResetFault,
    SilentFault,
    Step,
)
from pulumi_tcsql_check.emulator.server import Services
from pulumi_tcsql_check.emulator.wire import Reply, Request
from pulumi_tcsql_check.model.regions import REGIONS

SignedRequest = Callable[..., Request]
Api = Callable[[Request], Reply]


def _api(scenario: Scenario, clock: ManualClock) -> Api:
    services = Services(scenario, scenario, Keys(), clock)
    return lambda request: services.reply(request)[0]


@pytest.fixture
def api(clock: ManualClock) -> Api:
    """The API of the scenario `pass`."""
    return _api(load("pass"), clock)


def _content(reply: Reply) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(reply.body)["Response"]
    return content


def _only(clock: ManualClock, frame: Frame, steps: tuple[Step, ...] = PUBLISHED_STEPS) -> Api:
    return _api(Scenario(name="mine", steps=steps, migrations={"*": (frame,)}), clock)


def test_the_response_is_the_published_one(api: Api, signed: SignedRequest) -> None:
    """A query gets exactly the fields of the published example, and its own request id."""
    first, second = _content(api(signed())), _content(api(signed()))

    assert first.pop("RequestId") != second.pop("RequestId")
    assert first == {
        "TotalStep": 8,
        "CurrentStep": 8,
        "StepDetails": [{"Name": step.name, "Status": 0, "Msg": step.message} for step in PUBLISHED_STEPS],
    }


@pytest.mark.parametrize(
    ("statuses", "current", "expected"),
    [((0, 1, -2), None, 2), ((0, 0, 0), None, 3), ((-2, -2, -2), None, 1), ((0, 1, -2), 3, 3)],
)
def test_the_current_step_is_the_first_open_one_by_default(
    clock: ManualClock, signed: SignedRequest, statuses: tuple[int, ...], current: int | None, expected: int
) -> None:
    """`CurrentStep` follows the statuses if a frame doesn't state it."""
    steps = tuple(Step(str(number), "") for number in range(3))
    api = _only(clock, Progress(statuses=statuses, current=current), steps)

    content = _content(api(signed()))

    assert (content["TotalStep"], content["CurrentStep"]) == (3, expected)
    assert [step["Status"] for step in content["StepDetails"]] == list(statuses)


def test_a_raw_response_is_sent_byte_for_byte(clock: ManualClock, signed: SignedRequest, tmp_path: Path) -> None:
    """A response that isn't well-formed is sent as it is in the file."""
    path = tmp_path / "odd.json"
    path.write_text('{"migrations": {"*": [{"kind": "answer", "answer": {"Response":  {"TotalStep": null }}}]}}')

    reply = _api(load(str(path)), clock)(signed())

    assert reply == Reply(b'{"Response":  {"TotalStep": null }}', "answer")


def test_an_error_frame_is_an_error_envelope(clock: ManualClock, signed: SignedRequest) -> None:
    """A scenario's error has the code, the message and a request id."""
    reply = _only(clock, Error(code="InternalError.DBError", message="broken"))(signed())

    content = _content(reply)
    assert content.pop("RequestId")
    assert content == {"Error": {"Code": "InternalError.DBError", "Message": "broken"}}
    assert reply.outcome == "InternalError.DBError"


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        (HttpFault(status=502), "http"),
        (ResetFault(), "reset"),
        (SilentFault(), "silent"),
        (CloseMidBodyFault(), "close-mid-body"),
    ],
)
def test_a_fault_is_passed_to_the_server_by_its_name(
    clock: ManualClock, signed: SignedRequest, fault: HttpFault, outcome: str
) -> None:
    """The server produces the fault; the reply's body is that of a check that has passed."""
    reply = _only(clock, fault)(signed())

    assert (reply.outcome, reply.fault) == (outcome, fault)
    assert _content(reply)["CurrentStep"] == len(PUBLISHED_STEPS)


def test_starting_a_check_gives_a_new_flow_id_each_time(api: Api, signed: SignedRequest) -> None:
    """`StartMigrationCheck` returns a flow id that no other start has had."""
    first, second = (_content(api(signed(action="StartMigrationCheck"))) for _ in range(2))

    assert first.keys() == {"FlowId", "RequestId"}
    assert first["FlowId"] >= 1
    assert second["FlowId"] != first["FlowId"]


def test_starting_a_check_restarts_its_frames(clock: ManualClock, signed: SignedRequest) -> None:
    """A query after `StartMigrationCheck` gets the scenario from its beginning."""
    api = _api(load("slow"), clock)
    api(signed())
    clock.advance(60)
    assert _content(api(signed(timestamp=int(clock.time()))))["CurrentStep"] == len(PUBLISHED_STEPS)

    api(signed(action="StartMigrationCheck", timestamp=int(clock.time())))

    assert _content(api(signed(timestamp=int(clock.time()))))["CurrentStep"] == 1


@pytest.mark.parametrize(
    ("frame", "outcome", "has_started"),
    [
        (Error(code="UnsupportedOperation", message="m"), "UnsupportedOperation", False),
        (RawAnswer(answer=msgspec.Raw(b"{}")), "answer", True),
        (ResetFault(), "reset", True),
        (Progress(statuses=(0,) * 8), "answer", True),
    ],
)
def test_a_scenario_replies_to_starts(
    clock: ManualClock, signed: SignedRequest, frame: Frame, outcome: str, *, has_started: bool
) -> None:
    """An error refuses the start; anything else starts the check, whatever the client gets."""
    passed = Progress(statuses=(0,) * 8)
    api = _api(Scenario(name="mine", migrations={"*": (passed,)}, on_start={"*": (frame,)}), clock)
    assert api(signed(action="StartMigrationCheck")).outcome == outcome
    assert _content(api(signed(action="StartMigrationCheck")))["FlowId"] == 1001 + has_started


def _flow_of(api: Api, signed: SignedRequest, clock: ManualClock, flow_id: int = 1001) -> Reply:
    return api(
        signed(action="DescribeFlowStatus", parameters={"FlowId": flow_id}, timestamp=int(clock.time())),
    )


@pytest.mark.parametrize(
    ("statuses", "current", "status"),
    [
        ((0, 0, 0), None, 0),
        ((0, 0, 0), 3, 0),
        ((0, 0, 0), 2, 2),
        ((0, 0, 1), None, 2),
        ((0, 1, -2), None, 2),
        ((0, 7, -2), 2, 2),
        ((0, -1, 1), 3, 1),
        ((0, -2, 1), 3, 2),
        ((-2, -2, -2), None, 2),
    ],
)
def test_a_flow_follows_the_steps(
    clock: ManualClock, signed: SignedRequest, statuses: tuple[int, ...], current: int | None, status: int
) -> None:
    """It has succeeded when the check has passed, has failed if a step was left behind, and runs otherwise."""
    steps = tuple(Step(str(number), "") for number in range(3))
    api = _only(clock, Progress(statuses=statuses, current=current), steps)
    api(signed(action="StartMigrationCheck"))

    content = _content(_flow_of(api, signed, clock))

    assert content.pop("RequestId")
    assert content == {"Status": status}


def test_a_flow_is_played_from_its_own_start(clock: ManualClock, signed: SignedRequest) -> None:
    """Another start begins another flow and doesn't change the first one."""
    api = _api(load("fail"), clock)
    api(signed(action="StartMigrationCheck"))
    assert _content(_flow_of(api, signed, clock))["Status"] == 2
    clock.advance(3)
    api(signed(action="StartMigrationCheck", timestamp=int(clock.time())))

    assert [_content(_flow_of(api, signed, clock, flow_id))["Status"] for flow_id in (1001, 1002)] == [1, 2]


@pytest.mark.parametrize(
    ("frame", "content", "outcome"),
    [
        (Progress(statuses=(0,) * 8, flow=2), {"Status": 2}, "answer"),
        (Progress(statuses=(0,) * 8, flow=-7), {"Status": -7}, "answer"),
        (Error(code="InternalError", message="m", flow=0), {"Status": 0}, "answer"),
        (
            Progress(statuses=(0,) * 8, flow=Refusal(code="UnauthorizedOperation.PermissionDenied", message="m")),
            {"Error": {"Code": "UnauthorizedOperation.PermissionDenied", "Message": "m"}},
            "UnauthorizedOperation.PermissionDenied",
        ),
        (
            Error(code="InternalError", message="m"),
            {"Error": {"Code": "InternalError", "Message": "m"}},
            "InternalError",
        ),
        (RawAnswer(answer=msgspec.Raw(b"{}")), {"Status": 2}, "answer"),
    ],
)
def test_a_frame_may_state_its_flow(
    clock: ManualClock, signed: SignedRequest, frame: Frame, content: dict[str, object], outcome: str
) -> None:
    """A frame's code or error for its flow replaces the frame's own, which otherwise is also the flow's."""
    api = _only(clock, frame)
    api(signed(action="StartMigrationCheck"))

    reply = _flow_of(api, signed, clock)

    received = _content(reply)
    assert received.pop("RequestId")
    assert (received, reply.outcome) == (content, outcome)


def test_a_fault_is_the_reply_about_a_flow_too(clock: ManualClock, signed: SignedRequest) -> None:
    """The server produces the fault; the reply's body is that of a flow that has succeeded."""
    api = _only(clock, ResetFault())
    api(signed(action="StartMigrationCheck"))

    reply = _flow_of(api, signed, clock)

    assert (reply.outcome, reply.fault, _content(reply)["Status"]) == ("reset", ResetFault(), 0)


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({}, "MissingParameter"),
        ({"FlowId": "1001"}, "InvalidParameter"),
        ({"FlowId": True}, "InvalidParameter"),
        ({"FlowId": 0}, "InvalidParameter.InputIllegal"),
        ({"MigrateId": 1066}, "UnknownParameter"),
        ({"FlowId": 1002}, "InvalidParameter.ParamsAssertFailed"),
        ({"FlowId": 1066}, "InvalidParameter.ParamsAssertFailed"),
    ],
)
def test_an_unknown_flow_is_refused(api: Api, signed: SignedRequest, parameters: dict[str, object], code: str) -> None:
    """Only a flow that was started can be queried, by its number."""
    api(signed(action="StartMigrationCheck"))

    assert api(signed(action="DescribeFlowStatus", parameters=parameters)).outcome == code


@pytest.mark.parametrize("region", sorted(REGIONS))
def test_every_published_region_is_served(api: Api, signed: SignedRequest, region: str) -> None:
    """The 18 regions of the reference page are known."""
    assert api(signed(headers={"x-tc-region": region})).outcome == "answer"
    assert len(REGIONS) == 18


@pytest.mark.parametrize("content_type", ["application/json; charset=utf-8", "application/json"])
def test_json_with_and_without_charset_is_served(api: Api, signed: SignedRequest, content_type: str) -> None:
    """Both forms of the content type that clients send are accepted."""
    assert api(signed(headers={"content-type": content_type})).outcome == "answer"


@pytest.mark.parametrize("action", ["QueryMigrationCheckProcess", "StartMigrationCheck"])
@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"method": "GET"}, "UnsupportedProtocol"),
        ({"target": "/other"}, "UnsupportedProtocol"),
        ({"headers": {"content-type": "application/x-www-form-urlencoded"}}, "UnsupportedProtocol"),
        ({"headers": {"content-type": None}}, "UnsupportedProtocol"),
        ({"headers": {"x-tc-action": None}}, "MissingParameter"),
        ({"headers": {"x-tc-version": None}}, "MissingParameter"),
        ({"headers": {"x-tc-region": None}}, "MissingParameter"),
        ({"headers": {"x-tc-timestamp": None}}, "MissingParameter"),
        ({"headers": {"authorization": None}}, "MissingParameter"),
        ({"secret_key": "wrong"}, "AuthFailure.SignatureFailure"),
        ({"headers": {"x-tc-action": "DescribeMigrationDetail"}}, "InvalidAction"),
        ({"headers": {"x-tc-action": "DescribeRegions", "x-tc-region": None}}, "InvalidAction"),
        ({"headers": {"x-tc-version": "2017-03-12"}}, "NoSuchVersion"),
        ({"headers": {"x-tc-region": "ap-mars"}}, "UnsupportedRegion"),
        ({"body": b""}, "InvalidParameter"),
        ({"body": b"\xff"}, "InvalidParameter"),
        ({"body": b'{"MigrateId": "\xff"}'}, "InvalidParameter"),
        ({"body": b'{"MigrateId": ' + b"[" * 100_000}, "InvalidParameter"),
        ({"parameters": [1066]}, "InvalidParameter"),
        ({"parameters": {}}, "MissingParameter"),
        ({"parameters": {"MigrateId": None}}, "MissingParameter"),
        ({"parameters": {"MigrateId": "1066"}}, "InvalidParameter"),
        ({"parameters": {"MigrateId": True}}, "InvalidParameter"),
        ({"parameters": {"MigrateId": 1066.0}}, "InvalidParameter"),
        ({"parameters": {"MigrateId": 0}}, "InvalidParameter.InputIllegal"),
        ({"parameters": {"MigrateId": -1}}, "InvalidParameter.InputIllegal"),
        ({"parameters": {"MigrateId": 1066, "Limit": 1}}, "UnknownParameter"),
        ({"parameters": {"MigrateId": 404}}, "ResourceNotFound.DBNotFound"),
    ],
)
def test_an_invalid_request_is_refused_with_the_apis_code(
    api: Api, signed: SignedRequest, action: str, changes: dict[str, object], code: str
) -> None:
    """Each mistake has its code, in the error envelope, for both actions."""
    reply = api(signed(action=action, **changes))

    content = _content(reply)
    assert content.keys() == {"Error", "RequestId"}
    assert content["Error"]["Code"] == code == reply.outcome
    assert content["Error"]["Message"].endswith(".")


def test_the_signature_is_verified_first(api: Api, signed: SignedRequest) -> None:
    """A client without the key doesn't learn which migrations, regions or actions exist."""
    headers = {"x-tc-action": "Nonsense", "x-tc-region": "ap-mars", "x-tc-version": "1"}

    reply = api(signed(secret_key="wrong", headers=headers))

    assert reply.outcome == "AuthFailure.SignatureFailure"


def test_the_21st_request_within_a_second_is_refused(api: Api, signed: SignedRequest, clock: ManualClock) -> None:
    """Each action allows 20 requests in any window of one second."""
    outcomes = [api(signed()).outcome for _ in range(20)]
    refused = api(signed())

    assert outcomes == ["answer"] * 20
    assert _content(refused)["Error"] == {
        "Code": "RequestLimitExceeded",
        "Message": "Your current request times equals to `21` in a second, which exceeds the frequency limit `20` for "
        "a second. Please reduce the frequency of calls.",
    }
    assert api(signed(action="StartMigrationCheck")).outcome == "answer"
    clock.advance(0.999)
    assert api(signed()).outcome == "RequestLimitExceeded"
    clock.advance(0.001)
    assert api(signed()).outcome == "answer"


def test_refused_requests_do_not_count(api: Api, signed: SignedRequest, clock: ManualClock) -> None:
    """A client that keeps sending still gets 20 responses a second."""
    answered = 0
    for _ in range(400):
        answered += api(signed()).outcome == "answer"
        clock.advance(0.0101)

    assert 80 <= answered <= 101


def test_requests_without_a_valid_signature_do_not_count(api: Api, signed: SignedRequest) -> None:
    """A client without the key can't use up the limit of one with it."""
    for _ in range(30):
        api(signed(secret_key="wrong"))

    assert api(signed()).outcome == "answer"
