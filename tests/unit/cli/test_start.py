"""`tcsql-check start` against the emulator: what it sends, prints and returns."""

import json
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from harness import cli_process
from harness.error_texts import in_one_line, without_endpoint

from pulumi_tcsql_check.cli import output
from pulumi_tcsql_check.cli.start_output import StartDocument
from pulumi_tcsql_check.emulator import Emulator, parse
from pulumi_tcsql_check.errors import CredentialsError
from pulumi_tcsql_check.starting import starter

from .conftest import Run

SCENARIO = Path(__file__).parents[2] / "data" / "scenarios" / "start.json"
FAST = ("--poll-interval-seconds", "0.1")

Starts = Callable[[], list[int]]


@pytest.fixture(name="emulator")
def _emulator(tmp_path: Path) -> Iterator[Emulator]:
    """An emulator whose replies to some starts are faults or errors; 12 takes 3 seconds from its start."""
    scenario = parse(SCENARIO.read_bytes(), name="start")
    with Emulator(scenario, request_log=tmp_path / "requests.jsonl") as emulator:
        yield emulator


@pytest.fixture(name="starts")
def _starts(emulator: Emulator, tmp_path: Path) -> Starts:
    """Return the migrations of the requests to start a check, in order."""
    assert emulator

    def starts() -> list[int]:
        lines = (tmp_path / "requests.jsonl").read_text(encoding="utf-8").splitlines()
        entries = [json.loads(line) for line in lines]
        return [entry["migrate_id"] for entry in entries if entry["action"] == "StartMigrationCheck"]

    return starts


def document(text: str) -> dict[str, Any]:
    """Decode the last line."""
    found: dict[str, Any] = json.loads(text.splitlines()[-1])
    return found


def test_a_single_start_prints_its_flow_alone(run: Run, starts: Starts, capsys: pytest.CaptureFixture[str]) -> None:
    """A shell assigns it to a variable; what it does is on stderr."""
    assert run("start", "1066") == 0
    written = capsys.readouterr()
    assert written.out == "1001\n"
    assert written.err.splitlines()[-1] == "1066: starting the check"
    assert starts() == [1066]


def test_several_starts_print_a_line_each(run: Run, starts: Starts, capsys: pytest.CaptureFixture[str]) -> None:
    """It names the migration and the flow; a throttled start is sent again."""
    assert run("start", "1066", "2", "1067") == 0
    written = capsys.readouterr()
    assert written.out == "1066 1001\n2 1002\n1067 1003\n"
    assert "2: starting the check; throttled by the API, retrying" in written.err
    assert starts() == [1066, 2, 2, 2, 1067]


@pytest.mark.parametrize(
    ("migrate_id", "sent", "words"),
    [
        ("4", 1, "the request to start migration check 4 (ap-guangzhou) may have started it: "),
        ("3", 1, "migration check 3 (ap-guangzhou): http://"),
        (
            "11",
            0,
            "migration check 11 (ap-guangzhou) is not started: its migration is already past the check, with status 6",
        ),
    ],
)
def test_a_start_that_fails_is_trouble(  # noqa: PLR0913, PLR0917  # three fixtures, three facts
    run: Run, starts: Starts, capsys: pytest.CaptureFixture[str], migrate_id: str, sent: int, words: str
) -> None:
    """The error is on stderr, and stdout is empty."""
    assert run("start", migrate_id) == 4
    written = capsys.readouterr()
    assert written.out == ""
    assert words in in_one_line(written.err)
    assert starts() == [int(migrate_id)] * sent


def test_one_failure_does_not_stop_the_other_starts(
    run: Run, starts: Starts, capsys: pytest.CaptureFixture[str]
) -> None:
    """The error lists each check without a flow, and what to run for it; nothing that may run is started again."""
    assert run("start", "1066", "4", "11", "3", "1067") == 4
    written = capsys.readouterr()
    assert written.out == "1066 1001\n1067 1003\n"
    text = without_endpoint(in_one_line(written.err))
    assert "3 of 5 migration checks (ap-guangzhou) got no FlowId ✗ 4 (start-unknown): " in text
    assert "✗ 11 (migration-over): " in text
    assert "✗ 3 (refused): " in text
    assert (
        "Others: 2 of 5 started Then: the first command shows whether the check runs; the second one starts it again: "
        "tcsql-check status 4 --region ap-guangzhou tcsql-check start 4 --region ap-guangzhou Then: fix the cause, "
        "then run: tcsql-check start 3 --region ap-guangzhou Code: start-unknown, migration-over, refused"
    ) in text
    assert starts() == [1066, 4, 3, 1067]


def test_an_error_that_concerns_all_ends_the_starts(
    run: Run, starts: Starts, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wrong keys fail every start."""
    monkeypatch.setenv("TENCENTCLOUD_SECRET_KEY", "wrong")
    assert run("start", "1066", "1067") == 4
    written = capsys.readouterr()
    assert written.out == ""
    assert "AuthFailure.SignatureFailure" in written.err
    assert starts() == [1066]


def test_an_error_that_concerns_all_after_a_start_lists_both(
    run: Run, starts: Starts, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was started is known, and so is what was not tried."""
    started = starter.start

    def start(*given: Any, **more: Any) -> Any:  # noqa: ANN401  # as the function that it wraps
        flow = started(*given, **more)
        monkeypatch.setenv("TENCENTCLOUD_SECRET_KEY", "wrong")
        monkeypatch.setattr("pulumi_tcsql_check.credentials.account.Account.current", _refuse)
        return flow

    monkeypatch.setattr(starter, "start", start)
    assert run("start", "1066", "1067", "1068") == 4
    written = capsys.readouterr()
    assert written.out == "1066 1001\n"
    text = without_endpoint(in_one_line(written.err))
    assert "Others: 1 of 3 started; 1 not tried" in text
    assert "tcsql-check start 1067 1068 --region ap-guangzhou" in text
    assert starts() == [1066]


def _refuse(*_: object) -> None:
    raise CredentialsError("They are gone.")


def test_a_start_with_wait_waits_for_its_own_flow(
    run: Run, emulator: Emulator, starts: Starts, capsys: pytest.CaptureFixture[str]
) -> None:
    """An earlier start had passed, so the pass comes with the new flow alone."""
    assert emulator.scenario.frames(12)
    assert run("start", "12", "--wait", *FAST) == 0
    written = capsys.readouterr()
    assert written.out.splitlines()[0] == "12: started flow 1001"
    assert "waiting for flow 1001" in written.out
    assert written.out.splitlines()[-1].startswith("migration check 12 (ap-guangzhou) has passed, after ")
    assert starts() == [12]


def test_a_start_with_wait_has_the_exit_codes_of_a_wait(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """At the deadline the check runs on; the text says how to wait for the same flow."""
    assert run("start", "12", "--wait", "--timeout-seconds", "0.3", *FAST) == 3
    assert "tcsql-check wait 12 --region ap-guangzhou --flow-id 1001" in without_endpoint(
        in_one_line(capsys.readouterr().err)
    )


def test_nothing_is_waited_for_unless_all_were_started(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """The cut-over behind the command must not begin; the text says how to wait for those that were started."""
    assert run("start", "1066", "3", "1067", "--wait") == 4
    text = without_endpoint(in_one_line(capsys.readouterr().err))
    assert "--wait waits for none of them, since not all were started" in text
    assert "tcsql-check start 3 --region ap-guangzhou --wait" in text
    assert "to wait for what was started, run: tcsql-check wait ID --region ap-guangzhou --flow-id FLOWID" in text


def test_json_is_one_document(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """It has each flow; `passed` is false, since nothing was waited for."""
    assert run("start", "1066", "4", "--json") == 4
    written = capsys.readouterr()
    found = document(written.out)
    assert len(written.out.splitlines()) == 1
    assert (found["event"], found["exit_code"], found["passed"], found["checks"]) == ("result", 4, False, [])
    first, second = found["starts"]
    assert first == {"migrate_id": 1066, "region": "ap-guangzhou", "flow_id": 1001}
    assert (second["migrate_id"], second["flow_id"], second["error"]["code"]) == (4, None, "start-unknown")
    assert run("start", "1066", "--json") == 0
    found = document(capsys.readouterr().out)
    assert (found["passed"], found["starts"][0]["flow_id"]) == (False, 1003)


def test_json_of_a_wait_begins_with_the_starts(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """Then come the events of a wait, and its document."""
    assert run("start", "1066", "--wait", "--json", *FAST) == 0
    first, *_, last = map(json.loads, capsys.readouterr().out.splitlines())
    assert first == {"event": "started", "migrate_id": 1066, "region": "ap-guangzhou", "flow_id": 1001}
    assert (last["passed"], "starts" in last) == (True, False)
    assert run("start", "3", "--wait", "--json") == 4
    assert document(capsys.readouterr().out)["starts"][0]["error"]["code"] == "refused"


def test_json_has_an_error_that_ended_the_command(
    run: Run, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """No start was sent."""
    for name in ("TENCENTCLOUD_SECRET_ID", "TENCENTCLOUD_SECRET_KEY"):
        monkeypatch.delenv(name)
    assert run("start", "1066", "--json") == 4
    found = document(capsys.readouterr().out)
    assert found["starts"][0]["error"]["code"] == "credentials"


def test_json_has_an_error_of_the_set_up(
    run: Run, starts: Starts, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half a pair of keys ends the command before the first request."""
    monkeypatch.delenv("TENCENTCLOUD_SECRET_KEY")
    assert run("start", "1066", "--json") == 4
    assert document(capsys.readouterr().out)["error"]["code"] == "credentials"
    assert starts() == []


def test_a_signal_before_the_starts_writes_no_document(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is known of any start yet; the text is that of every command."""
    StartDocument().ended_by(signal.SIGINT, 130, "tcsql-check start")
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (("--timeout-seconds", "5"), "--timeout-seconds is '5', but must be given with --wait alone."),
        (("--poll-interval-seconds", "5"), "--poll-interval-seconds is '5', but must be given with --wait alone."),
        (("--failed-status", "7"), "--failed-status is '7', but must be given with --wait alone."),
        (("--wait", "--timeout-seconds", "0"), "--timeout-seconds is 0.0"),
        (("--region", "?"), "--region is '?'"),
    ],
)
def test_an_invalid_option_starts_nothing(
    run: Run, starts: Starts, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], error: str
) -> None:
    """The exit code is that of a wrong command line."""
    assert run("start", "1066", *words) == 2
    assert error in in_one_line(capsys.readouterr().err)
    assert starts() == []


def test_a_flow_that_stdout_loses_is_trouble(
    run: Run, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is on stderr then."""
    wrote = output.write

    def write(text: str, *, to_stderr: bool = False) -> bool:
        return wrote(text, to_stderr=to_stderr) and to_stderr

    monkeypatch.setattr("pulumi_tcsql_check.cli.start_output.write", write)
    assert run("start", "1066") == 4
    assert "1066: started flow 1001" in capsys.readouterr().err


def test_many_starts_say_how_many_are_done(
    run: Run, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A line on stderr appears about every 5 seconds."""
    monkeypatch.setattr(output, "COUNT_SECONDS", 0.0)
    assert run("start", "1066", "1067") == 0
    lines = capsys.readouterr().err.splitlines()
    assert "starting 2 checks" in lines
    assert lines[-2:] == ["1 of 2 started", "2 of 2 started"]


@pytest.mark.parametrize("as_json", [False, True])
def test_an_interrupt_says_what_was_started(emulator: Emulator, tmp_path: Path, *, as_json: bool) -> None:
    """The request in flight may have started its check; the others were not tried."""
    environment = cli_process.environ(tmp_path)
    words = ["start", "1066", "5", "1067", "--endpoint", emulator.url, *(["--json"] if as_json else [])]
    with cli_process.started(words, environment) as run:
        run.read(until="is not Tencent Cloud")
        log = tmp_path / "requests.jsonl"
        while '"StartMigrationCheck","migrate_id":5' not in log.read_text(encoding="utf-8"):
            assert run.process.poll() is None
        assert run.end_by_signal(signal.SIGINT) < 2
    text = without_endpoint(in_one_line(run.screen))
    assert run.process.returncode == 130
    assert (
        "Ended by SIGINT before every check was started. ✓ 1066: started flow 1001 ✗ 5 (start-unknown): the request "
        "to start migration check 5 (ap-guangzhou) may have started it: "
    ) in text
    assert "Others: 1 of 3 started; 1 not tried" in text
    assert "start the others: tcsql-check start 1067 --region ap-guangzhou" in text
    if as_json:
        (line,) = [line for line in run.screen.splitlines() if line.startswith("{")]
        flows = Counter(start["flow_id"] for start in json.loads(line)["starts"])
        assert flows == {1001: 1, None: 2}


def test_an_interrupt_of_the_wait_says_how_to_go_on(emulator: Emulator, tmp_path: Path) -> None:
    """Every check was started, and runs on."""
    with cli_process.started(
        ["start", "12", "--wait", "--endpoint", emulator.url], cli_process.environ(tmp_path)
    ) as run:
        run.read(until="waiting for flow 1001")
        run.end_by_signal(signal.SIGINT)
    text = without_endpoint(in_one_line(run.screen))
    assert "Ended by SIGINT before there was a verdict. The checks that were started run on." in text
    assert "tcsql-check wait 12 --region ap-guangzhou --flow-id 1001" in text
