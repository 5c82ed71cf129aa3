"""The log: a record for each query and verdict, silent by default, and written to stderr on demand."""

import logging
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from harness.fake_clock import FakeClock
from harness.responses import MIGRATION, make_page, make_progress
from harness.stub_api import StubApi, wait_for

from pulumi_tcsql_check import log
from pulumi_tcsql_check.errors import (
    CheckFailedError,
    InvalidInputError,
    PermanentError,
    ThrottledError,
    WaitCancelledError,
)
from pulumi_tcsql_check.model.flow import Flow
from pulumi_tcsql_check.model.progress import Progress
from pulumi_tcsql_check.polling.flag_list import FlagList
from pulumi_tcsql_check.polling.flag_reader import FlagReader
from pulumi_tcsql_check.polling.policy import PollPolicy
from pulumi_tcsql_check.polling.watch import Watch

POLICY = PollPolicy(60.0, 2.0)


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    """Restore the silent logger."""
    yield
    log.send_to_stderr(None)


def facts(record: logging.LogRecord) -> dict[str, Any]:
    """Return a record's extra fields."""
    return {name: vars(record)[name] for name in log.FIELDS if vars(record).get(name) is not None}


def test_each_query_and_the_verdict_have_a_record(caplog: pytest.LogCaptureFixture) -> None:
    """A record has migration, step, request, duration, and the number of attempts since the last response."""
    caplog.set_level(logging.DEBUG, log.LOGGER.name)
    clock = FakeClock()
    answers: list[Progress | Exception] = [
        ThrottledError("Slower.", code="RequestLimitExceeded", request_id="r1"),
        ThrottledError("Slower."),
        make_progress(1, -2, -2),
        make_progress(2, 0, 0),
    ]

    def answer(_: float) -> Progress:
        clock.advance(0.25)
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    wait_for(Watch(MIGRATION, POLICY, clock.now), StubApi(answer), clock=clock, on_progress=lambda _: None)
    which = {"migrate_id": 1066, "region": "ap-guangzhou"}
    query = {"event": "query", "call": "steps", "duration": 0.25}
    throttled = query | which | {"outcome": "throttled"}
    *queries, verdict = [(record.levelname, facts(record)) for record in caplog.records]
    assert queries == [
        ("WARNING", throttled | {"attempt": 1, "code": "RequestLimitExceeded", "request_id": "r1"}),
        ("WARNING", throttled | {"attempt": 2, "code": "", "request_id": ""}),
        ("DEBUG", query | which | {"attempt": 3, "step": "1/2", "request_id": "4be5990d", "outcome": "answer"}),
        ("DEBUG", query | which | {"attempt": 1, "step": "2/2", "request_id": "4be5990d", "outcome": "answer"}),
    ]
    level, said = verdict
    assert level == "INFO"
    assert 1.0 < said.pop("duration") < 100
    assert said == which | {"event": "verdict", "step": "2/2", "request_id": "4be5990d", "outcome": "passed"}


def test_queries_for_the_flow_and_the_flag_have_records(caplog: pytest.LogCaptureFixture) -> None:
    """Each record has the status code of its response."""
    caplog.set_level(logging.DEBUG, log.LOGGER.name)
    clock = FakeClock()
    flags = FlagList()
    reader = FlagReader(flags, [MIGRATION], clock=clock, warn=lambda _: None)
    watch = Watch(MIGRATION, POLICY, clock.now, Flow(1001))
    api = StubApi(
        lambda _: make_progress(1, 7),
        follow=lambda flow, _: Flow(flow.flow_id, 0, "r2"),
        page=lambda *_: make_page({MIGRATION.migrate_id: 3}),
    )
    watch.poll(api, clock.monotonic, flags)
    assert flags.take(clock.now) == 0
    reader.read(api, 0, clock.now + 3)
    assert [(record["call"], record.get("code"), record["request_id"]) for record in map(facts, caplog.records)] == [
        ("flow", 0, "r2"),
        ("steps", None, "4be5990d"),
        ("flag", 3, "f-1"),
    ]


def test_failures_and_refusals_are_logged_as_warnings_and_a_cancelled_wait_is_not(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The first two have the names of their errors."""
    caplog.set_level(logging.DEBUG, log.LOGGER.name)

    def raising(error: Exception) -> StubApi:
        def answer(_: float) -> Progress:
            raise error

        return StubApi(answer)

    clock = FakeClock()
    watch = Watch(MIGRATION, PollPolicy(60.0, 2.0, (7,)), clock.now)
    with pytest.raises(CheckFailedError):
        watch.poll(StubApi(lambda _: make_progress(1, 7)), clock.monotonic)
    for error in (PermanentError("No.", code="AuthFailure\n", request_id="\x1br"), WaitCancelledError()):
        with pytest.raises(type(error)):
            Watch(MIGRATION, POLICY, clock.now).poll(raising(error), clock.monotonic)
    _, failed, _, refused, cancelled = [(record.levelname, facts(record)) for record in caplog.records]
    assert (failed[0], failed[1]["event"], failed[1]["outcome"]) == ("WARNING", "verdict", "check-failed")
    assert (refused[1]["event"], refused[1]["outcome"]) == ("verdict", "refused")
    assert all(0 <= said["duration"] < 100 for _, said in (failed, refused))
    assert (refused[1]["code"], refused[1]["request_id"]) == (r"AuthFailure\n", r"\x1br")
    assert (cancelled[0], cancelled[1]["event"], cancelled[1]["outcome"]) == ("DEBUG", "query", "cancelled")


def test_it_is_silent_by_default(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is written, not even a warning."""
    log.prepare({})
    log.LOGGER.warning("nobody hears this")
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("asked", "written"), [("debug", 3), ("INFO", 2), ("warning", 1), ("", 0)], ids=["debug", "INFO", "warning", "none"]
)
def test_the_variable_sets_the_log_level(asked: str, written: int, capsys: pytest.CaptureFixture[str]) -> None:
    """Its case doesn't matter, and a second preparation adds no second handler."""
    log.prepare({log.VARIABLE: asked})
    log.prepare({log.VARIABLE: asked})
    for level in (logging.DEBUG, logging.INFO, logging.WARNING):
        log.LOGGER.log(level, "said")
    assert len(capsys.readouterr().err.splitlines()) == written


def test_an_invalid_log_level_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is logged, and the wait continues."""
    with pytest.raises(InvalidInputError):
        log.level({log.VARIABLE: "loud"})
    log.prepare({log.VARIABLE: "loud"})
    log.LOGGER.warning("nobody hears this")
    assert capsys.readouterr().err == (
        "TCSQL_CHECK_LOG is 'loud', but must be debug, info or warning; nothing is logged.\n"
    )


def test_a_record_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    """It has `key=value` pairs, quoted if needed, without control characters; an exception has only its name."""
    log.send_to_stderr(logging.DEBUG)
    log.LOGGER.info("any", extra={"event": "query", "migrate_id": 7, "duration": 0.12345, "code": None, "step": ""})
    log.LOGGER.info("a=b \x1b[2J\n字")
    log.LOGGER.error("it failed", exc_info=ZeroDivisionError("a secret"))
    assert capsys.readouterr().err.splitlines() == [
        "tcsql-check level=info event=query migrate_id=7 duration=0.123",
        r'tcsql-check level=info message="a=b \\x1b[2J\\n字"',
        'tcsql-check level=error message="it failed" error=ZeroDivisionError',
    ]


def test_a_closed_stderr_is_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    """The line is lost without an error."""
    log.send_to_stderr(logging.DEBUG)
    monkeypatch.setattr(sys, "stderr", None)
    log.LOGGER.info("nobody hears this")


@pytest.mark.parametrize("verbose", [True, False])
def test_a_command_logs_while_it_runs(capsys: pytest.CaptureFixture[str], *, verbose: bool) -> None:
    """With `verbose` it logs everything, otherwise the variable sets the level."""
    with log.lines_for({log.VARIABLE: "warning"}, verbose=verbose):
        log.LOGGER.debug("one")
        log.LOGGER.warning("two")
    log.LOGGER.warning("three")
    written = capsys.readouterr().err
    assert ("message=one" in written, "message=two" in written, "message=three" in written) == (verbose, True, False)
