"""Scenario files: what is valid, and the error for an invalid one."""

import json
from pathlib import Path

import pytest

from pulumi_tcsql_check.emulator import Emulator, ScenarioError, built_in_names, load, parse
from pulumi_tcsql_check.emulator.scenario import (
    PUBLISHED_STEPS,
    CloseMidBodyFault,
    Error,
    HttpFault,
    Progress,
    RawAnswer,
    Refusal,
    RefuseFault,
    ResetFault,
    SilentFault,
    Step,
    TrickleFault,
)

_PASSED = {"kind": "progress", "statuses": [0] * 8}


def _parse_frames(*frames: object, key: str = "*") -> None:
    parse(json.dumps({"migrations": {key: frames}}).encode(), name="mine")


def test_every_kind_of_frame_is_decoded() -> None:
    """Each kind of frame becomes its own type, with the documented defaults."""
    frames = [
        {"kind": "progress", "seconds": 1, "statuses": [0, -2], "current": 2},
        {"kind": "answer", "seconds": 0, "answer": {"Response": None}},
        {"kind": "error", "seconds": 1.5, "code": "InternalError", "message": "m"},
        {"kind": "http", "seconds": 1, "status": 502},
        {"kind": "http", "seconds": 1, "status": 302, "body": "b", "content_type": "text/plain", "headers": {"A": "b"}},
        {"kind": "reset", "seconds": 1, "flow": 2},
        {"kind": "silent", "seconds": 1, "flow": {"code": "c", "message": "m"}},
        {"kind": "http", "seconds": 1, "status": 200, "body": "é", "times": 9, "encoding": "latin-1"},
        {"kind": "trickle", "seconds": 1},
        {"kind": "trickle", "seconds": 1, "part": "headers"},
        {"kind": "refuse", "seconds": 1},
        {"kind": "close-mid-body"},
    ]
    steps = [{"name": "one", "message": "first"}, {"name": "two", "message": "second"}]
    text = json.dumps(
        {
            "description": "d",
            "starts": "start-check",
            "steps": steps,
            "tls": "untrusted",
            "migrations": {"7": frames, "8": None},
        }
    )

    scenario = parse(text.encode(), name="mine")

    assert (scenario.name, scenario.description, scenario.starts, scenario.tls) == (
        "mine",
        "d",
        "start-check",
        "untrusted",
    )
    assert scenario.steps == (Step("one", "first"), Step("two", "second"))
    decoded = scenario.frames(7)
    assert decoded is not None
    assert isinstance(decoded[1], RawAnswer)
    assert bytes(decoded[1].answer) == b'{"Response": null}'
    assert [frame for frame in decoded if not isinstance(frame, RawAnswer)] == [
        Progress(seconds=1, statuses=(0, -2), current=2),
        Error(seconds=1.5, code="InternalError", message="m"),
        HttpFault(seconds=1, status=502, body="", content_type="text/html", headers={}),
        HttpFault(seconds=1, status=302, body="b", content_type="text/plain", headers={"A": "b"}),
        ResetFault(seconds=1, flow=2),
        SilentFault(seconds=1, flow=Refusal("c", "m")),
        HttpFault(seconds=1, status=200, body="é", times=9, encoding="latin-1"),
        TrickleFault(seconds=1, part="body"),
        TrickleFault(seconds=1, part="headers"),
        RefuseFault(seconds=1),
        CloseMidBodyFault(),
    ]


def test_defaults_are_the_published_steps_and_the_first_query() -> None:
    """By default a scenario has the eight published steps and starts at the first query."""
    scenario = parse(json.dumps({"migrations": {"*": [_PASSED]}}).encode(), name="mine")

    assert (scenario.starts, scenario.description, scenario.steps) == ("first-query", "", PUBLISHED_STEPS)


def test_an_ids_own_key_precedes_the_asterisk() -> None:
    """This holds also if the id's own key says that there is no such migration."""
    frame = {"kind": "progress", "statuses": [-2] * 8}
    scenario = parse(json.dumps({"migrations": {"*": [_PASSED], "7": [frame], "8": None}}).encode(), name="mine")

    assert scenario.frames(7) == (Progress(statuses=(-2,) * 8),)
    assert scenario.frames(8) is None
    assert scenario.frames(9) == (Progress(statuses=(0,) * 8),)


def test_another_start_plays_its_own_frames_or_the_same() -> None:
    """An id's own key precedes "*"; without either, and with `null`, nothing changes."""
    failed = {"kind": "progress", "statuses": [-1] * 8, "current": 8}
    text = json.dumps({"migrations": {"7": [failed], "8": [failed], "9": None}, "again": {"7": [_PASSED], "8": None}})
    scenario = parse(text.encode(), name="mine")

    assert scenario.frames_again(7) == (Progress(statuses=(0,) * 8),)
    assert scenario.frames_again(8) == scenario.frames(8) == (Progress(statuses=(-1,) * 8, current=8),)
    assert scenario.frames_again(9) is None
    everything = parse(text.replace('"8": null', '"*": [{"kind": "reset"}]').encode(), name="mine")
    assert everything.frames_again(8) == (ResetFault(),)


def test_invalid_frames_of_another_start_are_refused() -> None:
    """The error names the section, the key and the frame."""
    text = json.dumps({"migrations": {"7": [_PASSED]}, "again": {"7": [{"kind": "explode"}]}})
    with pytest.raises(ScenarioError, match=r"Invalid value 'explode' - at `\$\.again\.7\[0\]\.kind`"):
        parse(text.encode(), name="mine")


def test_replies_to_starts_are_for_one_request_each() -> None:
    """An id's own key precedes "*"; a reply has no time, and after the last one the usual response follows."""
    refused = {"kind": "error", "code": "x", "message": "y"}
    text = json.dumps({"migrations": {"*": [_PASSED]}, "on_start": {"7": [refused, _PASSED], "*": [{"kind": "reset"}]}})
    scenario = parse(text.encode(), name="mine")

    assert scenario.reply_to_start(7, 0) == Error(code="x", message="y")
    assert scenario.reply_to_start(7, 1) == Progress(statuses=(0,) * 8)
    assert scenario.reply_to_start(7, 2) is None
    assert scenario.reply_to_start(8, 0) == ResetFault()
    timed = text.replace('"kind": "reset"', '"kind": "reset", "seconds": 1')
    with pytest.raises(ScenarioError, match=r"so it has no `seconds` - at `\$\.on_start\.\*\[0\]`"):
        parse(timed.encode(), name="mine")


def test_an_id_without_a_key_does_not_exist() -> None:
    """Without "*", only the ids that have a key exist."""
    scenario = parse(json.dumps({"migrations": {"7": [_PASSED]}}).encode(), name="mine")

    assert scenario.frames(8) is None


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (b"{", "Input data was truncated"),
        (b'{"migrations": {"*": [{"kind": "reset\xff"}]}}', "it is not UTF-8 text"),
        (b"{}", "Object missing required field `migrations`"),
        (b'{"migrations": {}}', "Expected `object` of length >= 1 - at `$.migrations`"),
        (b'{"migrations": {"*": [{"kind": "reset"}]}, "extra": 1}', "Object contains unknown field `extra`"),
        (
            b'{"migrations": {"*": [{"kind": "reset"}]}, "steps": []}',
            "Expected `array` of length >= 1 - at `$.steps`",
        ),
        (b'{"migrations": {"*": [{"kind": "reset"}]}, "starts": "now"}', "Invalid enum value 'now' - at `$.starts`"),
        (
            b'{"migrations": {"*": [{"kind": "reset"}]}, "steps": [{"name": 1}]}',
            "Expected `str`, got `int` - at `$.steps[0].name`",
        ),
    ],
)
def test_an_invalid_file_is_refused(text: bytes, problem: str) -> None:
    """The error names the source and the mistake in the outer layer."""
    with pytest.raises(ScenarioError) as caught:
        parse(text, name="mine.json")

    assert str(caught.value).startswith(f"scenario mine.json: {problem}")
    assert caught.value.source == "mine.json"


def test_a_file_that_is_nested_too_deeply_is_refused() -> None:
    """The error's text depends on the version of Python."""
    with pytest.raises(ScenarioError, match=r"^scenario mine\.json: (maximum recursion|Stack overflow|Input data was)"):
        parse(b'{"migrations": {"*": ' + b"[" * 100_000, name="mine.json")


@pytest.mark.parametrize(
    ("frames", "problem"),
    [
        ([], "Expected `array` of length >= 1 - at `$.migrations.7`"),
        (["x"], "Expected `object`, got `str` - at `$.migrations.7[0]`"),
        ([{}], "Object missing required field `kind` - at `$.migrations.7[0]`"),
        ([{"kind": "explode"}], "Invalid value 'explode' - at `$.migrations.7[0].kind`"),
        ([{"kind": "reset", "status": 1}], "Object contains unknown field `status` - at `$.migrations.7[0]`"),
        ([{"kind": "reset", "seconds": -1}], "Expected `float` >= 0.0 - at `$.migrations.7[0].seconds`"),
        ([{"kind": "http", "status": 100}], "Expected `int` >= 200 - at `$.migrations.7[0].status`"),
        (
            [{"kind": "http", "status": 302, "headers": {"Location": "a\r\nb"}}],
            r"Expected `str` matching regex '\\A[\\x20-\\x7e]*\\Z' - at `$.migrations.7[0].headers[...]`",
        ),
        (
            [_PASSED, _PASSED],
            "Only the last frame may hold for ever, so this one needs `seconds` - at `$.migrations.7[0]`",
        ),
        (
            [{**_PASSED, "seconds": 1}, {**_PASSED, "seconds": 1}],
            "The last frame holds for ever, so it has no `seconds` - at `$.migrations.7[1]`",
        ),
        (
            [{"kind": "progress", "statuses": [0]}],
            "Expected 8 `statuses`, one for each step, got 1 - at `$.migrations.7[0]`",
        ),
        ([{**_PASSED, "flow": "2"}], "Expected `int | object | null`, got `str` - at `$.migrations.7[0].flow`"),
        (
            [{**_PASSED, "flow": {"code": "c"}}],
            "Object missing required field `message` - at `$.migrations.7[0].flow`",
        ),
        ([{**_PASSED, "current": 0}], "Expected `int` >= 1 - at `$.migrations.7[0].current`"),
        ([{**_PASSED, "current": 9}], "Expected `current` from 1 to 8, got 9 - at `$.migrations.7[0]`"),
    ],
)
def test_an_invalid_frame_is_refused(frames: list[object], problem: str) -> None:
    """The error names the migration's key, the frame and the field."""
    with pytest.raises(ScenarioError) as caught:
        _parse_frames(*frames, key="7")

    assert str(caught.value.problem) == problem


@pytest.mark.parametrize("key", ["", "0", "01", "-1", "x", "1.5", "٣", "**"])
def test_an_invalid_key_is_refused(key: str) -> None:
    """A key is "*" or an id from 1, written as the API writes it."""
    with pytest.raises(ScenarioError, match=r'Expected a key that is a migration id, from 1, or "\*"'):
        _parse_frames(_PASSED, key=key)


def test_a_file_is_found_by_its_path(tmp_path: Path) -> None:
    """A name that no built-in scenario has is a path."""
    path = tmp_path / "mine.json"
    path.write_text(json.dumps({"migrations": {"*": [_PASSED]}}), encoding="utf-8")

    assert load(str(path)).name == str(path)
    with Emulator(path) as emulator:
        assert emulator.scenario == load(str(path))


def test_a_missing_scenario_lists_the_built_in_ones() -> None:
    """The error for a misspelt name lists the valid ones."""
    with pytest.raises(ScenarioError) as caught:
        load("slwo")

    assert str(caught.value) == (
        f"scenario slwo: there is no such file, and the built-in ones are {', '.join(built_in_names())}"
    )
    assert {"fail", "slow", "tls-untrusted"} <= set(built_in_names())


def test_an_unreadable_path_is_one_error(tmp_path: Path) -> None:
    """The error for a folder is one sentence."""
    with pytest.raises(ScenarioError, match=r"it can't be read \(Is a directory\)"):
        load(str(tmp_path))


@pytest.mark.parametrize("name", built_in_names())
def test_every_built_in_scenario_is_valid_and_described(name: str) -> None:
    """Built-in scenarios have a description, serve any id but 404, and say which codes are undocumented."""
    scenario = load(name)

    assert scenario.name == name
    assert scenario.frames(1066) is not None
    assert scenario.frames(404) is None
    assert scenario.description.endswith("Migration 404 doesn't exist.")
    frames = scenario.frames(1066) or ()
    codes = {status for frame in frames if isinstance(frame, Progress) for status in frame.statuses}
    assert ("published" in scenario.description) == bool(codes - {0, -2})
