"""One read of a check as the provider does it, with the real SDK and the emulator."""

import json
from pathlib import Path
from typing import Any

import pytest
from harness.blocked_calls import block_os_call
from harness.emulated_services import emulated_services, make_role_arn, scripted_services
from harness.error_texts import full_text, headline, raises_error
from harness.fake_clock import FakeClock
from harness.in_process_read import RecordingListener, read
from harness.scripted_server import ScriptedServer, answer, reset
from harness.sdk_client import start_check
from pulumi.dynamic import Config

from pulumi_tcsql_check.config.check_inputs import CheckInputs
from pulumi_tcsql_check.config.stack_config import Stack
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
from pulumi_tcsql_check.reading import connection, reader, watches
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


START = "`tccli sqlserver StartMigrationCheck --MigrateId 1066 --region ap-guangzhou`"
SOMETHING_MISSING = r"^migration check 1066 \(ap-guangzhou\): http://.* answered ResourceNotFound"


def stand_in(url: str) -> str:
    """Write the warning about an endpoint that isn't Tencent's."""
    return f"migration check 1066 (ap-guangzhou) is queried at {url}, which is not Tencent Cloud."


def test_an_up_passes_once_the_check_has(call: RecordingListener) -> None:
    """A waiting read returns every output of the passed check, and what a refresh needs to ask again."""
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
def test_a_file_that_hangs_is_no_reason_to_wait_beyond_the_deadline(  # noqa: PLR0913, PLR0917  # a case is one row
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


def test_an_up_fails_on_a_code_that_was_taught(call: RecordingListener) -> None:
    """`failed_statuses` reach the verdict and the row."""
    props = {**PROPS, "wait": True, "failed_statuses": [7.0]}
    with Emulator(ONE_STEP) as emulator, pytest.raises(CheckFailedError) as caught:
        read({**props, "endpoint": emulator.url}, {}, call)
    assert caught.value.steps == (2,)
    assert "failed (status 7)" in call.lines[0]


def test_a_preview_does_not_wait(call: RecordingListener) -> None:
    """A running check is shown as it is, with exactly these outputs, `wait` not among them."""
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


def test_a_preview_of_a_check_that_has_passed_notes_nothing(call: RecordingListener) -> None:
    """The row is enough."""
    with Emulator("pass") as emulator:
        read({**PROPS, "endpoint": emulator.url}, {}, call)
    assert (call.lines, call.notes) == (["8/8 Target database existence check: passed"], [])


@pytest.mark.parametrize(
    ("worth", "notes"), [(0.0, ["migration check 1066 (ap-guangzhou) has passed, after 0 s"]), (60.0, [])]
)
def test_a_pass_is_told_with_the_time_it_took_if_that_was_long(
    monkeypatch: pytest.MonkeyPatch, call: RecordingListener, worth: float, notes: list[str]
) -> None:
    """A check that had passed before shows only its row."""
    monkeypatch.setattr(reader, "WORTH_A_WORD_SECONDS", worth)
    with Emulator("pass") as emulator:
        read({**PROPS, "wait": True, "endpoint": emulator.url}, {}, call)
    assert call.notes == notes


def test_a_preview_of_a_check_that_nobody_started_shows_how_to_start_it(call: RecordingListener) -> None:
    """The row has the command, so the user doesn't learn it only at the update's deadline."""
    with Emulator("never-started") as emulator:
        outputs = read({**PROPS, "endpoint": emulator.url}, {}, call)
    assert outputs["status"] == "not-started"
    assert call.lines == [f"no step has started; {START} starts the check"]


def test_an_up_on_a_check_that_nobody_started_ends_with_the_command(call: RecordingListener) -> None:
    """While it waits the row has it, and at the deadline the sentence."""
    props = {**PROPS, "wait": True, "timeout_seconds": 0.05, "poll_interval_seconds": 0.1}
    with Emulator("never-started") as emulator, pytest.raises(CheckTimeoutError) as caught:
        read({**props, "endpoint": emulator.url}, {}, call)
    assert f"start the check, then run again: {START.strip('`')} pulumi up" in full_text(caught.value)
    assert call.lines == [f"0 s left · no step has started; {START} starts the check"]


def test_a_refresh_of_a_failed_check_is_no_error(call: RecordingListener) -> None:
    """Stored outputs are enough for a new query; a failed step is reported and doesn't raise."""
    with Emulator(ONE_STEP) as emulator:
        props = {**PROPS, "endpoint": emulator.url, "failed_statuses": [7]}
        stored = read(props, {}, call)
        again = read(stored, {}, call)
    assert again == stored
    assert (again["status"], again["failed_statuses"]) == ("failed", [7])
    assert call.lines == ["2/2 two: failed (status 7)"] * 2
    assert call.notes == ["2/2 two: failed (status 7); unless that changes, `pulumi up` will refuse"]


def test_a_preview_asks_again_after_trouble_in_passing(call: RecordingListener) -> None:
    """A connection that broke once is no reason to fail a preview."""
    body = '{"Response":{"TotalStep":0,"CurrentStep":0,"StepDetails":[],"RequestId":"r"}}'
    with ScriptedServer(reset, answer(body)) as server:
        outputs = read({**PROPS, "endpoint": f"http://{server.host}"}, {}, call)
    assert len(server.requests) == 2
    assert (outputs["status"], outputs["steps"], outputs["passed"]) == ("unknown", [], False)


def test_a_preview_gives_up_soon(monkeypatch: pytest.MonkeyPatch, call: RecordingListener) -> None:
    """Trouble that goes on ends a preview with the last error."""
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
def test_a_preview_and_a_refresh_say_what_the_flow_adds(
    call: RecordingListener, migrate_id: int, status: str, line: str
) -> None:
    """The steps have passed, the check hasn't, and neither fails because of that."""
    with Emulator(FLOWS) as emulator:
        start_check(emulator.url, migrate_id)
        props = {**PROPS, "migrate_id": migrate_id, "flow_id": 1001, "endpoint": emulator.url}
        outputs = read(props, {}, call)
        again = read(outputs, {}, call)
    assert (outputs["passed"], outputs["status"]) == (False, status)
    assert again == outputs
    assert call.lines == [line, line]


def test_a_preview_that_can_not_know_its_flow_yet_does_not_pass(call: RecordingListener) -> None:
    """It queries the steps alone, and says what is missing."""
    with Emulator("pass") as emulator:
        outputs = read({**PROPS, "from_outputs": ["flow_id"], "endpoint": emulator.url}, {}, call)
    assert (outputs["passed"], outputs["status"]) == (False, "unknown")
    assert "flow_id" not in outputs
    assert call.lines == ["waiting for a flow that is not known yet"]


def test_an_up_waits_for_the_flow_and_fails_with_it(call: RecordingListener) -> None:
    """Each ends as the flow says, whatever the steps do."""
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
def test_a_flow_that_can_not_be_asked_for_fails_a_gate_that_is_enforced(call: RecordingListener, *, wait: bool) -> None:
    """An up and a preview alike, in a sentence that names migration and flow."""
    named = r"^migration check 1066 \(ap-guangzhou\): flow 9: http://.* answered InvalidParameter\.ParamsAssertFailed"
    with Emulator("pass") as emulator, pytest.raises(PermanentError, match=named):
        read({**PROPS, "wait": wait, "flow_id": 9, "endpoint": emulator.url}, {}, call)


def test_a_gate_that_is_not_enforced_passes_whatever_its_flow_is(call: RecordingListener) -> None:
    """A failed or unknown flow is queried once, and the warning names it."""
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


def test_a_new_migration_is_asked_for_again_on_an_up(call: RecordingListener) -> None:
    """Its id came from an output, so the API may not know it in the first moment; the row says so."""
    props = {**PROPS, "wait": True, "from_outputs": ["migrate_id"]}
    with Emulator(NOT_YET) as emulator:
        assert read({**props, "endpoint": emulator.url}, {}, call)["passed"]
    assert call.lines[0] == "30 min left · not known to the API yet for 0 s, retrying"


@pytest.mark.parametrize(("wait", "from_outputs"), [(False, ["migrate_id"]), (True, []), (True, ["region"])])
def test_a_preview_or_an_id_that_was_written_down_takes_the_first_answer(
    call: RecordingListener, *, wait: bool, from_outputs: list[str]
) -> None:
    """A preview never waits, and other outputs don't make the migration new."""
    props = {**PROPS, "wait": wait, "from_outputs": from_outputs}
    with Emulator(NOT_YET) as emulator, pytest.raises(NotFoundError):
        read({**props, "endpoint": emulator.url}, {}, call)


@pytest.mark.parametrize("wait", [True, False])
def test_a_refused_call_fails_a_gate_that_is_enforced(call: RecordingListener, *, wait: bool) -> None:
    """A migration that doesn't exist fails up and preview alike, at once."""
    with Emulator(NOBODY) as emulator, pytest.raises(PermanentError, match=SOMETHING_MISSING):
        read({**PROPS, "wait": wait, "endpoint": emulator.url}, {}, call)


def test_an_outage_is_told_once(monkeypatch: pytest.MonkeyPatch, call: RecordingListener) -> None:
    """Its sentence names the migration already, and does so once."""
    monkeypatch.setattr(backoff, "OUTAGE_SECONDS", 0.0)
    with ScriptedServer(reset) as server, pytest.raises(OutageError) as caught:
        read({**PROPS, "wait": True, "endpoint": f"http://{server.host}"}, {}, call)
    assert headline(caught.value).count("migration check 1066") == 1


def test_a_gate_that_is_not_enforced_passes_whatever_breaks(
    monkeypatch: pytest.MonkeyPatch, call: RecordingListener
) -> None:
    """Not even an unexpected error fails it; the warning has its type, not its text."""
    nothing: dict[str, Any] = {}
    monkeypatch.setattr(connection, "connection", lambda *_, **__: nothing["a secret"])
    assert read({**PROPS, "enforce": False}, {}, call) == UNKNOWN
    assert call.warnings[-1].endswith("Its status: nothing (KeyError)")


@pytest.mark.parametrize("wait", [True, False])
def test_no_credentials_fail_a_gate_that_is_enforced(
    monkeypatch: pytest.MonkeyPatch, call: RecordingListener, *, wait: bool
) -> None:
    """It sends nothing."""
    monkeypatch.delenv("TENCENTCLOUD_SECRET_ID")
    monkeypatch.delenv("TENCENTCLOUD_SECRET_KEY")
    with ScriptedServer(reset) as server, pytest.raises(CredentialsError) as caught:
        read({**PROPS, "wait": wait, "endpoint": f"http://{server.host}"}, {}, call)
    assert len(caught.value.tried) == 6
    assert server.requests == []


@pytest.mark.parametrize("wait", [True, False])
def test_a_gate_that_is_not_enforced_tells_of_a_failed_check_and_passes(call: RecordingListener, *, wait: bool) -> None:
    """It queries once, returns the result, and warns that it doesn't hold the update."""
    props = {**PROPS, "enforce": False, "wait": wait, "failed_statuses": [7]}
    with Emulator(ONE_STEP) as emulator:
        outputs = read({**props, "endpoint": emulator.url}, {}, call)
    assert (outputs["status"], outputs["passed"], outputs["enforce"]) == ("failed", False, False)
    assert "wait" not in outputs
    held = "enforce is False: migration check 1066 (ap-guangzhou) does not hold the update."
    assert call.warnings == [stand_in(emulator.url), f"{held} Its status: 2/2 two: failed (status 7)"]


def test_a_gate_that_is_not_enforced_passes_on_an_unknown_migration(call: RecordingListener) -> None:
    """The warning has the API's refusal, and the outputs have the status "unknown"."""
    with Emulator(NOBODY) as emulator:
        outputs = read({**PROPS, "enforce": False, "wait": True, "endpoint": emulator.url}, {}, call)
    assert outputs == {**UNKNOWN, "endpoint": emulator.url}
    assert "Its status: " in call.warnings[-1]
    assert "ResourceNotFound" in call.warnings[-1]


def test_a_gate_that_is_not_enforced_asks_exactly_once(call: RecordingListener) -> None:
    """Trouble in passing is not tried again."""
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


def test_a_gate_that_is_not_enforced_passes_on_an_answer_nested_too_deeply(call: RecordingListener) -> None:
    """No response can fail it."""
    with ScriptedServer(answer('{"Response":{"Unknown":' + "[" * 100_000)) as server:
        endpoint = f"http://{server.host}"
        assert read({**PROPS, "enforce": False, "endpoint": endpoint}, {}, call)["status"] == "unknown"


@pytest.mark.parametrize("enforce", [True, False])
def test_a_cancelled_update_ends_a_read(call: RecordingListener, *, enforce: bool) -> None:
    """Whether it is enforced or not, a gate ends when the update is cancelled."""
    call.cancelled.set()
    with Emulator("pass") as emulator, pytest.raises(WaitCancelledError):
        read({**PROPS, "wait": True, "enforce": enforce, "endpoint": emulator.url}, {}, call)


def test_an_unknown_region_is_asked_all_the_same(call: RecordingListener) -> None:
    """A region that isn't on the page gets a warning; what it amounts to is for the API to say."""
    with Emulator("pass") as emulator, pytest.raises(PermanentError, match="UnsupportedRegion"):
        read({**PROPS, "region": "ap-nowhere", "endpoint": emulator.url}, {}, call)
    assert call.warnings[1] == "ap-nowhere is not a region that the API's page lists; it is queried nevertheless."


def test_tencents_own_endpoint_needs_no_warning() -> None:
    """The default and the named host of Tencent are what a gate is about."""
    warnings: list[Sentence] = []
    for props in ({**PROPS, "endpoint": "sqlserver.tencentcloudapi.com"}, PROPS):
        connection.connection(CheckInputs.from_props(props), Stack({}), clock=FakeClock(), warn=warnings.append)
    assert warnings == []


def test_a_configured_endpoint_is_asked_and_stays_out_of_the_outputs(call: RecordingListener) -> None:
    """It belongs to the stack, so a refresh uses the endpoint that is configured then."""
    with Emulator("pass") as emulator:
        outputs = read(PROPS, {"tcsql-check:endpoint": emulator.url}, call)
    assert outputs["passed"]
    assert "endpoint" not in outputs
    assert call.warnings == [stand_in(emulator.url)]


def test_a_configured_endpoint_is_validated(call: RecordingListener) -> None:
    """What isn't allowed as an input isn't allowed as configuration either."""
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
def test_a_wrong_account_does_not_even_ask(tmp_path: Path, call: RecordingListener, key: str, *, wait: bool) -> None:
    """The other account has a migration of the same number that has passed; neither up nor preview sees it."""
    log = tmp_path / "requests.jsonl"
    ids = {"allowedAccountIds": OTHER_ACCOUNT_ID, "forbiddenAccountIds": ACCOUNT_ID}[key]
    config = {f"tencentcloud:{key}": json.dumps([ids])}
    with emulated_services(Emulator("pass", request_log=log)) as emulator, pytest.raises(AccountError) as caught:
        read({**PROPS, "wait": wait, "endpoint": emulator.url}, config, call)
    assert caught.value.account_id == ACCOUNT_ID
    assert actions(log) == [("GetCallerIdentity", ACCOUNT_ID)]


def test_a_right_account_asks(tmp_path: Path, call: RecordingListener) -> None:
    """It is made sure of once, before the first query, whatever the number of gates."""
    log = tmp_path / "requests.jsonl"
    config = {"tencentcloud:allowedAccountIds": json.dumps([ACCOUNT_ID])}
    with emulated_services(Emulator("pass", request_log=log)) as emulator:
        for migrate_id in (1066, 1067):
            props = {**PROPS, "migrate_id": migrate_id, "wait": True, "endpoint": emulator.url}
            assert read(props, config, call)["passed"] is True
    query = ("QueryMigrationCheckProcess", ACCOUNT_ID)
    assert actions(log) == [("GetCallerIdentity", ACCOUNT_ID), query, query]


def test_a_role_is_asked_as_and_not_the_account_that_assumes_it(call: RecordingListener) -> None:
    """The same number is another migration there: what has passed here has failed there."""
    with emulated_services(Emulator("pass", other_scenario=ONE_STEP)) as emulator:
        props = {**PROPS, "wait": True, "endpoint": emulator.url, "failed_statuses": [7]}
        assert read(props, {}, call)["passed"] is True
        with pytest.raises(CheckFailedError):
            read(props, ASSUMED, call)


def test_trouble_with_the_token_service_passes_as_that_with_the_api_does(call: RecordingListener) -> None:
    """A wait outlasts a token service that gives no answer for a moment."""
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
def test_a_gate_that_is_not_enforced_passes_whatever_the_configuration_says(
    monkeypatch: pytest.MonkeyPatch, call: RecordingListener, config: dict[str, str]
) -> None:
    """The warning names what can't be honoured, and no query is sent without it."""
    if "tencentcloud:profile" in config:
        monkeypatch.delenv("TENCENTCLOUD_SECRET_ID")
        monkeypatch.delenv("TENCENTCLOUD_SECRET_KEY")
    with emulated_services(Emulator("pass")) as emulator:
        given = {"tcsql-check:endpoint": emulator.url, **config}
        assert read({**PROPS, "enforce": False, "wait": True}, given, call) == UNKNOWN
        assert "Its status: " in call.warnings[-1]
        with pytest.raises(TcsqlCheckError):
            read({**PROPS, "wait": True}, given, call)


def test_keys_that_nobody_knows_are_named_once_in_a_process(call: RecordingListener) -> None:
    """Two gates, preview and up: one warning, which names them all, and no value."""
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
    """An up, a preview and a refresh fail alike; a key without a namespace has that of the project."""
    with ScriptedServer(reset) as server:
        endpoint = f"http://{server.host}"
        monkeypatch.setenv("PULUMI_OPTION_CONFIG", option.format(endpoint))
        config = Config({"tcsql-check:endpoint": endpoint}, "tcsql-check")
        with pytest.raises(InvalidInputError, match=r"^PULUMI_OPTION_CONFIG is 'tcsql-check:endpoint=\.\.\.'"):
            read(props, config, call)
    assert server.requests == []


def test_a_key_of_the_projects_own_may_have_the_value_of_the_domain(
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
    """It holds nothing, so nothing fails; the stand-in gets no request all the same."""
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
def test_no_environment_variable_chooses_whom_to_ask(
    monkeypatch: pytest.MonkeyPatch, call: RecordingListener, config: dict[str, str]
) -> None:
    """With every variable that looks like an endpoint's set, a proxy sees requests to Tencent's own hosts."""
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
