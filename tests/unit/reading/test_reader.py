"""One read of a check as the provider does it, with the real SDK and the emulator."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from harness.blocked_calls import block_os_call
from harness.emulated_services import emulated_services, make_role_arn, scripted_services
from harness.error_texts import full_text, headline, raises_error, without_endpoint
from harness.fake_clock import FakeClock
from harness.in_process_read import RecordingListener, read
from harness.scripted_server import ScriptedServer, answer, reset
from harness.sdk_client import start_check
from pulumi.dynamic import Config

from pulumi_tcsql_check.config.check_inputs import CheckInputs
from pulumi_tcsql_check.config.stack_config import Stack
from pulumi_tcsql_check.credentials import connection
from pulumi_tcsql_check.emulator import (
    ACCOUNT_ID,
    OTHER_ACCOUNT_ID,
    Emulator,
    parse,
)
from pulumi_tcsql_check.errors import (
    AccountError,
    CheckFailedError,
    CheckTimeoutError,
    CredentialsError,
    FlowFailedError,
    InvalidInputError,
    NotFoundError,
    OutageError,
    PermanentError,
    TcsqlCheckError,
    TransientError,
    WaitCancelledError,
)
from pulumi_tcsql_check.languages.sentence import Sentence
from pulumi_tcsql_check.polling import backoff
from pulumi_tcsql_check.reading import reader, watches
from pulumi_tcsql_check.tencent import exchange

PROPS: dict[str, Any] = {"migrate_id": 1066.0, "region": "ap-guangzhou", "wait": False}
NOBODY = parse(b'{"migrations": {"1": [{"kind": "reset"}]}}', name="test")
ONE_STEP = parse(
    json.dumps(
        {
            "steps": [{"name": "one", "message": "Check it."}, {"name": "two", "message": "Check that."}],
            "migrations": {"*": [{"kind": "progress", "statuses": [0, 7]}]},
        }
    ).encode(),
    name="test",
)
UNKNOWN = {
    "total": 0,
    "current": 0,
    "steps": [],
    "passed": False,
    "status": "unknown",
    "migrate_id": 1066,
    "region": "ap-guangzhou",
    "enforce": False,
    "failed_statuses": [],
}


START = "`tcsql-check start 1066 --region ap-guangzhou`"
SOMETHING_MISSING = r"^migration check 1066 \(ap-guangzhou\): http://.* answered ResourceNotFound"


def stand_in(url: str) -> str:
    """Return the warning about an endpoint that isn't Tencent's."""
    return f"migration check 1066 (ap-guangzhou) is queried at {url}, which is not Tencent Cloud."


def test_an_up_passes_once_the_check_has(call: RecordingListener) -> None:
    """A waiting read returns every output of the passed check, and the fields that a refresh needs for its query."""
    with Emulator("pass") as emulator:
        outputs = read({**PROPS, "wait": True, "endpoint": emulator.url}, {}, call)
    steps = outputs.pop("steps")
    assert outputs == {
        "total": 8,
        "current": 8,
        "passed": True,
        "status": "passed",
        "migrate_id": 1066,
        "region": "ap-guangzhou",
        "enforce": True,
        "failed_statuses": [],
        "endpoint": emulator.url,
    }
    assert [step["state"] for step in steps] == ["passed"] * 8
    assert call.lines
    assert call.warnings == [stand_in(emulator.url)]


def test_an_up_waits_until_the_deadline(call: RecordingListener) -> None:
    """A check that doesn't pass in time leaves the gate shut."""
    props = {**PROPS, "wait": True, "timeout_seconds": 0.05, "poll_interval_seconds": 0.1}
    with Emulator(ONE_STEP) as emulator, pytest.raises(CheckTimeoutError) as caught:
        read({**props, "endpoint": emulator.url}, {}, call)
    assert caught.value.timeout_seconds == 0.05
    assert caught.value.progress is not None


@pytest.mark.parametrize("wait", [True, False])
@pytest.mark.parametrize(("call_that_hangs", "kind"), [("open", CredentialsError), ("stat", InvalidInputError)])
def test_a_file_that_hangs_does_not_extend_the_deadline(  # noqa: PLR0913, PLR0917  # a case is one row
    call: RecordingListener,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    wait: bool,
    call_that_hangs: str,
    kind: type[TcsqlCheckError],
) -> None:
    """The gate waits neither for the credentials nor for the authorities: it stays shut, and sends no request."""
    monkeypatch.setattr(exchange, "MIN_EXCHANGE_SECONDS", 0.05)
    monkeypatch.delenv("TENCENTCLOUD_SECRET_ID")
    monkeypatch.delenv("TENCENTCLOUD_SECRET_KEY")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "authorities.pem") if kind is InvalidInputError else "")
    props = {**PROPS, "wait": wait, "timeout_seconds": 0.05}
    with (
        ScriptedServer(answer("")) as server,
        block_os_call(call_that_hangs),
        pytest.raises(kind, match=r"within 0\.05 s"),
    ):
        read({**props, "endpoint": f"http://{server.host}"}, {}, call)
    assert server.requests == []


def test_an_up_fails_on_a_code_in_failed_statuses(call: RecordingListener) -> None:
    """The codes reach the verdict and the row."""
    props = {**PROPS, "wait": True, "failed_statuses": [7.0]}
    with Emulator(ONE_STEP) as emulator, pytest.raises(CheckFailedError) as caught:
        read({**props, "endpoint": emulator.url}, {}, call)
    assert caught.value.steps == (2,)
    assert "failed (status 7)" in call.lines[0]


def test_a_preview_does_not_wait(call: RecordingListener) -> None:
    """A running check is returned at once, with exactly these outputs; `wait` is not among them."""
    with Emulator(ONE_STEP) as emulator:
        outputs = read({**PROPS, "wait": False, "endpoint": emulator.url}, {}, call)
    assert outputs == {
        "total": 2,
        "current": 2,
        "steps": [
            {"name": "one", "status": 0, "state": "passed", "message": "Check it."},
            {"name": "two", "status": 7, "state": "running", "message": "Check that."},
        ],
        "passed": False,
        "status": "running",
        "migrate_id": 1066,
        "region": "ap-guangzhou",
        "enforce": True,
        "failed_statuses": [],
        "endpoint": emulator.url,
    }
    assert call.lines == ["2/2 two: running"]
    assert call.notes == ["2/2 two: running; `pulumi up` will wait for up to 30 min"]


def test_a_preview_of_a_passed_check_adds_no_message(call: RecordingListener) -> None:
    """The row is enough."""
    with Emulator("pass") as emulator:
        read({**PROPS, "endpoint": emulator.url}, {}, call)
    assert (call.lines, call.notes) == (["8/8 Target database existence check: passed"], [])


@pytest.mark.parametrize("flow", [False, True])
def test_a_long_wait_that_passes_reports_its_duration_and_its_proof(
    monkeypatch: pytest.MonkeyPatch, call: RecordingListener, *, flow: bool
) -> None:
    """The request, and the flow if there is one, are for a change ticket."""
    monkeypatch.setattr(reader, "WORTH_A_WORD_SECONDS", 0.0)
    with Emulator("pass") as emulator:
        props = {"flow_id": start_check(emulator.url, 1066)} if flow else {}
        read({**PROPS, **props, "wait": True, "endpoint": emulator.url}, {}, call)
    proof = rf"{'flow 1001, ' if flow else ''}request [0-9a-f-]{{36}}"
    (note,) = call.notes
    assert re.fullmatch(rf"migration check 1066 \(ap-guangzhou\) has passed, after 0 s \({proof}\)", note)


def test_a_check_that_had_passed_before_shows_only_its_row(call: RecordingListener) -> None:
    """There was no wait to report."""
    with Emulator("pass") as emulator:
        read({**PROPS, "wait": True, "endpoint": emulator.url}, {}, call)
    assert call.notes == []


@pytest.mark.parametrize("wait", [True, False])
def test_a_check_of_a_start_without_triggers_shows_when_it_was(call: RecordingListener, *, wait: bool) -> None:
    """The start may be long ago: a preview has its time in the row, and an update in a line, also without a wait."""
    with Emulator("pass") as emulator:
        flow = {"flow_id": start_check(emulator.url, 1066), "started_at": "2026-01-01T00:00:00Z"}
        read({**PROPS, **flow, "wait": wait, "endpoint": emulator.url}, {}, call)
    (line,) = call.notes if wait else call.lines
    assert line.endswith("; started at 2026-01-01T00:00:00Z")


def test_a_preview_of_a_check_that_has_not_started_shows_how_to_start_it(call: RecordingListener) -> None:
    """The row has the command, so the user learns it before the update's deadline."""
    with Emulator("never-started") as emulator:
        outputs = read({**PROPS, "endpoint": emulator.url}, {}, call)
    assert outputs["status"] == "not-started"
    assert list(map(without_endpoint, call.lines)) == [f"no step has started; {START} starts the check"]


def test_an_up_on_a_check_that_has_not_started_shows_how_to_start_it(call: RecordingListener) -> None:
    """The row has the command during the wait, and the error has it at the deadline."""
    props = {**PROPS, "wait": True, "timeout_seconds": 0.05, "poll_interval_seconds": 0.1}
    with Emulator("never-started") as emulator, pytest.raises(CheckTimeoutError) as caught:
        read({**props, "endpoint": emulator.url}, {}, call)
    assert f"start the check, then run again: {START.strip('`')} pulumi up" in without_endpoint(full_text(caught.value))
    assert list(map(without_endpoint, call.lines)) == [f"0 s left · no step has started; {START} starts the check"]


def test_a_refresh_of_a_failed_check_is_no_error(call: RecordingListener) -> None:
    """Stored outputs are enough for a new query; a failed step is returned as a result."""
    with Emulator(ONE_STEP) as emulator:
        props = {**PROPS, "endpoint": emulator.url, "failed_statuses": [7]}
        stored = read(props, {}, call)
        again = read(stored, {}, call)
    assert again == stored
    assert (again["status"], again["failed_statuses"]) == ("failed", [7])
    assert call.lines == ["2/2 two: failed (status 7)"] * 2
    assert call.notes == ["2/2 two: failed (status 7); unless that changes, `pulumi up` will refuse"]


def test_a_preview_retries_a_transient_error(call: RecordingListener) -> None:
    """A connection that broke once doesn't fail a preview."""
    body = '{"Response":{"TotalStep":0,"CurrentStep":0,"StepDetails":[],"RequestId":"r"}}'
    with ScriptedServer(reset, answer(body)) as server:
        outputs = read({**PROPS, "endpoint": f"http://{server.host}"}, {}, call)
    assert len(server.requests) == 2
    assert (outputs["status"], outputs["steps"], outputs["passed"]) == ("unknown", [], False)


def test_a_preview_gives_up_soon(monkeypatch: pytest.MonkeyPatch, call: RecordingListener) -> None:
    """A lasting error ends a preview."""
    monkeypatch.setattr(watches, "ONCE_SECONDS", 0.03)
    with ScriptedServer(reset) as server, pytest.raises(TransientError):
        read({**PROPS, "endpoint": f"http://{server.host}"}, {}, call)


FLOWS = parse(
    json.dumps(
        {
            "migrations": {
                "1": [{"kind": "progress", "statuses": [0] * 8}],
                "2": [{"kind": "progress", "statuses": [0] * 8, "flow": 2}],
                "3": [{"kind": "progress", "statuses": [0] * 8, "flow": 1}],
            }
        }
    ).encode(),
    name="test",
)


@pytest.mark.parametrize("wait", [True, False])
def test_a_flow_that_succeeded_passes_with_the_steps(call: RecordingListener, *, wait: bool) -> None:
    """This holds on an up and in a preview; the flow's id is an output, so a refresh sends the same query."""
    with Emulator(FLOWS) as emulator:
        start_check(emulator.url, 1)
        props = {**PROPS, "migrate_id": 1, "wait": wait, "flow_id": 1001.0, "endpoint": emulator.url}
        outputs = read({**props, "from_outputs": ["flow_id"]}, {}, call)
        again = read(outputs, {}, call)
    assert (outputs["passed"], outputs["status"], outputs["flow_id"]) == (True, "passed", 1001)
    assert again == outputs
    assert "from_outputs" not in outputs


@pytest.mark.parametrize(
    ("migrate_id", "status", "line"),
    [
        (2, "running", "waiting for flow 1001"),
        (3, "failed", "flow 1001 has failed; 8/8 Target database existence check: passed"),
    ],
)
def test_a_preview_and_a_refresh_report_the_flow(
    call: RecordingListener, migrate_id: int, status: str, line: str
) -> None:
    """The steps have passed, the check hasn't, and neither command fails because of that."""
    with Emulator(FLOWS) as emulator:
        start_check(emulator.url, migrate_id)
        props = {**PROPS, "migrate_id": migrate_id, "flow_id": 1001, "endpoint": emulator.url}
        outputs = read(props, {}, call)
        again = read(outputs, {}, call)
    assert (outputs["passed"], outputs["status"]) == (False, status)
    assert again == outputs
    assert call.lines == [line, line]


def test_a_preview_with_an_unknown_flow_does_not_pass(call: RecordingListener) -> None:
    """It queries only the steps, and says what is missing."""
    with Emulator("pass") as emulator:
        outputs = read({**PROPS, "from_outputs": ["flow_id"], "endpoint": emulator.url}, {}, call)
    assert (outputs["passed"], outputs["status"]) == (False, "unknown")
    assert "flow_id" not in outputs
    assert call.lines == ["waiting for a flow that is not known yet"]


def test_an_up_waits_for_the_flow_and_fails_if_it_fails(call: RecordingListener) -> None:
    """Each update ends with the flow's result, for any steps."""
    props = {**PROPS, "wait": True, "timeout_seconds": 0.3, "poll_interval_seconds": 0.1, "flow_id": 1001}
    with Emulator(FLOWS) as emulator:
        start_check(emulator.url, 2)
        with raises_error(CheckTimeoutError, "flow 1001 had not succeeded; "):
            read({**props, "migrate_id": 2, "endpoint": emulator.url}, {}, call)
        assert call.lines == ["0 s left · waiting for flow 1001"]
        start_check(emulator.url, 3)
        with pytest.raises(FlowFailedError):
            read({**props, "migrate_id": 3, "flow_id": 1002, "endpoint": emulator.url}, {}, call)


@pytest.mark.parametrize("wait", [True, False])
def test_a_flow_that_cannot_be_queried_fails_an_enforced_gate(call: RecordingListener, *, wait: bool) -> None:
    """An update and a preview fail with an error that names migration and flow."""
    named = r"^migration check 1066 \(ap-guangzhou\): flow 9: http://.* answered InvalidParameter\.ParamsAssertFailed"
    with Emulator("pass") as emulator, pytest.raises(PermanentError, match=named):
        read({**PROPS, "wait": wait, "flow_id": 9, "endpoint": emulator.url}, {}, call)


def test_a_gate_that_is_not_enforced_passes_for_any_flow(call: RecordingListener) -> None:
    """A failed or unknown flow is queried once, and a warning names it."""
    props = {**PROPS, "migrate_id": 3, "enforce": False, "wait": True}
    with Emulator(FLOWS) as emulator:
        start_check(emulator.url, 3)
        failed = read({**props, "flow_id": 1001, "endpoint": emulator.url}, {}, call)
        unknown = read({**props, "flow_id": 9, "endpoint": emulator.url}, {}, call)
    assert (failed["passed"], failed["status"], failed["total"]) == (False, "failed", 8)
    assert (unknown["passed"], unknown["status"], unknown["flow_id"]) == (False, "unknown", 9)
    assert "Its status: flow 1001 has failed; 8/8" in call.warnings[1]
    assert "Its status: flow 9: http://" in call.warnings[3]


NOT_YET = parse(
    json.dumps(
        {
            "migrations": {
                "*": [
                    {"kind": "error", "code": "ResourceNotFound.DBNotFound", "message": "No.", "seconds": 0.2},
                    {"kind": "progress", "statuses": [0] * 8},
                ]
            }
        }
    ).encode(),
    name="test",
)


def test_an_up_queries_a_new_migration_again(call: RecordingListener) -> None:
    """Its id came from an output, so the API may not know it at first; the row says so."""
    props = {**PROPS, "wait": True, "from_outputs": ["migrate_id"]}
    with Emulator(NOT_YET) as emulator:
        assert read({**props, "endpoint": emulator.url}, {}, call)["passed"]
    assert call.lines[0] == "30 min left · not known to the API yet for 0 s, retrying"


@pytest.mark.parametrize(("wait", "from_outputs"), [(False, ["migrate_id"]), (True, []), (True, ["region"])])
def test_a_preview_or_an_id_from_a_plain_value_is_queried_once(
    call: RecordingListener, *, wait: bool, from_outputs: list[str]
) -> None:
    """A preview never waits, and other outputs don't make the migration new."""
    props = {**PROPS, "wait": wait, "from_outputs": from_outputs}
    with Emulator(NOT_YET) as emulator, pytest.raises(NotFoundError):
        read({**props, "endpoint": emulator.url}, {}, call)


@pytest.mark.parametrize("wait", [True, False])
def test_a_refused_query_fails_an_enforced_gate(call: RecordingListener, *, wait: bool) -> None:
    """A migration that doesn't exist fails an update and a preview at once."""
    with Emulator(NOBODY) as emulator, pytest.raises(PermanentError, match=SOMETHING_MISSING):
        read({**PROPS, "wait": wait, "endpoint": emulator.url}, {}, call)


def test_the_error_of_an_outage_names_the_migration_once(
    monkeypatch: pytest.MonkeyPatch, call: RecordingListener
) -> None:
    """The underlying error already has the name."""
    monkeypatch.setattr(backoff, "OUTAGE_SECONDS", 0.0)
    with ScriptedServer(reset) as server, pytest.raises(OutageError) as caught:
        read({**PROPS, "wait": True, "endpoint": f"http://{server.host}"}, {}, call)
    assert headline(caught.value).count("migration check 1066") == 1


@pytest.mark.parametrize("wait", [True, False])
@pytest.mark.parametrize("sent_to", [None, "https://sqlserver.tencentcloudapi.com"])
def test_a_start_at_another_endpoint_keeps_the_gate_shut(
    call: RecordingListener, sent_to: str | None, *, wait: bool
) -> None:
    """Its number means another flow there; nothing is queried."""
    with Emulator("pass") as emulator:
        given = {**PROPS, "wait": wait, "endpoint": emulator.url, "flow_id": 1001.0, "start_endpoints": [sent_to]}
        with raises_error(InvalidInputError, rf"^start is .*, but must be a start that was sent to {emulator.url}, "):
            read(given, {}, call)
        assert read({**given, "enforce": False}, {}, call)["passed"] is False


def test_a_start_at_the_gates_endpoint_counts(call: RecordingListener) -> None:
    """So does each start of a group."""
    with Emulator("pass") as emulator:
        given = {**PROPS, "endpoint": emulator.url, "start_endpoints": [emulator.url, emulator.url]}
        assert read(given, {}, call)["passed"] is True
    with raises_error(InvalidInputError, r"^start_endpoints is 5, but must be a list of names, as"):
        read({**PROPS, "start_endpoints": 5}, {}, call)


def test_a_gate_that_is_not_enforced_passes_for_any_error(
    monkeypatch: pytest.MonkeyPatch, call: RecordingListener
) -> None:
    """Even an unexpected error doesn't fail it; the warning has the error's type, not its text."""
    nothing: dict[str, Any] = {}
    monkeypatch.setattr(connection, "choose", lambda *_, **__: nothing["a secret"])
    assert read({**PROPS, "enforce": False}, {}, call) == UNKNOWN
    assert "Its status: nothing (KeyError) Reason: " in call.warnings[-1]


@pytest.mark.parametrize("wait", [True, False])
def test_missing_credentials_fail_an_enforced_gate(
    monkeypatch: pytest.MonkeyPatch, call: RecordingListener, *, wait: bool
) -> None:
    """The gate sends no request."""
    monkeypatch.delenv("TENCENTCLOUD_SECRET_ID")
    monkeypatch.delenv("TENCENTCLOUD_SECRET_KEY")
    with ScriptedServer(reset) as server, pytest.raises(CredentialsError) as caught:
        read({**PROPS, "wait": wait, "endpoint": f"http://{server.host}"}, {}, call)
    assert len(caught.value.tried) == 6
    assert server.requests == []


@pytest.mark.parametrize("wait", [True, False])
def test_a_gate_that_is_not_enforced_warns_of_a_failed_check_and_passes(call: RecordingListener, *, wait: bool) -> None:
    """It queries once, returns the result, and warns that it holds nothing."""
    props = {**PROPS, "enforce": False, "wait": wait, "failed_statuses": [7]}
    with Emulator(ONE_STEP) as emulator:
        outputs = read({**props, "endpoint": emulator.url}, {}, call)
    assert (outputs["status"], outputs["passed"], outputs["enforce"]) == ("failed", False, False)
    assert "wait" not in outputs
    held = "enforce is false: migration check 1066 (ap-guangzhou) does not hold the update."
    asked = "Reason: none given; say it in the gate's reason"
    assert call.warnings == [stand_in(emulator.url), f"{held} Its status: 2/2 two: failed (status 7) {asked}"]


def test_the_reason_for_a_gate_that_is_not_enforced_is_in_its_warning(call: RecordingListener) -> None:
    """It is no output, so a refresh doesn't know it and doesn't ask for it."""
    with Emulator("pass") as emulator:
        props = {**PROPS, "enforce": False, "endpoint": emulator.url}
        outputs = read({**props, "wait": True, "reason": "change 4711"}, {}, call)
        assert call.warnings[-1].endswith(": passed Reason: change 4711")
        assert "reason" not in outputs
        read(outputs, {}, call)
    assert call.warnings[-1].endswith(": passed")


def test_a_gate_that_is_not_enforced_passes_on_an_unknown_migration(call: RecordingListener) -> None:
    """The warning has the API's error, and the outputs have the status "unknown"."""
    with Emulator(NOBODY) as emulator:
        outputs = read({**PROPS, "enforce": False, "wait": True, "endpoint": emulator.url}, {}, call)
    assert outputs == {**UNKNOWN, "endpoint": emulator.url}
    assert "Its status: " in call.warnings[-1]
    assert "ResourceNotFound" in call.warnings[-1]


def test_a_gate_that_is_not_enforced_queries_exactly_once(call: RecordingListener) -> None:
    """A transient error is not retried."""
    with ScriptedServer(reset) as server:
        endpoint = f"http://{server.host}"
        outputs = read({**PROPS, "enforce": False, "wait": True, "endpoint": endpoint}, {}, call)
    assert outputs == {**UNKNOWN, "endpoint": endpoint}
    assert len(server.requests) == 1


def test_a_gate_that_is_not_enforced_passes_without_credentials(
    monkeypatch: pytest.MonkeyPatch, call: RecordingListener
) -> None:
    """The warning says that credentials are missing; no request is sent."""
    monkeypatch.delenv("TENCENTCLOUD_SECRET_ID")
    monkeypatch.delenv("TENCENTCLOUD_SECRET_KEY")
    assert read({**PROPS, "enforce": False, "wait": True}, {}, call) == UNKNOWN
    (warning,) = call.warnings
    assert "No Tencent Cloud credentials were found" in warning


def test_a_gate_that_is_not_enforced_passes_for_a_response_nested_too_deeply(call: RecordingListener) -> None:
    """No response can fail it."""
    with ScriptedServer(answer('{"Response":{"Unknown":' + "[" * 100_000)) as server:
        endpoint = f"http://{server.host}"
        assert read({**PROPS, "enforce": False, "endpoint": endpoint}, {}, call)["status"] == "unknown"


@pytest.mark.parametrize("enforce", [True, False])
def test_a_cancelled_update_ends_a_read(call: RecordingListener, *, enforce: bool) -> None:
    """A gate ends when the update is cancelled, whether it is enforced or not."""
    call.cancelled.set()
    with Emulator("pass") as emulator, pytest.raises(WaitCancelledError):
        read({**PROPS, "wait": True, "enforce": enforce, "endpoint": emulator.url}, {}, call)


def test_an_unknown_region_is_queried_with_a_warning(call: RecordingListener) -> None:
    """The API decides whether a region that isn't on the page exists."""
    with Emulator("pass") as emulator, pytest.raises(PermanentError, match="UnsupportedRegion"):
        read({**PROPS, "region": "ap-nowhere", "endpoint": emulator.url}, {}, call)
    assert call.warnings[1] == "ap-nowhere is not a region that the API's page lists; it is queried nevertheless."


def test_tencents_own_endpoint_needs_no_warning() -> None:
    """The default host and the named host of Tencent give no warning."""
    warnings: list[Sentence] = []
    for props in ({**PROPS, "endpoint": "sqlserver.tencentcloudapi.com"}, PROPS):
        connection.choose(CheckInputs.from_props(props), Stack({}), clock=FakeClock(), warn=warnings.append)
    assert warnings == []


def test_a_configured_endpoint_is_queried_but_is_no_output(call: RecordingListener) -> None:
    """It belongs to the stack, so a refresh uses the endpoint that is configured at that time."""
    with Emulator("pass") as emulator:
        outputs = read(PROPS, {"tcsql-check:endpoint": emulator.url}, call)
    assert outputs["passed"]
    assert "endpoint" not in outputs
    assert call.warnings == [stand_in(emulator.url)]


def test_a_configured_endpoint_is_validated(call: RecordingListener) -> None:
    """A value that is invalid as an input is invalid as configuration too."""
    with pytest.raises(InvalidInputError, match=r"http://somewhere\.test"):
        read(PROPS, {"tcsql-check:endpoint": "http://somewhere.test"}, call)


ASSUMED = {
    "tencentcloud:assumeRole": json.dumps({"roleArn": make_role_arn(OTHER_ACCOUNT_ID), "sessionName": "deploy"}),
}


def actions(log: Path) -> list[tuple[str, str]]:
    """Read an emulator's requests: action and account."""
    lines = log.read_text(encoding="utf-8").splitlines() if log.exists() else []
    return [(line["action"], line["account"]) for line in map(json.loads, lines)]


@pytest.mark.parametrize("wait", [True, False])
@pytest.mark.parametrize("key", ["allowedAccountIds", "forbiddenAccountIds"])
def test_a_wrong_account_sends_no_query(tmp_path: Path, call: RecordingListener, key: str, *, wait: bool) -> None:
    """The other account has a passed migration with the same number; neither update nor preview sees it."""
    log = tmp_path / "requests.jsonl"
    ids = {"allowedAccountIds": OTHER_ACCOUNT_ID, "forbiddenAccountIds": ACCOUNT_ID}[key]
    config = {f"tencentcloud:{key}": json.dumps([ids])}
    with emulated_services(Emulator("pass", request_log=log)) as emulator, pytest.raises(AccountError) as caught:
        read({**PROPS, "wait": wait, "endpoint": emulator.url}, config, call)
    assert caught.value.account_id == ACCOUNT_ID
    assert actions(log) == [("GetCallerIdentity", ACCOUNT_ID)]


def test_a_right_account_is_verified_once(tmp_path: Path, call: RecordingListener) -> None:
    """The verification precedes the first query, for any number of gates."""
    log = tmp_path / "requests.jsonl"
    config = {"tencentcloud:allowedAccountIds": json.dumps([ACCOUNT_ID])}
    with emulated_services(Emulator("pass", request_log=log)) as emulator:
        for migrate_id in (1066, 1067):
            props = {**PROPS, "migrate_id": migrate_id, "wait": True, "endpoint": emulator.url}
            assert read(props, config, call)["passed"] is True
    query = ("QueryMigrationCheckProcess", ACCOUNT_ID)
    assert actions(log) == [("GetCallerIdentity", ACCOUNT_ID), query, query]


def test_a_gate_queries_as_the_role_and_not_as_its_caller(call: RecordingListener) -> None:
    """The same number is another migration in each account: it has passed in the caller's and failed in the role's."""
    with emulated_services(Emulator("pass", other_scenario=ONE_STEP)) as emulator:
        props = {**PROPS, "wait": True, "endpoint": emulator.url, "failed_statuses": [7]}
        assert read(props, {}, call)["passed"] is True
        with pytest.raises(CheckFailedError):
            read(props, ASSUMED, call)


def test_a_transient_error_of_the_token_service_does_not_end_a_wait(call: RecordingListener) -> None:
    """The wait continues while the token service doesn't respond for a moment."""
    session = answer(
        '{"Response":{"Credentials":{"Token":"t","TmpSecretId":"i","TmpSecretKey":"k"},"ExpiredTime":9999999999,'
        '"RequestId":"r"}}'
    )
    passed = '{"TotalStep":1,"CurrentStep":1,"StepDetails":[{"Name":"n","Status":0,"Msg":"m"}],"RequestId":"r"}'
    with scripted_services(reset, session) as service, ScriptedServer(answer(f'{{"Response":{passed}}}')) as server:
        outputs = read({**PROPS, "wait": True, "endpoint": f"http://{server.host}"}, ASSUMED, call)
    assert outputs["passed"] is True
    assert len(service.requests) == 2
    assert server.requests[0].headers["x-tc-token"] == "t"


BROKEN: list[dict[str, str]] = [
    {"tencentcloud:allowedAccountIds": json.dumps([OTHER_ACCOUNT_ID])},
    {"tencentcloud:allowedAccountIds": "[]"},
    {"tencentcloud:assumeRole": "{"},
    {"tencentcloud:assumeRoleWithSaml": "{}"},
    {"tencentcloud:domain": "com"},
    {"tencentcloud:protocol": "HTTP", "tcsql-check:endpoint": ""},
    {"tcsql-check:endpoint": "http://somewhere.test"},
    {"tencentcloud:profile": "nobody"},
    {"tencentcloud:camRoleName": "nobody"},
]


@pytest.mark.parametrize("config", BROKEN)
def test_a_gate_that_is_not_enforced_passes_for_any_configuration(
    monkeypatch: pytest.MonkeyPatch, call: RecordingListener, config: dict[str, str]
) -> None:
    """The warning names the unsupported setting, and the gate sends no query."""
    if "tencentcloud:profile" in config:
        monkeypatch.delenv("TENCENTCLOUD_SECRET_ID")
        monkeypatch.delenv("TENCENTCLOUD_SECRET_KEY")
    with emulated_services(Emulator("pass")) as emulator:
        given = {"tcsql-check:endpoint": emulator.url, **config}
        assert read({**PROPS, "enforce": False, "wait": True}, given, call) == UNKNOWN
        assert "Its status: " in call.warnings[-1]
        with pytest.raises(TcsqlCheckError):
            read({**PROPS, "wait": True}, given, call)


def test_unknown_keys_are_named_once_in_a_process(call: RecordingListener) -> None:
    """For two gates, in preview and update, one warning names all keys and no value."""
    raw = {"tencentcloud:zeal": "v1", "tencentcloud:ardour": "v2", "tencentcloud:cosDomain": "v3", "test:folder": "v4"}
    with Emulator("pass") as emulator:
        config = Config({**raw, "tcsql-check:endpoint": emulator.url}, "test")
        for wait in (False, True):
            read({**PROPS, "wait": wait}, config, call)
    (named,) = [warning for warning in call.warnings if "ignores what" in warning]
    assert named.startswith(
        "The gate ignores what it doesn't know in the stack's configuration: tencentcloud:ardour, tencentcloud:zeal"
    )


@pytest.mark.parametrize(
    "props",
    [{**PROPS, "wait": True}, {**PROPS, "wait": False}, {**UNKNOWN, "enforce": True}],
    ids=["up", "preview", "refresh"],
)
@pytest.mark.parametrize("option", ["tcsql-check:endpoint={}", "endpoint={}"])
def test_an_endpoint_that_a_variable_sets_is_refused_and_not_queried(
    monkeypatch: pytest.MonkeyPatch, call: RecordingListener, option: str, props: dict[str, Any]
) -> None:
    """An update, a preview and a refresh all fail; a key without a namespace has the project's."""
    with ScriptedServer(reset) as server:
        endpoint = f"http://{server.host}"
        monkeypatch.setenv("PULUMI_OPTION_CONFIG", option.format(endpoint))
        config = Config({"tcsql-check:endpoint": endpoint}, "tcsql-check")
        with pytest.raises(InvalidInputError, match=r"^PULUMI_OPTION_CONFIG is 'tcsql-check:endpoint=\.\.\.'"):
            read(props, config, call)
    assert server.requests == []


def test_a_variable_for_a_projects_own_domain_key_is_accepted(
    monkeypatch: pytest.MonkeyPatch, call: RecordingListener
) -> None:
    """A variable that sets `domain` of a project called shop doesn't set the private domain of the stack's file."""
    monkeypatch.setenv("PULUMI_OPTION_CONFIG", "domain=cloud.example")
    config = Config({"tencentcloud:domain": "cloud.example", "shop:domain": "cloud.example"}, "shop")
    with ScriptedServer(answer("", status="502 Bad Gateway")) as proxy:
        for name in ("HTTPS_PROXY", "https_proxy"):
            monkeypatch.setenv(name, f"http://{proxy.host}")
        read({**PROPS, "enforce": False}, config, call)
        assert [request.line.rsplit(" ", 1)[0] for request in proxy.requests] == ["CONNECT sqlserver.cloud.example:443"]


def test_a_gate_that_is_not_enforced_warns_of_a_variable_that_sets_the_endpoint(
    monkeypatch: pytest.MonkeyPatch, call: RecordingListener
) -> None:
    """Nothing fails, since the gate holds nothing; the stand-in gets no request."""
    with ScriptedServer(reset) as server:
        endpoint = f"http://{server.host}"
        monkeypatch.setenv("PULUMI_OPTION_CONFIG", f"tcsql-check:endpoint={endpoint}")
        config = Config({"tcsql-check:endpoint": endpoint}, "shop")
        assert read({**PROPS, "enforce": False, "wait": True}, config, call) == UNKNOWN
    assert server.requests == []
    assert "Its status: PULUMI_OPTION_CONFIG is 'tcsql-check:endpoint=...', but must be without" in call.warnings[-1]


LOOKS_LIKE_AN_ENDPOINT = (
    "TENCENTCLOUD_ENDPOINT",
    "TENCENTCLOUD_SQLSERVER_ENDPOINT",
    "TENCENTCLOUD_STS_ENDPOINT",
    "TENCENTCLOUD_API_ENDPOINT",
    "TENCENTCLOUD_ROOT_DOMAIN",
    "TENCENTCLOUD_DOMAIN",
    "TENCENTCLOUD_COS_DOMAIN",
    "TENCENTCLOUD_PROTOCOL",
    "TENCENTCLOUD_HOST",
    "TCCLI_ENDPOINT",
    "TCSQL_CHECK_ENDPOINT",
    "TCSQL_ENDPOINT",
    "SQLSERVER_ENDPOINT",
    "STS_ENDPOINT",
    "METADATA_URL",
    "PULUMI_CONFIG_TCSQL_CHECK_ENDPOINT",
)


@pytest.mark.parametrize("config", [{}, {"tencentcloud:allowedAccountIds": '["1"]'}, ASSUMED])
def test_no_environment_variable_chooses_the_endpoint(
    monkeypatch: pytest.MonkeyPatch, call: RecordingListener, config: dict[str, str]
) -> None:
    """With every variable that looks like an endpoint's set, a proxy gets requests for Tencent's own hosts."""
    with ScriptedServer(answer("", status="502 Bad Gateway")) as proxy, ScriptedServer(reset) as trap:
        for name in LOOKS_LIKE_AN_ENDPOINT:
            scheme = "HTTP" if name.endswith("PROTOCOL") else None
            monkeypatch.setenv(name, scheme or (trap.host if "DOMAIN" in name else f"http://{trap.host}"))
        for name in ("HTTPS_PROXY", "https_proxy"):
            monkeypatch.setenv(name, f"http://{proxy.host}")
        read({**PROPS, "enforce": False}, config, call)
        host = "sts.tencentcloudapi.com" if config else "sqlserver.intl.tencentcloudapi.com"
        assert [request.line.rsplit(" ", 1)[0] for request in proxy.requests] == [f"CONNECT {host}:443"]
        assert trap.requests == []
    assert [warning for warning in call.warnings if "not Tencent Cloud" in warning] == []
