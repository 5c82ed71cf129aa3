"""The request log: one line of JSON for each request, and nothing secret in it."""

import io
import json
from collections.abc import Callable

import pytest

from pulumi_tcsql_check.emulator import DUMMY_SECRET_ID, DUMMY_SECRET_KEY, ManualClock
from pulumi_tcsql_check.emulator.request_log import RequestLog
from pulumi_tcsql_check.emulator.wire import Request

SignedRequest = Callable[..., Request]


def _line(request: Request, clock: ManualClock) -> str:
    file = io.BytesIO()
    RequestLog(file, clock).write(request, "answer")
    text = file.getvalue().decode()
    assert text.endswith("\n")
    assert text.count("\n") == 1
    return text


def test_a_line_says_when_what_and_how(signed: SignedRequest, clock: ManualClock) -> None:
    """A line has the time in UTC, the action, the migration, the region and the outcome."""
    clock.advance(0.25)

    assert json.loads(_line(signed(), clock)) == {
        "time": "2023-11-14T22:13:20.250+00:00",
        "action": "QueryMigrationCheckProcess",
        "migrate_id": 1066,
        "flow_id": None,
        "region": "ap-guangzhou",
        "account": None,
        "outcome": "answer",
    }


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"MigrateId": "7"}', b'{"MigrateId": true}', b"{}"])
def test_an_id_that_can_not_be_read_is_null(signed: SignedRequest, clock: ManualClock, body: bytes) -> None:
    """A body without an integer `MigrateId` gives null."""
    assert json.loads(_line(signed(body=body), clock))["migrate_id"] is None


def test_a_flow_is_recorded_as_a_migration_is(signed: SignedRequest, clock: ManualClock) -> None:
    """A line about a flow has its id, and no migration's."""
    line = json.loads(_line(signed(action="DescribeFlowStatus", parameters={"FlowId": 1001}), clock))

    assert (line["action"], line["migrate_id"], line["flow_id"]) == ("DescribeFlowStatus", None, 1001)


@pytest.mark.parametrize("text", [None, "", "two words", "a\nb", "é", "x" * 65])
def test_a_name_that_is_none_is_null(signed: SignedRequest, clock: ManualClock, text: str | None) -> None:
    """An action or region that isn't a plain name is left out, so that nobody writes lines of their own."""
    line = json.loads(_line(signed(headers={"x-tc-action": text, "x-tc-region": text}), clock))

    assert (line["action"], line["region"]) == (None, None)


def test_a_line_holds_no_secret(signed: SignedRequest, clock: ManualClock) -> None:
    """Neither the keys, nor the token, nor the signature, nor another parameter gets into the log."""
    request = signed(parameters={"MigrateId": 1, "Password": "hunter2"}, headers={"x-tc-token": "session"})
    signature = request.headers["authorization"].rpartition("=")[2]

    line = _line(request, clock)

    for secret in (DUMMY_SECRET_ID, DUMMY_SECRET_KEY, "session", signature, "hunter2"):
        assert secret not in line
