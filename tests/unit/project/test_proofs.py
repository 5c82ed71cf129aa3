"""The long tests detect what they are for; each is run on something wrong."""

import random
from pathlib import Path
from typing import Any

import pytest
from proof.memory import Sampler, Samples, providers
from proof.rounds import PATIENCE_SECONDS, invent, invent_long, refusals, trouble_that_passes
from proof.soak import Figures, _false_pass, report

from pulumi_tcsql_check.emulator import parse

ASKED: list[dict[str, Any]] = [
    {"time": "2026-11-25T06:00:00.000+00:00", "migrate_id": 1},
    {"time": "2026-11-25T06:00:01.000+00:00", "migrate_id": None},
]
ASKED_AT = 1795586400.0


def test_a_record_before_its_pass_is_a_false_pass() -> None:
    """A record without a pass, or before it, is reported; a record after it is accepted."""
    assert _false_pass("passes", 5, ASKED_AT + 5, ASKED, 1) == []
    assert "FALSE PASS" in _false_pass("passes", 5, ASKED_AT + 4, ASKED, 1)[0]
    assert "FALSE PASS" in _false_pass("fails", 5, ASKED_AT + 60, ASKED, 1)[0]
    assert "FALSE PASS" in _false_pass("passes", 5, ASKED_AT + 60, ASKED, 2)[0]


def test_a_soak_with_a_problem_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A problem, or memory that grew, gives exit code 1 and keeps the folder."""
    assert report(Figures(problems=["short-1: hung"]), tmp_path) == 1
    assert report(Figures(memory={"long-0": Samples()}), tmp_path) == 1
    growing = Samples([60.0] * 168 + [66.0] * 82, [30.0] * 250)
    assert report(Figures(memory={"long-0": growing}), tmp_path) == 1
    assert "grew by 10.0%" in capsys.readouterr().out
    assert tmp_path.exists()
    assert report(Figures(memory={"long-0": Samples([60.0] * 250, [30.0] * 250)}), tmp_path) == 0
    assert not tmp_path.exists()


def test_a_short_soak_does_not_judge_the_memory(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The growth is shown, and that it says nothing."""
    growing = Samples([60.0] * 74 + [66.0] * 36, [30.0] * 110)
    assert report(Figures(memory={"long-0": growing}), tmp_path) == 0
    assert "+10.0% (too short a run to judge)" in capsys.readouterr().out


def test_growth_is_that_of_the_second_half() -> None:
    """Memory that a process takes at its start is no growth; without samples the growth is 0."""
    assert Samples([float(number) for number in range(50)] + [50.0] * 50).growth == 0
    assert Samples([50.0] * 80 + [55.0] * 20).growth == pytest.approx(0.1)
    assert Samples([1.0, 2.0]).growth == 0
    assert Samples([50.0] * 80 + [50.0, 60.0] * 10).growth == 0, "what comes on top now and then is no growth"


def test_other_providers_are_not_sampled(tmp_path: Path) -> None:
    """If no provider has this home, there are no samples."""
    assert providers(str(tmp_path)) == []
    with Sampler(str(tmp_path)) as samples:
        pass
    assert samples.rss == []


def test_every_generated_round_is_valid_and_ends() -> None:
    """The emulator accepts each scenario; a check that passes does so within its gate's timeout."""
    kinds = set()
    for number in range(100):
        this = invent(random.Random(number))
        frames = parse(this.scenario, name="test").migrations
        for key, check in enumerate(this.checks, start=1):
            played = frames[str(key)]
            assert played is not None
            kinds.add(check.kind)
            assert sum(frame.seconds or 0 for frame in played) == pytest.approx(check.seconds)
            assert check.kind != "passes" or check.seconds < check.timeout_seconds - PATIENCE_SECONDS + 1
    assert kinds == {"passes", "fails", "never ends"}
    assert invent(random.Random(3)) == invent(random.Random(3))


def test_a_long_round_has_errors_until_its_pass() -> None:
    """The check alternates between running and errors for the given time, and then passes."""
    this = invent_long(random.Random(1), 300)
    assert this.is_to_pass
    for check in this.checks:
        assert sum(frame.get("seconds", 0) for frame in check.frames) == pytest.approx(300)
        assert {frame["kind"] for frame in check.frames[:-1:2]} <= {frame["kind"] for frame in trouble_that_passes()}


def test_the_errors_are_those_of_the_built_in_scenarios() -> None:
    """Throttling and an outage are among the transient errors, a step left behind among the refusals."""
    kinds = {frame["kind"] for frame in trouble_that_passes()}
    assert {"error", "reset", "http"} <= kinds
    assert refusals()[-1]["statuses"] == [-1, 1]
