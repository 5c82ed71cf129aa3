"""The command against the emulator: its output on stdout and stderr, and its exit code."""

import json
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from harness import cli_process
from harness.error_texts import in_one_line, without_endpoint
from harness.scripted_server import ScriptedServer, answer, reset, silence
from harness.sdk_client import start_check

from pulumi_tcsql_check.cli import commands
from pulumi_tcsql_check.emulator import Emulator, parse
from pulumi_tcsql_check.polling import poller
from pulumi_tcsql_check.reading import report, watches
from pulumi_tcsql_check.tencent import client

from .conftest import Run

ONE_STEP = (
    b'{"Response":{"TotalStep":1,"CurrentStep":1,"StepDetails":[{"Name":"a","Status":0,"Msg":"b"}],"RequestId":"r"}}'
)
FAST = ("--poll-interval-seconds", "0.1")


@pytest.mark.parametrize(
    ("ids", "code"), [(("1",), 0), (("1", "2"), 1), (("3",), 3), (("99",), 4), (("1", "2", "99"), 1), (("3", "99"), 4)]
)
def test_status_exits_with_the_code_of_the_worst_result(run: Run, ids: tuple[str, ...], code: int) -> None:
    """A failure precedes trouble, and trouble precedes "not passed yet"; 0 means that all have passed."""
    assert run("status", *ids) == code


def test_status_prints_one_table(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """The rows follow the command line; a migration that doesn't exist doesn't hide the others."""
    assert run("status", "3", "99", "2", "1") == 1
    written = capsys.readouterr()
    assert written.out.splitlines() == [
        "  migration  passed  step",
        "▸ 3          2/8     3/8 Hard disk space check: running",
        "! 99         -       no such migration (ResourceNotFound.DBNotFound)",
        "✗ 2          3/8     4/8 Character set check: failed (status -1)",
        "✓ 1          8/8     8/8 Target database existence check: passed",
    ]
    warning, headline, line, *more = written.err.splitlines()
    assert warning.startswith(
        "warning: migration checks 3, 99, 2 and 1 (ap-guangzhou) are queried at http://127.0.0.1:"
    )
    assert headline == "1 of 4 migration checks (ap-guangzhou) could not be queried"
    assert line.startswith("  ✗ 99: http://127.0.0.1:")
    assert more[-2:] == ["  Others:  1/3 passed, 1 failed, 1 running", "  Code:    not-queried"]


def test_a_missing_migration_does_not_stop_the_retries_of_others(capsys: pytest.CaptureFixture[str]) -> None:
    """A transient failure of another migration is still retried."""
    frames = {"1": [{"kind": "reset", "seconds": 0.3}, {"kind": "progress", "statuses": [0] * 8}], "404": None}
    scenario = parse(json.dumps({"migrations": frames}).encode(), name="test")
    with Emulator(scenario) as emulator:
        assert commands.run(["status", "1", "404", "--endpoint", emulator.url]) == 4
    assert capsys.readouterr().out.splitlines()[1].startswith("✓ 1 ")


def test_status_lists_the_steps_on_demand(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """The steps are below each migration, as in an error."""
    assert run("status", "--steps", "2") == 1
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2 + 8
    assert lines[5] == "  ✗ 4 Character set check: failed (status -1)"


def test_status_shows_the_flow(emulator: Emulator, run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """The row names the flow that a gate would wait for."""
    start_check(emulator.url, 3)
    assert run("status", "3", "--flow-id", "1001") == 3
    assert run("status", "1", "--flow-id", "1001") == 3
    assert "waiting for flow 1001" in capsys.readouterr().out


def test_status_stops_at_refused_credentials(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Refused credentials fail every query, so of forty migrations only the first few are queried."""
    monkeypatch.setenv("TENCENTCLOUD_SECRET_KEY", "wrong")
    assert run("status", *map(str, range(1, 41))) == 4
    assert "AuthFailure.SignatureFailure" in capsys.readouterr().err
    assert len((tmp_path / "requests.jsonl").read_text("utf-8").splitlines()) <= 2 * poller.CONNECTIONS


def test_a_wait_ends_with_0_once_all_have_passed(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """It prints a line for each change, and the totals."""
    assert run("wait", "1", "4", *FAST) == 0
    *changes, end = capsys.readouterr().out.splitlines()
    assert [line for line in changes if line.startswith("1: ")] == [
        "1: 8/8 · 30 min left · Target database existence check: passed"
    ]
    passed = [line.split(",")[0] for line in changes if line.startswith("4: ")]
    assert passed[-1] == "4: 8/8 · 30 min left · Target database existence check: passed"
    assert len(passed) <= 2
    assert end.startswith("2/2 passed, after ")


def test_a_wait_ends_with_1_as_soon_as_one_has_failed(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """It prints the gate's error, which says what to run again, and the steps."""
    assert run("wait", "2", *FAST) == 1
    written = capsys.readouterr()
    assert written.out.splitlines()[-1].startswith("0/1 passed, 1 failed, after ")
    _, headline, *below = without_endpoint(written.err).splitlines()
    assert headline == "migration check 2 (ap-guangzhou) failed at step 4 of 8"
    assert below[3] == "  ✗ 4 Character set check: failed (status -1)"
    assert below[-4:-1] == [
        "  Then:    fix the cause, then run:",
        "           tcsql-check start 2 --region ap-guangzhou --wait",
        "  Code:    check-failed",
    ]
    assert "pulumi" not in written.err


def test_a_wait_for_several_names_all_failed_migrations(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """One sentence counts the others and has the command to run again; each failed migration has a line below it."""
    assert run("wait", "1", "2", "3", *FAST) == 1
    written = capsys.readouterr()
    assert written.out.splitlines()[-1].startswith("1/3 passed, 1 failed, 1 running, after ")
    _, headline, *below = without_endpoint(written.err).splitlines()
    assert headline == "1 of 3 migration checks (ap-guangzhou) failed"
    assert below == [
        "  ✗ 2 failed at step 4 of 8: Character set check (status -1)",
        "  Others:  1/2 passed, 1 running",
        "  Then:    fix the cause, then run:",
        "           tcsql-check start 2 --region ap-guangzhou --wait",
        "  Code:    check-failed",
    ]


def test_a_wait_ends_with_3_at_the_deadline(run: Run, emulator: Emulator, capsys: pytest.CaptureFixture[str]) -> None:
    """Another migration's pass doesn't change that; the error has the command's own options, and all of it."""
    assert run("wait", "1", "3", "--timeout-seconds", "0.3", *FAST) == 3
    err = capsys.readouterr().err
    assert "1 of 2 migration checks (ap-guangzhou) had not passed after 0.3 s\n" in err
    command = f"tcsql-check wait 1 3 --region ap-guangzhou --endpoint {emulator.url}"
    assert f"  Then:    raise --timeout-seconds, or run again to continue waiting:\n           {command}\n" in err


def test_a_code_in_failed_status_ends_the_wait(run: Run) -> None:
    """A status code in `--failed-status` fails the check, as it does for a gate."""
    assert run("wait", "3", "--failed-status", "1", *FAST) == 1


@pytest.mark.parametrize("flow", [0, 1])
def test_a_wait_queries_the_flow_too(emulator: Emulator, run: Run, flow: int) -> None:
    """A flow that was not started has no status, so the check doesn't pass."""
    start_check(emulator.url, 1)
    assert run("wait", "1", "--flow-id", str(1001 + flow), *FAST) == (0, 4)[flow]


def test_missing_credentials_end_the_command_with_4(
    run: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The error names only the sources that a command can have."""
    monkeypatch.delenv("TENCENTCLOUD_SECRET_ID")
    monkeypatch.delenv("TENCENTCLOUD_SECRET_KEY")
    for word in ("status", "wait"):
        assert run(word, "1", "2") == 4
        err = capsys.readouterr().err
        assert err.count("No Tencent Cloud credentials were found.\n  Tried: ") == 1
        assert "  Then:    Set them as TENCENTCLOUD_SECRET_ID and TENCENTCLOUD_SECRET_KEY.\n" in err
        assert "stack" not in err


def test_an_unsupported_environment_ends_the_command_with_4(
    run: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The command ends before any request, and the JSON has the same error."""
    monkeypatch.setenv("TENCENTCLOUD_MFA_CERTIFICATION_SERIAL_NUMBER", "1")
    assert run("wait", "1") == 4
    assert capsys.readouterr().err.endswith("  Then:    Take it out of the environment.\n  Code:    credentials\n")
    assert run("wait", "1", "--json") == 4
    document = json.loads(capsys.readouterr().out)
    assert (document["exit_code"], document["checks"], document["error"]["code"]) == (4, [], "credentials")


def test_a_transient_error_does_not_end_a_wait(capsys: pytest.CaptureFixture[str]) -> None:
    """The wait retries, and its output shows the error."""
    with ScriptedServer(reset, reset, answer(ONE_STEP)) as server:
        assert commands.run(["wait", "1", "--endpoint", f"http://{server.host}"]) == 0
    assert (
        "1: 30 min left · no response from the API (connection reset by peer) for 0 s, retrying"
        in capsys.readouterr().out
    )


def test_status_gives_up_soon(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """A lasting error ends the command."""
    monkeypatch.setattr(watches, "ONCE_SECONDS", 0.05)
    with ScriptedServer(reset) as server:
        assert commands.run(["status", "1", "--endpoint", f"http://{server.host}"]) == 4
    assert "connection reset by peer." in capsys.readouterr().err


def test_a_long_status_reports_its_count_on_stderr(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A hundred checks take 15 s; stdout has only the table or the JSON."""
    monkeypatch.setattr(report, "COUNT_SECONDS", 0.0)
    with ScriptedServer(answer(ONE_STEP)) as server:
        assert commands.run(["status", "1", "2", "--json", "--endpoint", f"http://{server.host}"]) == 0
    shown = capsys.readouterr()
    assert shown.err.splitlines()[-1] == "2 of 2 queried"
    assert json.loads(shown.out)["exit_code"] == 0


def test_status_allows_for_the_turns_of_all_queries(monkeypatch: pytest.MonkeyPatch) -> None:
    """If the turns of twenty queries take longer than the bound of one, the last migration is still queried."""
    monkeypatch.setattr(watches, "ONCE_SECONDS", 0.3)
    monkeypatch.setattr(client, "GRACE_SECONDS", 0.0)
    with ScriptedServer(answer(ONE_STEP)) as server:
        assert commands.run(["status", *map(str, range(1, 21)), "--endpoint", f"http://{server.host}"]) == 0


def documents(text: str) -> list[dict[str, Any]]:
    """Parse lines of JSON."""
    return [json.loads(line) for line in text.splitlines()]


def test_status_with_json_prints_one_document(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """The document has the names of the resource's outputs, and the error of a check that ended with one."""
    assert run("status", "--json", "2", "99") == 1
    (document,) = documents(capsys.readouterr().out)
    assert (document["event"], document["exit_code"], document["passed"]) == ("result", 1, False)
    failed, missing = document["checks"]
    assert list(failed) == ["migrate_id", "region", "total", "current", "steps", "passed", "status"]
    assert (failed["migrate_id"], failed["total"], failed["current"]) == (2, 8, 5)
    assert (failed["passed"], failed["status"]) == (False, "failed")
    assert list(failed["steps"][3]) == ["name", "status", "state", "message"]
    assert (failed["steps"][3]["status"], failed["steps"][3]["state"]) == (-1, "failed")
    assert (missing["total"], missing["steps"], missing["status"]) == (0, [], "unknown")
    assert missing["error"]["code"] == "not-found"
    assert missing["error"]["sentence"].startswith("migration check 99 (ap-guangzhou): ")


def test_wait_with_json_prints_a_line_for_each_change_and_the_result(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    """Stdout has nothing else, and the result comes last."""
    assert run("wait", "--json", "1", "3", "--timeout-seconds", "0.3", *FAST) == 3
    *events, result = documents(capsys.readouterr().out)
    assert {(event["event"], event["migrate_id"], event["state"], event["steps_passed"]) for event in events} == {
        ("progress", 1, "passed", 8),
        ("progress", 3, "running", 2),
    }
    assert (result["event"], result["exit_code"], result["passed"]) == ("result", 3, False)
    assert [check["status"] for check in result["checks"]] == ["passed", "running"]
    assert result["checks"][1]["error"]["code"] == "timed-out"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("wait", "1", "--timeout-seconds", "0"), "--timeout-seconds is 0.0, but must be a finite number of seconds"),
        (("status", "1", "1"), "ID is 1, but must be given once; it is there twice."),
        (("status",), "Missing argument 'ID...'."),
        (("wait", "1", "--no-such-option"), "No such option '--no-such-option'"),
        (("gate", "1"), "No such command 'gate'."),
    ],
)
def test_a_wrong_command_line_ends_with_2_before_any_request(
    words: tuple[str, ...], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Stderr has the error; with `--json` there is a result as well."""
    assert commands.run([*words, "--region", "ap-guangzhou"] if len(words) > 1 else list(words)) == 2
    written = capsys.readouterr()
    assert sentence.replace("'", "").rstrip(".") in written.err.replace("'", "")
    assert written.out == ""
    assert commands.run([*words, "--json"]) == 2
    (document,) = documents(capsys.readouterr().out)
    assert (document["exit_code"], document["passed"], document["error"]["code"]) == (2, False, "usage")


def test_a_region_is_needed(monkeypatch: pytest.MonkeyPatch, run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """It comes from the option or the environment variable."""
    monkeypatch.delenv("TENCENTCLOUD_REGION")
    assert run("status", "1") == 2
    assert "--region is None, but must be given, or set as TENCENTCLOUD_REGION." in capsys.readouterr().err
    assert run("status", "1", "--region", "ap-guangzhou") == 0


def test_text_from_the_api_cannot_control_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    """Escapes and line breaks are written out, and markup is plain text."""
    hostile = parse(
        json.dumps(
            {
                "steps": [{"name": "[bold]a\x1b[2J\n\u202eb[/bold]", "message": "c"}],
                "migrations": {"*": [{"kind": "progress", "statuses": [7]}]},
            }
        ).encode(),
        name="hostile",
    )
    with Emulator(hostile) as emulator:
        assert commands.run(["status", "1", "--endpoint", emulator.url]) == 3
    assert capsys.readouterr().out.splitlines()[1].endswith(r"1/1 [bold]a\x1b[2J\n\u202eb[/bold]: running")


def test_many_errors_of_one_kind_are_one_sentence_and_one_line(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """The sentence counts the errors, and the line has the first of them; the JSON has all."""
    ids = [str(number) for number in range(100, 112)]
    assert run("status", *ids) == 4
    _, headline, *below = capsys.readouterr().err.splitlines()
    assert headline == "12 of 12 migration checks (ap-guangzhou) could not be queried"
    assert below[0].startswith("  ✗ 100, 101, 102, 103, 104 and 7 more: ")
    assert len([line for line in below if line.startswith("  ✗ ")]) == 1
    assert below[-1] == "  Code:    not-queried"


def test_an_unexpected_error_ends_with_4(
    run: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """This holds before and during the wait; the exit code is never 1, which means a failed check."""

    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(poller, "wait", fail)
    assert run("wait", "1") == 4
    assert in_one_line(capsys.readouterr().err).endswith(
        "The status of the check is unknown: the query failed with an unexpected error (ZeroDivisionError). Code: "
        "unexpected"
    )
    monkeypatch.setattr(commands, "wait_screen", fail)
    assert run("wait", "1") == 4
    assert capsys.readouterr().err.splitlines()[-2].endswith("(ZeroDivisionError).")


def test_a_running_query_does_not_delay_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """If one check has failed while another's server is silent, no thread waits for that server."""
    monkeypatch.setattr(poller, "LAST_ROUND_SECONDS", 0.1)
    with ScriptedServer(answer(ONE_STEP.replace(b'"Status":0', b'"Status":7')), silence) as server:
        words = ["wait", "1", "2", "--failed-status", "7", "--endpoint", f"http://{server.host}"]
        assert commands.run(words) == 1
        cli_process.wait_for(
            lambda: not any(one.name.startswith("tcsql-check-poll") for one in threading.enumerate()), 3.0
        )


@pytest.mark.parametrize("words", [("--help",), ("status", "-h"), ("wait", "--help"), ("--version",)])
def test_help_ends_with_0(words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    """The help is on stdout, and names every exit code."""
    assert commands.run(words) == 0
    text = " ".join(capsys.readouterr().out.split())
    assert "130 interrupted" in text or "--version" in words


def test_an_interrupt_before_the_command_starts_ends_with_130(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`KeyboardInterrupt` before the start prints one sentence."""

    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(commands, "check_inputs", interrupt)
    assert commands.run(["wait", "1"]) == 130
    assert capsys.readouterr().err.strip() == (
        "Interrupted before there was a verdict; nothing was changed. Run `tcsql-check` again to continue."
    )


def test_a_closed_stdout_changes_no_exit_code(
    run: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A process that starts with a closed stdout has the same exit code."""
    monkeypatch.setattr(sys, "stdout", None)
    assert run("wait", "1") == 0
    assert run("status", "2") == 1
    del capsys


def test_the_emulator_has_its_own_options(capsys: pytest.CaptureFixture[str]) -> None:
    """The subcommand prints the emulator's help and errors."""
    with pytest.raises(SystemExit) as ended:
        commands.run(["emulator", "--help"])
    assert ended.value.code == 0
    assert "--request-log FILE" in capsys.readouterr().out
    with pytest.raises(SystemExit) as ended:
        commands.run(["emulator", "--port", "70000"])
    assert ended.value.code == 2
    assert commands.run(["emulator", "--scenario", "/no/such/file"]) == 1
